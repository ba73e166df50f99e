/**
 * The node's money for a UI: accounts, ledger, earnings, and how far all of it agrees with the network. Amounts are
 * decimal wei strings, times epoch ms, null = unknown. The UI makes texts from codes and numbers.
 */
import { z } from 'zod';
import { TASK_TYPE, type TaskType } from '../protocol/tasks/status.ts';
import { weiText } from '../protocol/wire/fields.ts';
import { errorViewSchema } from './worker-channel.ts';

/** May be negative. */
export const signedWeiText = z.string().regex(/^-?\d+$/);
const taskTypeName = z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]);
const count = z.number().int().nonnegative();

/** Accounts with the host's money. Staked credits are not money and are in no account. */
export const OWN_ACCOUNTS = [
  /** The account at the relay. */
  'relay',
  /** Has left the relay account for a withdrawal and has not arrived. */
  'inTransit',
  /** Emissions that the relay has not released yet (vesting). */
  'locked',
  /** The node key's own coins. */
  'wallet',
  /** Coins in the staking contract. */
  'stake',
  /** What this node has sent to the beneficial address; later movements there are not tracked. */
  'benefit',
] as const;
export type OwnAccount = (typeof OWN_ACCOUNTS)[number];

/** The other side of a movement. */
/** Markers in a ledger entry for a record that the relay does not have, or has taken back; a UI translates them. */
export const NOT_ITEMISED = 'not itemised by the relay';
export const WITHDRAWN_BY_NETWORK = ', withdrawn by the network';

export const COUNTERPARTIES = ['network', 'gas', 'slashed', 'outside'] as const;
type Counterparty = (typeof COUNTERPARTIES)[number];
export type Account = OwnAccount | Counterparty;

export const LEDGER_KINDS = [
  /** The fee of a task that this node executed alone, or that nobody validated in time. */
  'taskPayment',
  /** Share of the group's winner, who uploaded the result. */
  'groupShare',
  /** Share of a member who agreed with the winner (EndGroupRefund). */
  'refundShare',
  /** Earnings from delegations to other nodes. */
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
  /** What the network took, or returned after all. */
  'slash',
  'gas',
  /** Coins that entered or left the wallet in any other way. */
  'transfer',
  /** The balances before the ledger was opened. */
  'opening',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

const accountField = z.enum([...OWN_ACCOUNTS, ...COUNTERPARTIES]);
const kindField = z.enum(LEDGER_KINDS);

/** One movement of money. */
export const ledgerEntrySchema = z.object({
  id: count,
  /** Unique name of the event that it comes from. */
  source: z.string(),
  kind: kindField,
  from: accountField,
  to: accountField,
  wei: weiText,
  atMs: z.number(),
  observedMs: z.number(),
  task: z.string().nullable(),
  transaction: z.string().nullable(),
  /** List and ID of the relay's record. */
  record: z.string().nullable(),
  taskType: taskTypeName.nullable(),
  model: z.string().nullable(),
  gpu: z.string().nullable(),
});
export type LedgerEntryView = z.output<typeof ledgerEntrySchema>;

export const entriesQuerySchema = z.object({
  limit: z.number().int().positive().max(1_000),
  /** `next` of the previous page; null for the first. */
  after: count.nullable(),
  order: z.enum(['newestFirst', 'oldestFirst']).default('newestFirst'),
  account: accountField.optional(),
  kinds: z.array(kindField).min(1).optional(),
  /** Inclusive. */
  fromMs: z.number().optional(),
  /** Exclusive. */
  toMs: z.number().optional(),
});
export const entriesPageSchema = z.object({ entries: z.array(ledgerEntrySchema), next: count.nullable() });

export const taskMoneySchema = z.object({ entries: z.array(ledgerEntrySchema), earnedWei: signedWeiText });

/** Emissions count in full when they are granted, although they are released gradually; estimates are not included. */
export const earningsSumsSchema = z.object({
  tasksWei: signedWeiText,
  delegationWei: signedWeiText,
  emissionWei: signedWeiText,
  /** The sum of the three above. */
  earnedWei: signedWeiText,
  gasWei: signedWeiText,
  withdrawalFeesWei: signedWeiText,
  slashedWei: signedWeiText,
  /** Earnings minus costs. */
  netWei: signedWeiText,
  /** Number of payments. */
  payments: count,
});
export type EarningsSumsView = z.output<typeof earningsSumsSchema>;

/** UTC; weeks start on Monday. */
export const BUCKETS = ['day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];
export const GROUPINGS = ['none', 'taskType', 'model', 'gpu', 'kind'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const earningsQuerySchema = z.object({
  /** null: one sum over the whole range. */
  bucket: z.enum(BUCKETS).nullable(),
  by: z.enum(GROUPINGS).default('none'),
  /** Buckets that are partly in the range are counted in full. */
  fromMs: z.number(),
  toMs: z.number(),
});
export const earningsRowSchema = earningsSumsSchema.extend({
  fromMs: z.number(),
  toMs: z.number(),
  /** Value of the grouping; null = unknown, or no grouping. */
  group: z.string().nullable(),
});
export const earningsSchema = z.object({ rows: z.array(earningsRowSchema) });

/** The relay's estimate of the current week's emission. None of it is earned yet. */
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
  /** Balance of each account according to the ledger. */
  accounts: z.array(z.object({ account: z.enum(OWN_ACCOUNTS), wei: signedWeiText })),
  /** Since UTC midnight. */
  today: earningsSumsSchema,
  /** Over 7 and 30 UTC days including today. */
  last7Days: earningsSumsSchema,
  last30Days: earningsSumsSchema,
  total: earningsSumsSchema,
  emissionEstimate: emissionEstimateViewSchema,
  /** Records that are not in the ledger, or that contradict it. */
  unbooked: count,
  conflicts: count,
  /** When the sources were last read; null = not since the start. */
  syncedMs: z.number().nullable(),
});
export type MoneySummary = z.output<typeof moneySummarySchema>;

/** A possible explanation: something that was reported but is missing or different in the ledger. */
export const candidateSchema = z.discriminatedUnion('kind', [
  /** A record that waits or cannot be read. `wei`: the amount it would add to the account. */
  z.object({ kind: z.literal('unbooked'), record: z.string(), why: z.string(), wei: signedWeiText.nullable() }),
  /**
   * A source that contradicts itself. `wei`: the amount that the later report would have added to the account beyond
   * the first.
   */
  z.object({ kind: z.literal('contradiction'), source: z.string(), wei: signedWeiText }),
  /** The relay counts more or fewer records than could be read. */
  z.object({ kind: z.literal('missingRecords'), list: z.string(), total: count, held: count }),
]);

export const agreementSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('agrees') }),
  z.object({
    state: z.literal('differs'),
    /** Amount in the source minus amount in the ledger. */
    byWei: signedWeiText,
    /**
     * Since when the difference has had this amount. The relay writes with a delay of some seconds, so a recent
     * difference may disappear by itself.
     */
    sinceMs: z.number(),
    /** Most likely explanation first. */
    candidates: z.array(candidateSchema),
  }),
  z.object({
    state: z.literal('unknown'),
    why: z.string(),
    /** What the balance already includes but the relay's lists do not show yet; null = `why` has another reason. */
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
  /** `next` of the previous chunk; null for the first. */
  after: count.nullable(),
});
/** The concatenated chunks are the file. */
export const csvChunkSchema = z.object({ text: z.string(), next: count.nullable() });
