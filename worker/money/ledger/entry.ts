/** A ledger entry: one movement of CNX between two accounts, according to a chart of the allowed movements. */
import {
  type Account,
  COUNTERPARTIES,
  LEDGER_KINDS,
  type LedgerKind,
  OWN_ACCOUNTS,
  type OwnAccount,
} from '../../../contract/money.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import { MoneyError } from '../errors.ts';

export { type Account, COUNTERPARTIES, LEDGER_KINDS, type LedgerKind, OWN_ACCOUNTS, type OwnAccount };

/** Every kind with its allowed movements. Source: RELAY_PROTOCOL 1.2, 3.5, 4.8, 4.9; CHAIN_PROTOCOL 7.2. */
export const MOVEMENTS: Readonly<Record<LedgerKind, readonly `${Account}>${Account}`[]>> = {
  // If tasks are on a chain, it pays to the wallet.
  taskPayment: ['network>relay', 'network>wallet'],
  groupShare: ['network>relay', 'network>wallet'],
  refundShare: ['network>relay', 'network>wallet'],
  delegation: ['network>relay'],
  // The network can take back what it has not released yet.
  emission: ['network>locked', 'locked>network'],
  vestingRelease: ['locked>relay'],
  deposit: ['outside>relay'],
  taskCharge: ['relay>network'],
  taskRefund: ['network>relay'],
  withdrawal: ['relay>inTransit', 'inTransit>benefit', 'inTransit>wallet'],
  withdrawalFee: ['relay>inTransit', 'inTransit>network'],
  withdrawalReturn: ['inTransit>relay'],
  stake: ['wallet>stake'],
  unstake: ['stake>wallet', 'stake>benefit'],
  slash: ['stake>slashed', 'locked>slashed', 'slashed>locked'],
  gas: ['wallet>gas'],
  transfer: ['outside>wallet', 'wallet>outside'],
  opening: ['outside>wallet', 'outside>stake'],
};

/** Payments for tasks. */
export const TASK_KINDS = ['taskPayment', 'groupShare', 'refundShare'] as const satisfies readonly LedgerKind[];
export const EARNED_KINDS = [...TASK_KINDS, 'delegation', 'emission'] as const satisfies readonly LedgerKind[];
export const COST_KINDS = ['gas', 'withdrawalFee', 'slash'] as const satisfies readonly LedgerKind[];

/** Labels by which amounts are grouped; null = unknown. */
export interface Labels {
  readonly taskType: TaskType | null;
  readonly model: string | null;
  /** As the node reported it at the time. */
  readonly gpu: string | null;
}
export const NO_LABELS: Labels = { taskType: null, model: null, gpu: null };

export interface LedgerEntry {
  /** Unique name of the event at its source: `relay:0-0x…`, `log:0x…:3`. */
  readonly source: string;
  readonly kind: LedgerKind;
  readonly from: Account;
  readonly to: Account;
  /** Not negative. */
  readonly wei: bigint;
  /** When it happened, by the source's clock. */
  readonly atMs: number;
  readonly task: Hex | null;
  /** Transaction hash. */
  readonly tx: string | null;
  /** The relay's record: list and ID. */
  readonly record: string | null;
  readonly labels: Labels;
}

export interface RecordedEntry extends LedgerEntry {
  /** Increases in the order of recording. */
  readonly id: number;
  readonly observedMs: number;
}

/** One account's side of an entry; `wei` is signed. */
export interface Leg {
  readonly account: OwnAccount;
  readonly wei: bigint;
}

export function isOwnAccount(account: Account): account is OwnAccount {
  return (OWN_ACCOUNTS as readonly Account[]).includes(account);
}

export function legsOf({ from, to, wei }: Pick<LedgerEntry, 'from' | 'to' | 'wei'>): readonly Leg[] {
  const legs: Leg[] = [];
  if (isOwnAccount(from)) legs.push({ account: from, wei: -wei });
  if (isOwnAccount(to)) legs.push({ account: to, wei });
  return legs;
}

/** @throws MoneyError MONEY_BAD_ENTRY */
export function assertEntry({ source, kind, from, to, wei, atMs }: LedgerEntry): void {
  if (
    (MOVEMENTS[kind] as readonly string[]).includes(`${from}>${to}`) &&
    wei >= 0n &&
    Number.isSafeInteger(atMs) &&
    source !== ''
  )
    return;
  throw new MoneyError('MONEY_BAD_ENTRY', `${source}: ${kind} of ${wei} wei from ${from} to ${to} at ${atMs}`, { source, kind });
}

const NOTHING: Omit<LedgerEntry, 'source' | 'kind' | 'from' | 'to' | 'wei' | 'atMs'> = {
  task: null,
  tx: null,
  record: null,
  labels: NO_LABELS,
};

/** An entry from the known fields; the others are null. */
export function entryOf(known: Omit<LedgerEntry, keyof typeof NOTHING> & Partial<LedgerEntry>): LedgerEntry {
  return { ...NOTHING, ...known, atMs: Math.trunc(known.atMs) };
}
