/**
 * What a host may do with the node's money: withdraw, stake, delegate, set the beneficial address, recover a stake.
 * Everything irreversible takes two steps: `prepare…` shows what will happen and gives a confirmation for exactly that;
 * `confirm…` does it. Amounts are decimal wei strings, times epoch ms.
 */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { signedWeiText, weiText } from './money.ts';
import { errorViewSchema } from './worker-channel.ts';

const count = z.number().int().nonnegative();
const range = <Value extends z.ZodType>(value: Value) => z.object({ low: value, high: value });

/** Why a forecast is a range, and what it takes for granted. */
export const UNKNOWNS = [
  /** The highest stake of all nodes is worked out from this node's own score; it changes when others change theirs. */
  'othersStakes',
  /** Quality of service is taken as it is now. */
  'qosStays',
  /** No node has more: how far the others are behind is not known. */
  'ownStakeIsHighest',
  /** The relay has no score for this node at present, so there is nothing to work out the highest stake from. */
  'notScored',
  /** Delegators decide for themselves whether they stay or come. */
  'delegatorsMayMove',
] as const;
export type Unknown = (typeof UNKNOWNS)[number];

/** Chance of being given tasks, before and after a change. The weight has a meaning only beside other nodes' weights. */
export const weightForecastSchema = z.object({
  before: z.object({ scoreStakeWei: weiText, stakingScore: z.number(), weight: z.number() }),
  after: z.object({ scoreStakeWei: range(weiText), stakingScore: range(z.number()), weight: range(z.number()) }),
  unknowns: z.array(z.enum(UNKNOWNS)),
});
export type WeightForecastView = z.output<typeof weightForecastSchema>;

/** What would be different; left out = as it is. */
export const whatIfSchema = z.object({
  /** Coin; staked credits do not count. */
  stakeWei: weiText.optional(),
  relayBalanceWei: weiText.optional(),
  delegatorShare: z.number().int().min(0).max(99).optional(),
});

/** Empty problems and a confirmation, or problems and none. */
const prepared = {
  problems: z.array(errorViewSchema),
  confirmation: z.object({ id: z.string(), expiresMs: z.number() }).nullable(),
};

export const withdrawalInputSchema = z.object({
  /** What shall arrive; the fee comes on top. */
  amountWei: weiText,
});
export const withdrawalPreviewSchema = z.object({
  amountWei: weiText,
  /** By the published terms; the relay's record then says what was charged. */
  feeWei: weiText,
  chargedWei: weiText,
  balanceWei: weiText,
  remainingWei: signedWeiText,
  minimumWei: weiText,
  mostWei: weiText,
  /** The beneficial address on the chain or, while none is set, the node key's own: the relay pays nowhere else. */
  destination: z.string(),
  /** No beneficial address is set: the money goes to the key on this machine. */
  toOwnKey: z.boolean(),
  network: z.string(),
  /** Null = no limit is told. Other nodes with the same beneficial address use up the same limit. */
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
  /** Sent, and not known whether the relay has it. */
  open: z.object({ amountWei: weiText, sentMs: z.number() }).nullable(),
});

/** An act that is a transaction. */
export const chainActSchema = z.discriminatedUnion('kind', [
  /** Brings the stake (coin and credits together) to an amount; credits are taken first. */
  z.object({ kind: z.literal('setStake'), stakeWei: weiText }),
  /** Percent of the earnings that go to delegators; at 0 the node is closed, and delegations stay without earning. */
  z.object({ kind: z.literal('setDelegatorShare'), percent: z.number().int().min(0).max(99) }),
  /** For ever. */
  z.object({ kind: z.literal('setBenefitAddress'), address: z.string() }),
  /** Takes the stake back without the relay, after the delay. */
  z.object({ kind: z.literal('forceUnstake') }),
  /** Asks the contracts that the network has left for a stake there. */
  z.object({ kind: z.literal('legacyTryUnstake') }),
  /** Takes it from them, after the delay. */
  z.object({ kind: z.literal('legacyForceUnstake') }),
]);
export type ChainAct = z.output<typeof chainActSchema>;

export const chainActPreviewSchema = z.object({
  act: chainActSchema,
  /** What exactly will happen, as the confirmation holds it. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Of the transaction: the contract that it goes to, the function it calls, and the most that its gas can cost. */
  terms: z.object({ chainId: z.number().nullable(), contract: addressField, call: z.string(), mostGasWei: weiText }),
  weight: weightForecastSchema.nullable(),
  ...prepared,
});
export type ChainActPreview = z.output<typeof chainActPreviewSchema>;
export const chainActConfirmSchema = z.object({ act: chainActSchema, confirmation: z.string() });
/** Null: there was nothing left to do. */
export const chainActDoneSchema = z.object({ transaction: z.string().nullable() });

/** Seconds in the chain's time. */
export const recoverySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('notStaked') }),
  /** The return must be asked for first. */
  z.object({ state: z.literal('notAsked') }),
  z.object({ state: z.literal('waiting'), availableAtSeconds: z.number(), remainingSeconds: z.number() }),
  z.object({ state: z.literal('available'), availableAtSeconds: z.number() }),
]);

const stakingStatus = z.enum(['Unstaked', 'Staked', 'PendingUnstaked']);

/** A stake in contracts that the network has left. It earns nothing, and the relay does not return it. */
export const legacyStakeSchema = z.object({
  status: stakingStatus,
  balanceWei: weiText,
  creditsWei: weiText,
  /** Where the coin goes: the beneficial address that is set in those contracts, else the node's own. */
  destination: addressField,
  isOwnAddress: z.boolean(),
  recovery: recoverySchema,
  /** Of these contracts, under way; null = none. */
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
  /** Null: there is none, or the network has left no contracts. */
  legacy: legacyStakeSchema.nullable(),
  /** The network lets no stake change at present. */
  paused: z.boolean(),
});
export type StakeView = z.output<typeof stakeViewSchema>;

/** The host says that a difference of the wallet was a transfer of their own. */
export const acknowledgeTransferSchema = z.object({ byWei: signedWeiText });
