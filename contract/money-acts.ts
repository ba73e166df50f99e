/**
 * What a host can do with the node's money: withdraw, stake, delegate, set the beneficial address, recover a stake.
 * Everything irreversible takes two steps: `prepare…` shows what will happen and returns a confirmation for exactly
 * that; `confirm…` does it. Amounts are decimal wei strings, times epoch ms.
 */
import { z } from 'zod';
import { addressField, weiText } from '../protocol/wire/fields.ts';
import { signedWeiText } from './money.ts';
import { errorViewSchema } from './worker-channel.ts';

const count = z.number().int().nonnegative();
const range = <Value extends z.ZodType>(value: Value) => z.object({ low: value, high: value });

/** Why a forecast is a range, and what it assumes. */
export const UNKNOWNS = [
  /** The highest stake of all nodes is derived from this node's own score; it changes when others change their stakes. */
  'othersStakes',
  /** Quality of service is assumed to stay as it is. */
  'qosStays',
  /** No node has a higher stake; how far the others are behind is unknown. */
  'ownStakeIsHighest',
  /** The relay currently has no score for this node, so the highest stake cannot be derived. */
  'notScored',
  /** Delegators decide for themselves whether they stay or come. */
  'delegatorsMayMove',
] as const;
export type Unknown = (typeof UNKNOWNS)[number];

/**
 * The chance of getting tasks, before and after a change. A weight is meaningful only relative to the weights of other
 * nodes.
 */
export const weightForecastSchema = z.object({
  before: z.object({ scoreStakeWei: weiText, stakingScore: z.number(), weight: z.number() }),
  after: z.object({ scoreStakeWei: range(weiText), stakingScore: range(z.number()), weight: range(z.number()) }),
  unknowns: z.array(z.enum(UNKNOWNS)),
});
export type WeightForecastView = z.output<typeof weightForecastSchema>;

/** The hypothetical values; omitted = unchanged. */
export const whatIfSchema = z.object({
  /** Coins only; staked credits do not count. */
  stakeWei: weiText.optional(),
  relayBalanceWei: weiText.optional(),
  delegatorShare: z.number().int().min(0).max(99).optional(),
});

/** Either no problems and a confirmation, or problems and no confirmation. */
const prepared = {
  problems: z.array(errorViewSchema),
  confirmation: z.object({ id: z.string(), expiresMs: z.number() }).nullable(),
};

export const withdrawalInputSchema = z.object({
  /** The amount that should arrive; the fee is added to it. */
  amountWei: weiText,
});
export const withdrawalPreviewSchema = z.object({
  amountWei: weiText,
  /** According to the published terms; the relay's record later shows the fee that was charged. */
  feeWei: weiText,
  chargedWei: weiText,
  balanceWei: weiText,
  remainingWei: signedWeiText,
  minimumWei: weiText,
  mostWei: weiText,
  /** The beneficial address on the chain or, if none is set, the node key's own address: the relay pays to no other. */
  destination: z.string(),
  /** No beneficial address is set: the money goes to the key on this machine. */
  toOwnKey: z.boolean(),
  network: z.string(),
  /** Null = no known limit. Other nodes with the same beneficial address share the limit. */
  leftToday: count.nullable(),
  weight: weightForecastSchema.nullable(),
  ...prepared,
});
export type WithdrawalPreviewView = z.output<typeof withdrawalPreviewSchema>;
export const withdrawalConfirmSchema = withdrawalInputSchema.extend({ confirmation: z.string() });
export const withdrawalRequestedSchema = z.object({ record: count });

export const withdrawalSchema = z.object({
  record: count,
  createdMs: z.number(),
  amountWei: weiText,
  feeWei: weiText,
  destination: z.string(),
  status: z.enum(['pending', 'success', 'failed']),
  transaction: z.string().nullable(),
});
export const withdrawalsSchema = z.object({
  /** Newest first. */
  withdrawals: z.array(withdrawalSchema),
  /** Sent, but it is unknown whether the relay has received it. */
  open: z.object({ amountWei: weiText, sentMs: z.number() }).nullable(),
});

/** An act that is a transaction. */
export const chainActSchema = z.discriminatedUnion('kind', [
  /** Changes the stake (coins and credits together) to an amount; credits are used first. */
  z.object({ kind: z.literal('setStake'), stakeWei: weiText }),
  /**
   * Percentage of the earnings that goes to delegators; at 0, the node is closed, and existing delegations stay without
   * earning.
   */
  z.object({ kind: z.literal('setDelegatorShare'), percent: z.number().int().min(0).max(99) }),
  /** Permanent. */
  z.object({ kind: z.literal('setBenefitAddress'), address: z.string() }),
  /** Withdraws the stake without the relay, after the delay. */
  z.object({ kind: z.literal('forceUnstake') }),
  /** Requests a stake back from the contracts that the network has abandoned. */
  z.object({ kind: z.literal('legacyTryUnstake') }),
  /** Withdraws it from them, after the delay. */
  z.object({ kind: z.literal('legacyForceUnstake') }),
]);
export type ChainAct = z.output<typeof chainActSchema>;

export const chainActPreviewSchema = z.object({
  act: chainActSchema,
  /** What exactly will happen, as covered by the confirmation. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Of the transaction: the contract it goes to, the function it calls, and the maximum cost of its gas. */
  terms: z.object({ chainId: z.number().nullable(), contract: addressField, call: z.string(), mostGasWei: weiText }),
  weight: weightForecastSchema.nullable(),
  ...prepared,
});
export type ChainActPreview = z.output<typeof chainActPreviewSchema>;
export const chainActConfirmSchema = z.object({ act: chainActSchema, confirmation: z.string() });
/** Null: nothing was left to do. */
export const chainActDoneSchema = z.object({ transaction: z.string().nullable() });

/** Seconds in the chain's time. */
export const recoverySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('notStaked') }),
  /** The return must be requested first. */
  z.object({ state: z.literal('notAsked') }),
  z.object({ state: z.literal('waiting'), availableAtSeconds: z.number(), remainingSeconds: z.number() }),
  z.object({ state: z.literal('available'), availableAtSeconds: z.number() }),
]);

const stakingStatus = z.enum(['Unstaked', 'Staked', 'PendingUnstaked']);

/** A stake in contracts that the network has abandoned. It earns nothing, and the relay does not return it. */
export const legacyStakeSchema = z.object({
  status: stakingStatus,
  balanceWei: weiText,
  creditsWei: weiText,
  /** Where the coins go: the beneficial address set in those contracts, otherwise the node's own address. */
  destination: addressField,
  isOwnAddress: z.boolean(),
  recovery: recoverySchema,
  /** Hash of an open transaction with these contracts; null = none. */
  transaction: z.string().nullable(),
});
export type LegacyStakeView = z.output<typeof legacyStakeSchema>;

export const stakeViewSchema = z.object({
  status: stakingStatus,
  balanceWei: weiText,
  creditsWei: weiText,
  freeCreditsWei: weiText,
  minimumWei: weiText,
  walletWei: weiText,
  benefitAddress: z.string().nullable(),
  delegatorShare: z.number().int(),
  delegations: z.array(z.object({ delegator: addressField, stakeWei: weiText })),
  recovery: recoverySchema,
  /** Null: there is none, or the network has abandoned no contracts. */
  legacy: legacyStakeSchema.nullable(),
  /** The network currently allows no change of stake. */
  paused: z.boolean(),
});
export type StakeView = z.output<typeof stakeViewSchema>;

/** The host states that a difference in the wallet was their own transfer. */
export const acknowledgeTransferSchema = z.object({ byWei: signedWeiText });
