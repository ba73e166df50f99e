/** The node's regular questions to the network: how often, and at which phase of the second, each is asked. */
import type { LoopContext } from '../loop/context.ts';
import { PollLoop, type PollLoopOptions } from '../loop/poll-loop.ts';
import type { RelayHealth } from '../loop/relay-health.ts';
import type { RequestBudget } from '../loop/request-budget.ts';

export type PollName = 'pointer' | 'events' | 'membership' | 'clock' | 'payments' | 'diagnostics';

/** What a poll does; the others are asked anew before each. */
export type Poll = Pick<PollLoopOptions, 'poll' | 'periodMs' | 'untilBest' | 'when'>;

/**
 * Milliseconds after the full second. Pointer and events lie half a second apart: each may tell of a new task. The
 * rest lies between, so that no two requests compete.
 */
const PHASE_MS: Readonly<Record<PollName, number>> = {
  pointer: 0,
  membership: 250,
  events: 500,
  clock: 750,
  payments: 750,
  diagnostics: 850,
};

/** What the log says when one fails. The window has them in its languages. */
export const POLL_FAILURES = {
  pointer: 'asking the network for a task failed',
  membership: 'reading what the network says of the node failed',
  events: 'reading the events of the network failed',
  clock: 'reading the clock of the network failed',
  payments: 'reading the account failed',
  diagnostics: 'sending the diagnostics failed',
} as const satisfies Readonly<Record<PollName, string>>;

/** Periods of RELAY_PROTOCOL 8.10, where the official node has the same poll. */
export const PERIOD_MS = {
  pointer: 1_000,
  /** The pointer while a task is open: events and the task itself tell the rest. */
  pointerBusy: 10_000,
  events: 1_000,
  membershipSettled: 15_000,
  membershipUnsettled: 5_000,
  membershipStopping: 1_000,
  clock: 600_000,
  diagnostics: 30_000,
} as const;

export interface PollSources {
  readonly context: LoopContext;
  readonly budget: RequestBudget;
  readonly health: RelayHealth;
}

export function createPolls(
  { context, budget, health }: PollSources,
  polls: Readonly<Record<PollName, Poll>>,
): Readonly<Record<PollName, PollLoop>> {
  const { clock, log } = context;
  const create = (name: PollName) =>
    new PollLoop({ name, failure: POLL_FAILURES[name], phaseMs: PHASE_MS[name], ...polls[name], clock, budget, health, log });
  return {
    pointer: create('pointer'),
    events: create('events'),
    membership: create('membership'),
    clock: create('clock'),
    payments: create('payments'),
    diagnostics: create('diagnostics'),
  };
}
