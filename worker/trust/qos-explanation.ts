/** A node's quality of service: its value, what caused it, and how it recovers. Source: RELAY_PROTOCOL 4.2, 4.7. */
import type { QosChange, QosDifference, QosExplanation } from '../../contract/standing.ts';
import {
  EXCLUSION_BELOW,
  FIRST_TIMEOUT_HEALTH,
  healthAt,
  KICK_OUT_BELOW,
  MAX_TASK_SCORE,
  READMISSION_AT,
} from '../../protocol/node/qos.ts';
import { healthReachedAtMs } from '../../protocol/node/qos-recovery.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { QosTrace, QosTracing } from '../../protocol/wire/qos-tracing.ts';
import type { Unsupported } from '../networks/relay/relay-reader.ts';
import { checkTrace, stateWithHealth } from './qos-checks.ts';

export interface QosFacts {
  readonly tracing: QosTracing | Unsupported;
  /** Null if it could not be read. */
  readonly info: Pick<NodeInfo, 'status' | 'qosScore' | 'stakingScore' | 'probWeight'> | null;
  /** The network's time. */
  readonly nowMs: number;
}

/** Time passes between the relay's two answers. */
const NOW_TOLERANCE = 0.01;
const RECOVERY_STEPS_MINUTES = [0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180];
/** Full enough to end the curve. */
const FULL_HEALTH = 0.995;

export function explainQos({ tracing, info, nowMs }: QosFacts): QosExplanation {
  const traces = tracing === 'unsupported' ? [] : tracing.events;
  const { now, differences } = currentNumbers(traces.at(-1) ?? null, info, nowMs);
  const health = now.health?.value ?? null;
  const kickOutBelow = KICK_OUT_BELOW / MAX_TASK_SCORE;
  return {
    atMs: nowMs,
    now,
    differences,
    exclusion: exclusion({ traces, info, health, nowMs }),
    recovery: health === null || health >= FULL_HEALTH ? [] : recovery(health, nowMs),
    kickOutBelow,
    belowKickOut: now.long === null ? null : now.long.value < kickOutBelow,
    changes: traces.map((trace, i) => explainChange(trace, traces[i - 1] ?? null)).reverse(),
    tracing: tracingState(tracing),
    points: null,
  };
}

/** The relay's combined number counts; if the formula gives a different one, health is derived from the relay's number. */
function currentNumbers(
  last: QosTrace | null,
  info: QosFacts['info'],
  nowMs: number,
): Pick<QosExplanation, 'now' | 'differences'> {
  // A node that has quit is reported with zeros.
  const relay = info === null || info.status === 'Quit' ? null : info.qosScore;
  const combined = relay === null ? null : ({ value: relay, source: 'relay' } as const);
  if (last === null) return { now: { long: null, health: null, combined }, differences: [] };
  const long = { value: last.after.long, source: 'relay' } as const;
  const health = healthAt(stateWithHealth(last.after.health, last.atMs), nowMs);
  const formula = long.value * health;
  const byFormula = { value: health, source: 'formula' } as const;
  if (relay === null)
    return { now: { long, health: byFormula, combined: { value: formula, source: 'formula' } }, differences: [] };
  if (Math.abs(formula - relay) <= NOW_TOLERANCE) return { now: { long, health: byFormula, combined }, differences: [] };
  const implied = long.value === 0 ? health : Math.min(1, relay / long.value);
  const differences: QosDifference[] = [{ number: 'combined', formula, relay }];
  return { now: { long, health: { value: implied, source: 'relay' }, combined }, differences };
}

interface ExclusionFacts extends Pick<QosFacts, 'info' | 'nowMs'> {
  readonly traces: readonly QosTrace[];
  readonly health: number | null;
}

/** The relay reports an excluded node with weight 0; if the weight is unknown, the tracing decides. */
function exclusion({ traces, info, health, nowMs }: ExclusionFacts): QosExplanation['exclusion'] {
  const endsAtMs = health === null ? null : healthReachedAtMs({ value: health, atMs: nowMs }, READMISSION_AT);
  const listed = info?.status === 'Available' || info?.status === 'Busy';
  if (info !== null && listed && info.stakingScore > 0 && info.qosScore > 0) {
    if (info.probWeight > 0) return { state: 'notExcluded', source: 'relay', endsAtMs: null };
    return { state: 'excluded', source: 'relay', endsAtMs };
  }
  if (health === null) return { state: 'unknown', source: null, endsAtMs: null };
  const penalised = traces.findLastIndex(
    (trace) => trace.event === 'task_timeout_penalty' && trace.after.health < EXCLUSION_BELOW,
  );
  const flagged = penalised >= 0 && !traces.slice(penalised + 1).some((trace) => trace.event.startsWith('node_'));
  if (flagged && health < READMISSION_AT) return { state: 'excluded', source: 'formula', endsAtMs };
  return { state: 'notExcluded', source: 'formula', endsAtMs: null };
}

function recovery(health: number, nowMs: number): QosExplanation['recovery'] {
  const state = stateWithHealth(health, nowMs);
  return RECOVERY_STEPS_MINUTES.map((minutes) => {
    const atMs = nowMs + minutes * 60_000;
    return { atMs, health: healthAt(state, atMs) };
  });
}

function explainChange(trace: QosTrace, previous: QosTrace | null): QosChange {
  const { atMs, event, commitment, taskScore, rank, before, after } = trace;
  const differences = checkTrace(trace, previous);
  return { atMs, code: codeOf(trace), event, commitment, taskScore, rank, before, after, differences };
}

function codeOf({ event, taskScore, before }: QosTrace): QosChange['code'] {
  if (event.startsWith('validation_group_rank_') && taskScore === 0) return 'invalidatedInGroup';
  if (event === 'task_timeout_penalty') return before.health >= FIRST_TIMEOUT_HEALTH ? 'firstTimeout' : 'repeatedTimeout';
  return CHANGE_CODES[event] ?? 'unknown';
}

const CHANGE_CODES: Readonly<Record<string, QosChange['code']>> = {
  validation_group_rank_1: 'rankedFirst',
  validation_group_rank_2: 'rankedSecond',
  validation_group_rank_3: 'rankedThird',
  validation_group_aborted: 'abortedInGroup',
  task_result_upload_success_boost: 'uploadedResult',
  validation_group_matched_boost: 'agreedWithMajority',
  node_join_health_reset: 'joined',
  node_rejoin_qos_floor: 'liftedToFloor',
};

function tracingState(tracing: QosFacts['tracing']): QosExplanation['tracing'] {
  if (tracing === 'unsupported') return { kind: 'unsupported' };
  if (tracing.events.length === 0) return { kind: 'empty' };
  const { maxEvents, events } = tracing;
  return { kind: 'told', maxEvents, atLimit: maxEvents > 0 && events.length >= maxEvents };
}
