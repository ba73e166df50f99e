/** All parameters of the local relay. Times in seconds, amounts in wei. The defaults suit a devnet. */
import { z } from 'zod';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { MAX_CLOCK_DISTANCE_SECONDS } from '../../protocol/signing/request-signature.ts';
import { addressField, weiField } from '../../protocol/wire/fields.ts';
import { DevnetError } from '../errors.ts';

const seconds = z.number().positive();

/** Wei as decimal text from a file or channel, or as bigint from code; a parsed config can be parsed again. */
export const configWei = z.union([z.bigint().nonnegative(), weiField]);

const relayTimesSchema = z.object({
  queue: seconds.default(120),
  fineTuneQueueGrace: seconds.default(60),
  /** Execution timeout = predicted seconds × factor, clamped. */
  executionFactor: z.number().positive().default(2),
  executionMin: seconds.default(20),
  executionMax: seconds.default(60),
  validation: seconds.default(60),
  resultUpload: seconds.default(30),
  /** Interval for matching queued tasks and checking deadlines. */
  scan: seconds.default(0.2),
  /** Interval for checking for missing base models. */
  modelDistribution: seconds.default(1),
  /** Interval for polling the chain, if there is one; the real relay's is 5. */
  chainScan: seconds.default(1),
  /** Interval for releasing emissions; the real relay's is an hour. */
  vestingRelease: seconds.default(1),
  /** How long a node may take to download a model before another one may be asked. */
  modelDownload: seconds.default(300),
});

const genesisSchema = z.object({
  /** Relay account balances. */
  accounts: z.array(z.object({ address: addressField, balanceWei: configWei })).default([]),
  /** Stakes of nodes, as the staking contract would report them. */
  stakes: z.array(z.object({ address: addressField, stakeWei: configWei })).default([]),
  delegations: z
    .array(
      z.object({
        node: addressField,
        delegator: addressField,
        stakeWei: configWei,
        sharePercent: z.number().int().min(0).max(99),
      }),
    )
    .default([]),
});

const ratioText = z.string().regex(/^\d+(\.\d+)?$/);

export const withdrawSchema = z.object({
  feeWei: configWei.default(0n),
  /** Added to the fixed fee: a ratio of the amount, by the highest tier that it reaches. */
  feeTiers: z.array(z.object({ minAmountWei: configWei, ratio: ratioText })).default([]),
  minimumWei: configWei.default(1n),
  perDay: z.number().int().positive().default(100),
  /**
   * Whether the relay itself pays withdrawals on the chain, if there is one. False = a separate service does, as for
   * the real relay.
   */
  pays: z.boolean().default(true),
});

const NO_ADDRESS = '0x0000000000000000000000000000000000000001';

export const relayConfigSchema = z.object({
  /** Keys of the real relay's `blockchains`: the networks that a node may join. */
  networks: z.array(z.string().min(1)).min(1).default(['devnet']),
  /** The relay's wallet: issuer of its aborts, signer of the withdraw service's requests. */
  relayAddress: addressField.default(NO_ADDRESS),
  genesis: genesisSchema.prefault({}),
  times: relayTimesSchema.prefault({}),
  /** Bits; two image hashes count as equal if fewer bits differ. */
  distanceThreshold: z.number().int().min(0).max(64).default(5),
  /** One task in this many is validated as a group; the real relay's is 100. */
  samplingModulus: z.number().int().min(1).default(10),
  /** Nodes that must share hardware and version before one of them gets a task; the real relay's is 10. */
  minimumNodeNameNumber: z.number().int().min(0).default(0),
  /** True = an invalidated node is only marked for a slash, which is the real relay's default. */
  passiveSlash: z.boolean().default(false),
  /** How far a signed request's timestamp may differ from the relay's clock, either way. */
  clockToleranceSeconds: z.number().int().positive().default(MAX_CLOCK_DISTANCE_SECONDS),
  /** Also accept the Python node's signatures of strings with <, > or &. */
  lenientSignatures: z.boolean().default(true),
  /** Check task arguments against the published schemas at creation. */
  checkTaskArgs: z.boolean().default(true),
  /**
   * Whether a node must unstake before it may quit. On a chain it always must; without one, nothing can be unstaked.
   */
  unstakeBeforeQuit: z.boolean().default(false),
  daoPercent: z.number().int().min(0).max(100).default(0),
  /** Stake of a node that states 0 at the join; the real relay's value. */
  defaultStakeWei: configWei.default(400n * 10n ** 18n),
  withdraw: withdrawSchema.prefault({}),
  maxBodyBytes: z.number().int().positive().default(33_554_432),
});
export type RelayConfig = z.output<typeof relayConfigSchema>;
export type RelayConfigInput = z.input<typeof relayConfigSchema>;

/** @throws DevnetError DEVNET_BAD_CONFIG naming the first bad field. */
export function parseRelayConfig(input: unknown): RelayConfig {
  const result = relayConfigSchema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new DevnetError('DEVNET_BAD_CONFIG', `relay config: ${field}: ${issue?.message ?? 'invalid'}`, { field });
}

/**
 * Chooses the sampling seed of a creator's next task, so that a devnet can plan which tasks are validated as groups.
 */
export type SamplingSeed = (creator: string) => Hex;

export function randomSamplingSeed(bytes: (length: number) => Uint8Array): SamplingSeed {
  return () => bytesToHex(bytes(32));
}
