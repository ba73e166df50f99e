/** Compares the relay's tracing with the formulas of `protocol/node/qos.ts`. Source: RELAY_PROTOCOL 3.3.2, 4.6, 4.7. */
import type { QosDifference } from '../../contract/standing.ts';
import {
  boost,
  healthAt,
  longTermQos,
  MAX_TASK_SCORE,
  NEUTRAL_QOS,
  NEW_NODE_QOS,
  POOL_SIZE,
  penalise,
  type QosState,
  RANK_SCORES,
  REJOIN_FLOOR,
} from '../../protocol/node/qos.ts';
import { QOS_EVENTS, type QosEventType, type QosTrace } from '../../protocol/wire/qos-tracing.ts';

/** Rounding by the relay's database and JSON. */
const ROUNDING_TOLERANCE = 1e-4;
/** A time in whole seconds causes an error of this size on the recovery curve. */
const RECOVERY_TOLERANCE = 2e-3;

/** Empty: everything agrees. Null: an event without a known formula. */
export function checkTrace(trace: QosTrace, previous: QosTrace | null): QosDifference[] | null {
  const event = QOS_EVENTS.find((known) => known === trace.event);
  if (event === undefined) return null;
  const differences: QosDifference[] = [];
  const compare = (number: QosDifference['number'], formula: number, relay: number, tolerance = ROUNDING_TOLERANCE) => {
    if (Math.abs(formula - relay) > tolerance) differences.push({ number, formula, relay });
  };
  const { before, after } = trace;
  if (previous !== null) {
    const recovered = healthAt(stateWithHealth(previous.after.health, previous.atMs), trace.atMs);
    compare('recovery', recovered, before.health, RECOVERY_TOLERANCE);
  }
  compare('health', healthAfter(event, before.health), after.health);
  if (isScored(event)) {
    if (!possibleScores(event, trace.rank).includes(trace.taskScore ?? 0)) {
      differences.push({
        number: 'taskScore',
        formula: possibleScores(event, trace.rank)[0] ?? null,
        relay: trace.taskScore ?? 0,
      });
    }
    if (!isPossibleLongTerm(before.long, after.long, trace.taskScore ?? 0)) {
      differences.push({ number: 'long', formula: null, relay: after.long });
    }
  } else compare('long', event === 'node_rejoin_qos_floor' ? REJOIN_FLOOR : before.long, after.long);
  compare('combined', after.long * after.health, after.combined);
  return differences;
}

export function stateWithHealth(value: number, atMs: number): QosState {
  return { ...NEW_NODE_QOS, health: { value, atMs } };
}

function healthAfter(event: QosEventType, before: number): number {
  const state = stateWithHealth(before, 0);
  switch (event) {
    case 'task_timeout_penalty':
      return healthAt(penalise(state, 0), 0);
    case 'task_result_upload_success_boost':
    case 'validation_group_matched_boost':
      return healthAt(boost(state, 0), 0);
    case 'node_join_health_reset':
    case 'node_rejoin_qos_floor':
      return 1;
    default:
      return before;
  }
}

function isScored(event: QosEventType): boolean {
  return event.startsWith('validation_group_rank_') || event === 'validation_group_aborted';
}

/** Points by rank; an invalidated member gets none, whatever its rank. */
function possibleScores(event: QosEventType, rank: number | null): readonly number[] {
  if (event === 'validation_group_aborted') return [0];
  const place = rank ?? Number(event.at(-1));
  return [RANK_SCORES[place - 1] ?? 0, 0];
}

/**
 * Whether one more task score could have changed the mean of the pool like this. The relay publishes neither the pool
 * nor its length, so this tries a growing pool, a full one that drops its oldest score, and one seeded from the stored
 * score.
 */
export function isPossibleLongTerm(before: number, after: number, score: number): boolean {
  // One half may stand for a mean of exactly zero.
  const starts = before === NEUTRAL_QOS ? [NEUTRAL_QOS * MAX_TASK_SCORE, 0] : [before * MAX_TASK_SCORE];
  // Older relays report a mean of exactly zero as one half, newer ones as zero.
  const fits = (mean: number) =>
    [longTermQos({ ...NEW_NODE_QOS, pool: [mean] }), mean / MAX_TASK_SCORE].some(
      (reported) => Math.abs(reported - after) <= ROUNDING_TOLERANCE,
    );
  return starts.some((start) => {
    for (let size = 0; size < POOL_SIZE; size++) if (fits((size * start + score) / (size + 1))) return true;
    for (let dropped = 0; dropped <= MAX_TASK_SCORE; dropped++) if (fits(start + (score - dropped) / POOL_SIZE)) return true;
    return fits(((POOL_SIZE - 1) * Math.trunc(start) + score) / POOL_SIZE);
  });
}
