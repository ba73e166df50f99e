/** How a record becomes ledger entries. */
import type { Hex } from '../../../protocol/hex.ts';
import type { TaskStatus, TaskType } from '../../../protocol/tasks/status.ts';
import type { LedgerEntry } from '../ledger/entry.ts';

export type Posting =
  | { readonly kind: 'entries'; readonly entries: readonly LedgerEntry[] }
  /** It cannot be booked yet. */
  | { readonly kind: 'wait'; readonly why: string }
  /** It cannot be booked by this version of the program. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Nothing moved where the amount is zero. */
export function entries(...list: readonly LedgerEntry[]): Posting {
  return { kind: 'entries', entries: list.filter(({ wei }) => wei > 0n) };
}

export function unreadable(why: string): Posting {
  return { kind: 'unreadable', why };
}

/** What this machine knows of a task of its own. */
export interface TaskFacts {
  readonly status: TaskStatus;
  readonly type: TaskType;
  /** Base model, else the first one; null for none. */
  readonly model: string | null;
  /** As reported when the task was given out. */
  readonly gpu: string | null;
}

/** Null for a task that this data directory never saw. */
export type TaskFactsOf = (commitment: Hex) => TaskFacts | null;
