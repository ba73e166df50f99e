/** Quality of service as contracts keep it: sums of points, and no history. Source: CHAIN_PROTOCOL 4.1. */
import type { QosExplanation } from '../../contract/standing.ts';
import type { QosPoints } from '../networks/relay/relay-reader.ts';

/** Tasks that a kick-out looks at; one that is missing counts as a good one. */
const TASKS = 3;
const POINTS_OF_MISSING = 10;
/** With so many points, or fewer, at the end of a task a node is kicked out. */
const KICK_OUT_AT = 10;

export function explainPoints({ average, recent, recentTasks }: QosPoints, nowMs: number): QosExplanation {
  const sum = recent + Math.max(0, TASKS - recentTasks) * POINTS_OF_MISSING;
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
    points: { average, lastTasks: sum, mostOfLastTasks: TASKS * POINTS_OF_MISSING, kickOutAt: KICK_OUT_AT },
  };
}
