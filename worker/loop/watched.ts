/** What the driver knows about a watched task: when it is due, and what has happened since its last cycle. */
import type { Hex } from '../../protocol/hex.ts';
import { earliest, elapsedMs, LONG_AGO, type Monotonic, NEVER } from '../../protocol/monotonic.ts';
import type { NetworkTask } from '../networks/task-network.ts';
import type { Action } from './decide.ts';

export interface WatchedTask {
  isUnconfirmed: boolean;
  due: Monotonic;
  /** When a read serves the engine's answer best, if it is not due earlier: the cycle then waits for the answer. */
  answerReadDue: Monotonic;
  /** Nothing is known to have happened; events would report it. */
  canWait: boolean;
  failures: number;
  /** Consecutive cycles that ended in the same act; an act without effect is not repeated at full speed. */
  repeats: number;
  lastAction: Action['kind'] | null;
  /** The engine has answered: `due` = the next read is still to come, `taken` = it is in progress. */
  answer: 'none' | 'due' | 'taken';
  /** A cycle is reading the network, or waiting for the engine's answer with what it has read. */
  isReading: boolean;
  /** When the verdict on what was submitted is likely to come; null = no prediction. */
  verdictDue: Monotonic | null;
  /** The node's own task, as it was just read. */
  read: { readonly remote: NetworkTask; readonly at: Monotonic } | null;
}

export function createWatched(isUnconfirmed: boolean): WatchedTask {
  return {
    isUnconfirmed,
    due: LONG_AGO,
    answerReadDue: NEVER,
    canWait: false,
    failures: 0,
    repeats: 0,
    lastAction: null,
    answer: 'none',
    isReading: false,
    verdictDue: null,
    read: null,
  };
}

/** The next due read was predicted to show what an act depends on. */
export function isPredicted({ due, answerReadDue, verdictDue }: WatchedTask): boolean {
  return elapsedMs(answerReadDue, due) >= 0 || (verdictDue !== null && elapsedMs(verdictDue, due) === 0);
}

export function nextDue({ due, answerReadDue }: WatchedTask): Monotonic {
  return earliest(due, answerReadDue);
}

type Entry = readonly [Hex, WatchedTask];

export function firstDue(entries: readonly Entry[]): Entry | null {
  return entries.reduce<Entry | null>(
    (best, entry) => (best === null || elapsedMs(nextDue(entry[1]), nextDue(best[1])) > 0 ? entry : best),
    null,
  );
}
