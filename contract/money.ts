/**
 * The node's money as a UI sees it: accounts, ledger, earnings, and how far all of it agrees with what the network says.
 * Amounts are decimal wei strings, times epoch ms, null = not known. Text for people is made from codes and numbers.
 */
import { z } from 'zod';
import { TASK_TYPE, type TaskType } from '../protocol/tasks/status.ts';
import { commitmentField } from '../protocol/wire/fields.ts';
import { errorViewSchema } from './worker-channel.ts';

export const weiText = z.string().regex(/^\d+$/);
/** May be negative. */
export const signedWeiText = z.string().regex(/^-?\d+$/);
const taskTypeName = z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]);
const count = z.number().int().nonnegative();

/** Money that is the host's. Staked credits are not money and are in no account. */
export const OWN_ACCOUNTS = [
  /** The account at the relay. */
  'relay',
  /** Left the relay account for a withdrawal and has not arrived. */
  'inTransit',
  /** Emissions that the relay still holds back (vesting). */
  'locked',
  /** The node key's own coin. */
  'wallet',
  /** Coin in the staking contract. */
  'stake',
  /** What this node has sent to the beneficial address; what became of it there is its owner's affair. */
  'benefit',
] as const;
export type OwnAccount = (typeof OWN_ACCOUNTS)[number];

/** The other side of a movement. */
/** What a ledger entry says of its record where the relay has none, or has taken it back: a UI says it in its own language. */
export const NOT_ITEMISED = 'not itemised by the relay';
export const WITHDRAWN_BY_NETWORK = ', withdrawn by the network';

export const COUNTERPARTIES = ['network', 'gas', 'slashed', 'outside'] as const;
type Counterparty = (typeof COUNTERPARTIES)[number];
export type Account = OwnAccount | Counterparty;

export const LEDGER_KINDS = [
  /** The fee of a task that was this node's alone, or that nobody validated in time. */
  'taskPayment',
  /** Share of a group's winner, who uploaded the result. */
  'groupShare',
  /** Share of a member who agreed with the winner (EndGroupRefund). */
  'refundShare',
  /** What delegations to other nodes earned. */
  'delegation',
  'emission',
  'vestingRelease',
  'deposit',
  /** This account as an application. */
  'taskCharge',
  'taskRefund',
  'withdrawal',
  'withdrawalFee',
  'withdrawalReturn',
  'stake',
  'unstake',
  /** What the network took, or gave back after all. */
  'slash',
  'gas',
  /** Coin that came to or left the wallet otherwise. */
  'transfer',
  /** What was there before the ledger began. */
  'opening',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

const accountField = z.enum([...OWN_ACCOUNTS, ...COUNTERPARTIES]);
const kindField = z.enum(LEDGER_KINDS);

/** One movement of money. */
export const ledgerEntrySchema = z.object({
  id: count,
  /** Unique name of the event where it comes from. */
  source: z.string(),
  kind: kindField,
  from: accountField,
  to: accountField,
  wei: weiText,
  atMs: z.number(),
  observedMs: z.number(),
  task: z.string().nullable(),
  transaction: z.string().nullable(),
  /** List and id of the relay's record. */
  record: z.string().nullable(),
  taskType: taskTypeName.nullable(),
  model: z.string().nullable(),
  gpu: z.string().nullable(),
});
export type LedgerEntryView = z.output<typeof ledgerEntrySchema>;

export const entriesQuerySchema = z.object({
  limit: z.number().int().positive().max(1_000),
  /** `next` of the page before; null for the first. */
  after: count.nullable(),
  order: z.enum(['newestFirst', 'oldestFirst']).default('newestFirst'),
  account: accountField.optional(),
  kinds: z.array(kindField).min(1).optional(),
  /** Included. */
  fromMs: z.number().optional(),
  /** Not included. */
  toMs: z.number().optional(),
});
export const entriesPageSchema = z.object({ entries: z.array(ledgerEntrySchema), next: count.nullable() });

export const taskMoneySchema = z.object({ entries: z.array(ledgerEntrySchema), earnedWei: signedWeiText });
export const taskMoneyQuerySchema = z.object({ commitment: commitmentField });

/** Emissions count when they are granted, though they are released bit by bit; what is only estimated is not in here. */
export const earningsSumsSchema = z.object({
  tasksWei: signedWeiText,
  delegationWei: signedWeiText,
  emissionWei: signedWeiText,
  /** The three above. */
  earnedWei: signedWeiText,
  gasWei: signedWeiText,
  withdrawalFeesWei: signedWeiText,
  slashedWei: signedWeiText,
  /** Earned less what it cost. */
  netWei: signedWeiText,
  /** Number of payments. */
  payments: count,
});
export type EarningsSumsView = z.output<typeof earningsSumsSchema>;

/** UTC; weeks begin on Monday. */
export const BUCKETS = ['day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];
export const GROUPINGS = ['none', 'taskType', 'model', 'gpu', 'kind'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const earningsQuerySchema = z.object({
  /** null: one sum over the whole range. */
  bucket: z.enum(BUCKETS).nullable(),
  by: z.enum(GROUPINGS).default('none'),
  /** Every bucket that the range touches is counted whole. */
  fromMs: z.number(),
  toMs: z.number(),
});
export const earningsRowSchema = earningsSumsSchema.extend({
  fromMs: z.number(),
  toMs: z.number(),
  /** Of the grouping; null = not known, or no grouping. */
  group: z.string().nullable(),
});
export const earningsSchema = z.object({ rows: z.array(earningsRowSchema) });

/** The relay's guess at the emission of the running week. Nothing of it is earned yet. */
export const emissionEstimateViewSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('told'),
    wei: weiText,
    fromMs: z.number(),
    toMs: z.number(),
    updatedMs: z.number().nullable(),
  }),
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('unknown'), error: errorViewSchema }),
]);

export const moneySummarySchema = z.object({
  atMs: z.number(),
  /** What the ledger says that each account holds. */
  accounts: z.array(z.object({ account: z.enum(OWN_ACCOUNTS), wei: signedWeiText })),
  /** Since UTC midnight. */
  today: earningsSumsSchema,
  /** With today, 7 and 30 UTC days. */
  last7Days: earningsSumsSchema,
  last30Days: earningsSumsSchema,
  total: earningsSumsSchema,
  emissionEstimate: emissionEstimateViewSchema,
  /** Records that the ledger has not taken in, or that contradict it. */
  unbooked: count,
  conflicts: count,
  /** When the sources were last read; null = not since the start. */
  syncedMs: z.number().nullable(),
});
export type MoneySummary = z.output<typeof moneySummarySchema>;

/** Something that was heard and does not, or not so, stand in the ledger. */
export const candidateSchema = z.discriminatedUnion('kind', [
  /** A record that waits or cannot be read. `wei`: what it would put on the account. */
  z.object({ kind: z.literal('unbooked'), record: z.string(), why: z.string(), wei: signedWeiText.nullable() }),
  /** A source that contradicts itself. `wei`: what the later telling would have put on the account beyond the first. */
  z.object({ kind: z.literal('contradiction'), source: z.string(), wei: signedWeiText }),
  /** The relay counts more or fewer records than could be read. */
  z.object({ kind: z.literal('missingRecords'), list: z.string(), total: count, held: count }),
]);

export const agreementSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('agrees') }),
  z.object({
    state: z.literal('differs'),
    /** What the source shows beyond the ledger. */
    byWei: signedWeiText,
    /** Since when by this amount. The relay writes with some seconds' delay: a young difference may pass by itself. */
    sinceMs: z.number(),
    /** The likeliest explanation first. */
    candidates: z.array(candidateSchema),
  }),
  z.object({
    state: z.literal('unknown'),
    why: z.string(),
    /** What the balance counts already and the relay's lists do not show yet; null = `why` is something else. */
    underWayWei: signedWeiText.nullable(),
  }),
]);

export const accountCheckSchema = z.object({
  account: z.enum(OWN_ACCOUNTS),
  against: z.enum(['relayBalance', 'relayRecords', 'chain', 'none']),
  ledgerWei: signedWeiText,
  observedWei: signedWeiText.nullable(),
  agreement: agreementSchema,
});
export type AccountCheckView = z.output<typeof accountCheckSchema>;
export const reconciliationSchema = z.object({ atMs: z.number(), checks: z.array(accountCheckSchema) });
export type ReconciliationView = z.output<typeof reconciliationSchema>;

export const csvQuerySchema = z.object({
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  /** `next` of the chunk before; null for the first. */
  after: count.nullable(),
});
/** The chunks, put together, are the file. */
export const csvChunkSchema = z.object({ text: z.string(), next: count.nullable() });
