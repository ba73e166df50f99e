/** What a host needs on the way to a node on a public network: the official worker, the coin, and a draft that waits. */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { weiText } from './money.ts';
import { errorViewSchema } from './worker-channel.ts';

/** Where the network itself publishes its program. Sources: the official node's repository and documentation, NETWORK_2026 3. */
export const OFFICIAL_PLACES = {
  releases: 'https://github.com/crynux-network/crynux-node/releases',
  /** Its page "Start a node" has the packages of each system. */
  guide: 'https://docs.crynux.io',
  /** For Linux the network publishes this alone. */
  image: 'ghcr.io/crynux-network/crynux-node',
  compose: 'https://github.com/crynux-network/crynux-node-docker-compose',
} as const;

/** What every official configuration preloads; RELAY_PROTOCOL 10.5. */
export const OFFICIAL_MODEL_IDS: readonly string[] = [
  'base:qwen/qwen3-8b',
  'base:crynux-network/sdxl-turbo+fp16',
  'base:crynux-network/stable-diffusion-v1-5+fp16',
];

export const officialFileSchema = z.object({
  name: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** As the release page says it, lower-case hex; null = it says none, and the file is not fetched. */
  sha256: z.string().nullable(),
});
export type OfficialFile = z.output<typeof officialFileSchema>;

/** The newest release of the official node, as its page says. */
export const officialReleaseSchema = z.object({
  version: z.string(),
  pageUrl: z.string(),
  publishedMs: z.number().nullable(),
  /** Those for this system; none where the network publishes its package elsewhere. */
  files: z.array(officialFileSchema),
});
export type OfficialRelease = z.output<typeof officialReleaseSchema>;

const progress = { name: z.string(), bytes: z.number(), total: z.number() };

export const officialDownloadSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('downloading'), ...progress, bytesPerSecond: z.number() }),
  z.object({ kind: z.literal('verifying'), ...progress }),
  /** The file is whole, and is the one that the release page describes. */
  z.object({ kind: z.literal('done'), name: z.string(), path: z.string(), sha256: z.string() }),
  /** What has arrived is kept, and gone on with. */
  z.object({ kind: z.literal('cancelled'), name: z.string() }),
  z.object({ kind: z.literal('failed'), name: z.string(), error: errorViewSchema }),
]);
export type OfficialDownload = z.output<typeof officialDownloadSchema>;

/** What an address has and what it still needs for a stake, read from chain and contract in this moment. Wei. */
export const fundingSchema = z.object({
  readMs: z.number(),
  /** The chain's own word. */
  chainId: z.number(),
  walletWei: weiText,
  stakedWei: weiText,
  /** Credits that go into the stake before coin does. */
  creditsWei: weiText,
  /** The least stake that the contract takes now. */
  minimumWei: weiText,
  /** Coin that goes into the stake. */
  stakeWei: weiText,
  /** Of the transaction that stakes, at the chain's present price. */
  gasWei: weiText,
  /** For taking the stake back at any time. */
  reserveWei: weiText,
  /** What the wallet shall hold: stake, gas and reserve. */
  neededWei: weiText,
  /** What is still to be sent there; 0 = all has arrived. */
  missingWei: weiText,
});
export type Funding = z.output<typeof fundingSchema>;

export const fundingQuerySchema = z.object({ networkId: z.string(), address: addressField, stakeWei: weiText });

/** What was chosen so far; it waits in the data directory until its node is there. Nothing of it is believed without being looked at anew. */
export const firstRunDraftSchema = z.object({
  step: z.string().max(20),
  address: addressField.nullable(),
  networkId: z.string().max(100).nullable(),
  engine: z.object({ kind: z.string().max(20), path: z.string().max(4_000).nullable() }).nullable(),
  madeUpCard: z.boolean(),
  cardIds: z.array(z.string().max(100)).max(64),
  modelIds: z.array(z.string().max(300)).max(200),
  name: z.string().max(60),
  /** As typed, in CNX. */
  stake: z.string().max(60),
  autoStart: z.boolean(),
});
export type FirstRunDraft = z.output<typeof firstRunDraftSchema>;
