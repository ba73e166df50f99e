/** What a host needs to start a node on a public network: the official worker, the coin, and a saved draft. */
import { z } from 'zod';
import { addressField, weiText } from '../protocol/wire/fields.ts';
import { errorViewSchema } from './worker-channel.ts';

/** Where the network publishes its program. Sources: the official node's repository and documentation, NETWORK_2026 3. */
export const OFFICIAL_PLACES = {
  releases: 'https://github.com/crynux-network/crynux-node/releases',
  /** Its page "Start a node" links the packages for each system. */
  guide: 'https://docs.crynux.io',
  /** The only package that the network publishes for Linux. */
  image: 'ghcr.io/crynux-network/crynux-node',
  compose: 'https://github.com/crynux-network/crynux-node-docker-compose',
} as const;

/** The models that every official configuration preloads; RELAY_PROTOCOL 10.5. */
export const OFFICIAL_MODEL_IDS: readonly string[] = [
  'base:qwen/qwen3-8b',
  'base:crynux-network/sdxl-turbo+fp16',
  'base:crynux-network/stable-diffusion-v1-5+fp16',
];

export const officialFileSchema = z.object({
  name: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** As stated on the release page, lower-case hex; null = not stated, so the file is not downloaded. */
  sha256: z.string().nullable(),
});
export type OfficialFile = z.output<typeof officialFileSchema>;

/** The newest release of the official node, according to its page. */
export const officialReleaseSchema = z.object({
  version: z.string(),
  pageUrl: z.string(),
  publishedMs: z.number().nullable(),
  /** Files for this system; empty if the network publishes its package elsewhere. */
  files: z.array(officialFileSchema),
});
export type OfficialRelease = z.output<typeof officialReleaseSchema>;

const progress = { name: z.string(), bytes: z.number(), total: z.number() };

export const officialDownloadSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('downloading'), ...progress, bytesPerSecond: z.number() }),
  z.object({ kind: z.literal('verifying'), ...progress }),
  /** The file is complete and matches the release page. */
  z.object({ kind: z.literal('done'), name: z.string(), path: z.string(), sha256: z.string() }),
  /** The downloaded part is kept and continued later. */
  z.object({ kind: z.literal('cancelled'), name: z.string() }),
  z.object({ kind: z.literal('failed'), name: z.string(), error: errorViewSchema }),
]);
export type OfficialDownload = z.output<typeof officialDownloadSchema>;

/** What an address holds and still needs for a stake, as just read from chain and contract. Wei. */
export const fundingSchema = z.object({
  readMs: z.number(),
  /** As reported by the chain. */
  chainId: z.number(),
  walletWei: weiText,
  stakedWei: weiText,
  /** Credits that are used for the stake before coins are. */
  creditsWei: weiText,
  /** The contract's current minimum stake. */
  minimumWei: weiText,
  /** Coins that go into the stake. */
  stakeWei: weiText,
  /** Gas of the staking transaction at the chain's current price. */
  gasWei: weiText,
  /** Reserve for taking the stake back at any time. */
  reserveWei: weiText,
  /** What the wallet should hold: stake, gas and reserve. */
  neededWei: weiText,
  /** What must still be sent there; 0 = everything has arrived. */
  missingWei: weiText,
});
export type Funding = z.output<typeof fundingSchema>;

export const fundingQuerySchema = z.object({ networkId: z.string(), address: addressField, stakeWei: weiText });

/** The choices so far, saved in the data directory until the node exists. All of them are checked again before use. */
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
