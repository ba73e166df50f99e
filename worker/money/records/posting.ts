/** The ledger entries that a record becomes. */
import type { Hex } from '../../../protocol/hex.ts';
import type { TaskStatus, TaskType } from '../../../protocol/tasks/status.ts';
import type { LedgerEntry } from '../ledger/entry.ts';

export type Posting =
  | { readonly kind: 'entries'; readonly entries: readonly LedgerEntry[] }
  /** It cannot be booked yet. */
  | { readonly kind: 'wait'; readonly why: string }
  /** It cannot be booked by this version of the program. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** If the amount is zero, nothing moved. */
export function postingOf(...list: readonly LedgerEntry[]): Posting {
  return { kind: 'entries', entries: list.filter(({ wei }) => wei > 0n) };
}

export function unreadable(why: string): Posting {
  return { kind: 'unreadable', why };
}

/** What this machine knows about its own task. */
export interface TaskFacts {
  readonly status: TaskStatus;
  readonly type: TaskType;
  /** Base model, otherwise the first one; null if there is none. */
  readonly model: string | null;
  /** As reported when the task was assigned. */
  readonly gpu: string | null;
}

/** Null for a task that this data directory has never seen. */
export type TaskFactsOf = (commitment: Hex) => TaskFacts | null;
