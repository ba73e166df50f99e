/** Which part of the ledger is shown. */
import type { z } from 'zod';
import type { Account, entriesQuerySchema, LedgerEntryView, LedgerKind } from '../../../contract/money.ts';
import { OWN_ACCOUNTS, type OwnAccount } from '../../../contract/money.ts';

export const KIND_SETS = {
  earned: ['taskPayment', 'groupShare', 'refundShare', 'delegation', 'emission'],
  costs: ['gas', 'withdrawalFee', 'slash'],
  moved: ['stake', 'unstake', 'withdrawal', 'withdrawalReturn', 'vestingRelease', 'deposit', 'transfer', 'opening'],
} as const satisfies Record<string, readonly LedgerKind[]>;
export type KindSet = keyof typeof KIND_SETS;

export const PERIODS = ['all', 'today', 'week', 'month', 'year'] as const;
type Period = (typeof PERIODS)[number];

export interface LedgerFilter {
  readonly account: Account | 'all';
  readonly kind: LedgerKind | KindSet | 'all';
  readonly period: Period;
}

export const ALL_ENTRIES: LedgerFilter = { account: 'all', kind: 'all', period: 'all' };

const DAY = 86_400_000;
/** Whole UTC days, including today. */
const PERIOD_DAYS: Readonly<Record<Exclude<Period, 'all'>, number>> = { today: 1, week: 7, month: 30, year: 365 };

type EntriesQuery = z.input<typeof entriesQuerySchema>;

export function entriesQuery(filter: LedgerFilter, page: { limit: number; after: number | null; nowMs: number }): EntriesQuery {
  const { account, kind, period } = filter;
  const today = Math.floor(page.nowMs / DAY);
  return {
    limit: page.limit,
    after: page.after,
    ...(account === 'all' ? {} : { account }),
    ...(kind === 'all' ? {} : { kinds: isKindSet(kind) ? [...KIND_SETS[kind]] : [kind] }),
    ...(period === 'all' ? {} : { fromMs: (today - PERIOD_DAYS[period] + 1) * DAY }),
  };
}

function isKindSet(kind: LedgerKind | KindSet): kind is KindSet {
  return Object.hasOwn(KIND_SETS, kind);
}

const isOwnAccount = (account: Account): account is OwnAccount => (OWN_ACCOUNTS as readonly string[]).includes(account);

/** The sign from the selected account's point of view; without one, plus means to the host and minus away from the host. */
export function signedWei(
  entry: LedgerEntryView,
  account: Account | 'all',
): { readonly wei: bigint; readonly isInternal: boolean } {
  const wei = BigInt(entry.wei);
  if (account !== 'all') return { wei: entry.from === account ? -wei : wei, isInternal: false };
  // Between two of the host's accounts: nothing is gained or lost.
  if (isOwnAccount(entry.from) === isOwnAccount(entry.to)) return { wei, isInternal: true };
  return { wei: isOwnAccount(entry.from) ? -wei : wei, isInternal: false };
}
