/**
 * Holds acts of pages until a person decides, asked by the shell (a dialog or the terminal), or through a command line
 * that can read the data directory. Only one act is pending at a time, so that nobody answers a question they have not
 * read. Each question expires soon and covers one act.
 */
import type { ActQuestion } from '../../contract/act-questions.ts';
import type { PendingAct } from '../../contract/host-contract.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';

/**
 * Asks a person in a way that no page can fake, until the signal aborts. Null = nobody can be asked here, so the act is
 * left to the command line.
 */
export type AskPerson = (question: ActQuestion, signal: AbortSignal) => Promise<boolean | null>;

export interface PendingActsOptions {
  readonly ask: AskPerson;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PendingActs {
  /** True = a person said yes. `signal` withdraws the question, which counts as a no. */
  ask(question: ActQuestion, signal?: AbortSignal): Promise<boolean>;
  pending(): readonly PendingAct[];
  /** Called by the command line; each id works once. @throws HostError ACT_NOT_PENDING */
  confirm(id: string): void;
  /** Like `confirm`. @throws HostError ACT_NOT_PENDING */
  refuse(id: string): void;
}

export const ACT_EXPIRES_MS = 2 * 60_000;
/** After a page has withdrawn its question, so that it cannot put another one under a click that is on its way. */
export const ACT_PAUSE_MS = 1_000;
const ID_BYTES = 4;

interface WaitingAct extends Omit<PendingAct, 'leftMs'> {
  readonly sinceMs: () => number;
  readonly settle: (allowed: boolean) => void;
}

export function createPendingActs({ ask, clock, random }: PendingActsOptions): PendingActs {
  let waiting: WaitingAct | null = null;
  let sinceWithdrawnMs = () => ACT_PAUSE_MS;
  function answer(id: string, allowed: boolean): void {
    if (waiting?.id !== id) throw new HostError('ACT_NOT_PENDING', `no act ${id} is pending`, { id });
    waiting.settle(allowed);
  }
  return {
    async ask(question, signal) {
      if (waiting !== null || signal?.aborted === true || sinceWithdrawnMs() < ACT_PAUSE_MS) return false;
      const over = new AbortController();
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const withdraw = () => {
        sinceWithdrawnMs = startStopwatch(clock);
        resolve(false);
      };
      signal?.addEventListener('abort', withdraw, { signal: over.signal });
      const id = bytesToHex(random.bytes(ID_BYTES)).slice(2);
      waiting = { id, question, sinceMs: startStopwatch(clock), settle: resolve };
      ask(question, over.signal).then(
        (allowed) => allowed !== null && resolve(allowed),
        () => resolve(false),
      );
      clock.sleep(ACT_EXPIRES_MS, over.signal).then(
        () => resolve(false),
        () => {},
      );
      try {
        return await promise;
      } finally {
        waiting = null;
        over.abort();
      }
    },
    pending() {
      if (waiting === null) return [];
      const { id, question, sinceMs } = waiting;
      return [{ id, question, leftMs: Math.max(0, ACT_EXPIRES_MS - sinceMs()) }];
    },
    confirm: (id) => answer(id, true),
    refuse: (id) => answer(id, false),
  };
}
