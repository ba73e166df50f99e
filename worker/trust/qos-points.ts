/** Quality of service in contracts: sums of points, without a history. Source: CHAIN_PROTOCOL 4.1. */
import type { QosExplanation } from '../../contract/standing.ts';
import type { QosPoints } from '../networks/relay/relay-reader.ts';

/** Number of tasks that a kick-out considers; a missing one counts as a good one. */
const KICK_OUT_TASKS = 3;
const POINTS_IF_MISSING = 10;
/** With this many points or fewer at the end of a task, a node is kicked out. */
const KICK_OUT_AT = 10;

export function explainPoints({ average, recent, recentTasks }: QosPoints, nowMs: number): QosExplanation {
  const sum = recent + Math.max(0, KICK_OUT_TASKS - recentTasks) * POINTS_IF_MISSING;
  return {
    atMs: nowMs,
    now: { long: null, health: null, combined: null },
    differences: [],
    exclusion: { state: 'notExcluded', source: null, endsAtMs: null },
    recovery: [],
    kickOutBelow: KICK_OUT_AT,
    belowKickOut: sum <= KICK_OUT_AT,
    changes: [],
    tracing: { kind: 'unsupported' },
    points: { average, lastTasks: sum, mostOfLastTasks: KICK_OUT_TASKS * POINTS_IF_MISSING, kickOutAt: KICK_OUT_AT },
  };
}
