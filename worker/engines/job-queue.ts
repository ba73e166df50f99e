/** Jobs of one engine role: first in, first out, one at a time with the engine. */
import type { EngineOutcome } from './engine.ts';

export interface EngineTicket {
  /** `task_id` on the wire. */
  readonly id: string;
  /** The frame that sends the job to the engine. */
  readonly frame: string;
  readonly settle: (outcome: EngineOutcome) => void;
  readonly refuse: (error: Error) => void;
  /** Aborted once the job is settled or refused; ends its watchdog. */
  readonly over: AbortSignal;
}

export interface JobQueue {
  /** The engine's current job; null if it is idle. */
  readonly sent: EngineTicket | null;
  add(job: { id: string; frame: string }): { ticket: EngineTicket; outcome: Promise<EngineOutcome> };
  /** Passes the next job to the engine; null if there is none or the engine has one. */
  next(): EngineTicket | null;
  settleAll(outcome: EngineOutcome): void;
}

export function createJobQueue(): JobQueue {
  const waiting: EngineTicket[] = [];
  let sent: EngineTicket | null = null;

  const forget = (ticket: EngineTicket) => {
    if (sent === ticket) sent = null;
    const index = waiting.indexOf(ticket);
    if (index >= 0) waiting.splice(index, 1);
  };

  return {
    get sent() {
      return sent;
    },
    add(job) {
      const over = new AbortController();
      const { promise: outcome, resolve, reject } = Promise.withResolvers<EngineOutcome>();
      const ticket: EngineTicket = {
        ...job,
        over: over.signal,
        settle(result) {
          forget(ticket);
          over.abort();
          resolve(result);
        },
        refuse(error) {
          forget(ticket);
          over.abort();
          reject(error);
        },
      };
      waiting.push(ticket);
      return { ticket, outcome };
    },
    next() {
      if (sent !== null) return null;
      sent = waiting.shift() ?? null;
      return sent;
    },
    settleAll(outcome) {
      for (const ticket of [...(sent === null ? [] : [sent]), ...waiting]) ticket.settle(outcome);
    },
  };
}
