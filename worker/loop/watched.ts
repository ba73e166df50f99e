/** What the driver knows about a watched task: when it is due, and what has happened since its last cycle. */
import type { Hex } from '../../protocol/hex.ts';
import { earliest, elapsedMs, LONG_AGO, type Monotonic, NEVER } from '../../protocol/monotonic.ts';
import type { NetworkTask } from '../networks/task-network.ts';
import type { Action } from './decide.ts';

export interface Watched {
  isRumour: boolean;
  due: Monotonic;
  /** When a read serves the engine's answer best, if it is not due earlier: the cycle then waits for the answer. */
  ahead: Monotonic;
  /** Nothing is known to have happened; events would report it. */
  canWait: boolean;
  failures: number;
  /** Consecutive cycles that ended in the same act; an act without effect is not repeated at full speed. */
  repeats: number;
  last: Action['kind'] | null;
  /** The engine has answered: `due` = the next read is still to come, `taken` = it is in progress. */
  answer: 'none' | 'due' | 'taken';
  /** A cycle is reading the network, or waiting for the engine's answer with what it has read. */
  isReading: boolean;
  /** When the verdict on what was submitted is likely to come; null = no prediction. */
  verdict: Monotonic | null;
  /** The node's own task, as it was just read. */
  read: { readonly remote: NetworkTask; readonly at: Monotonic } | null;
}

export function newlyWatched(isRumour: boolean): Watched {
  return {
    isRumour,
    due: LONG_AGO,
    ahead: NEVER,
    canWait: false,
    failures: 0,
    repeats: 0,
    last: null,
    answer: 'none',
    isReading: false,
    verdict: null,
    read: null,
  };
}

/** The next due read was predicted to show what an act depends on. */
export function isForetold({ due, ahead, verdict }: Watched): boolean {
  return elapsedMs(ahead, due) >= 0 || (verdict !== null && elapsedMs(verdict, due) === 0);
}

export function dueOf({ due, ahead }: Watched): Monotonic {
  return earliest(due, ahead);
}

type Entry = readonly [Hex, Watched];

export function firstDue(entries: readonly Entry[]): Entry | null {
  return entries.reduce<Entry | null>(
    (best, entry) => (best === null || elapsedMs(dueOf(entry[1]), dueOf(best[1])) > 0 ? entry : best),
    null,
  );
}
