/** The node's regular polls: how often, and at which phase of the second, each is made. */
import type { LoopContext } from '../loop/context.ts';
import { PollLoop, type PollLoopOptions } from '../loop/poll-loop.ts';
import type { RelayHealth } from '../loop/relay-health.ts';
import type { RequestBudget } from '../loop/request-budget.ts';

export type PollName = 'pointer' | 'events' | 'membership' | 'clock' | 'payments' | 'diagnostics';

/** What a poll does, and the settings that are read again before each one. */
export type Poll = Pick<PollLoopOptions, 'poll' | 'periodMs' | 'msUntilBest' | 'isEnabled'>;

/**
 * Milliseconds after the full second. Pointer and events are half a second apart, because either may report a new task.
 * The others are in between, so that no two requests compete.
 */
const PHASE_MS: Readonly<Record<PollName, number>> = {
  pointer: 0,
  membership: 250,
  events: 500,
  clock: 750,
  payments: 750,
  diagnostics: 850,
};

/** Log messages for a failed poll. The window translates them. */
export const POLL_FAILURES = {
  pointer: 'asking the network for a task failed',
  membership: "reading the node's status from the network failed",
  events: "reading the network's events failed",
  clock: "reading the network's clock failed",
  payments: 'reading the account failed',
  diagnostics: 'sending the diagnostics failed',
} as const satisfies Readonly<Record<PollName, string>>;

/** Periods from RELAY_PROTOCOL 8.10 where the official node has the same poll. */
export const PERIOD_MS = {
  pointer: 1_000,
  /** The pointer's period while a task is open: events and the task itself report the rest. */
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
