import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qosExplanationSchema } from '../../contract/standing.ts';
import {
  boost,
  healthAt,
  isExcluded,
  longTermQos,
  NEW_NODE_QOS,
  penalise,
  type QosState,
  REJOIN_FLOOR,
  recordTaskScore,
  resetOnJoin,
} from '../../protocol/node/qos.ts';
import { QOS_EVENTS, type QosTrace, type QosTracing } from '../../protocol/wire/qos-tracing.ts';
import { SELF } from '../testing/remote-task.ts';
import { checkTrace, isPossibleLongTerm } from './qos-checks.ts';
import { explainQos } from './qos-explanation.ts';
import { NOW, nodeInfo, trace } from './testing/evidence.ts';

const MINUTE = 60_000;

type Step = { readonly event: string; readonly afterMs: number; readonly score?: number };

/** The tracing of a relay that follows the formulas exactly. */
function history(steps: readonly Step[], from: QosState = NEW_NODE_QOS): { traces: QosTrace[]; state: QosState; atMs: number } {
  let state = from;
  let atMs = NOW;
  const traces: QosTrace[] = [];
  const level = (at: QosState) => {
    const [long, health] = [longTermQos(at), healthAt(at, atMs)];
    return { long, health, combined: long * health };
  };
  for (const { event: wanted, afterMs, score = 0 } of steps) {
    atMs += afterMs;
    const before = level(state);
    const floored = wanted.startsWith('node_') && before.long < REJOIN_FLOOR;
    const event = floored ? 'node_rejoin_qos_floor' : wanted;
    if (event === 'task_timeout_penalty') state = penalise(state, atMs);
    else if (event.endsWith('_boost')) state = boost(state, atMs);
    else if (event.startsWith('node_')) state = resetOnJoin(state, atMs);
    else state = recordTaskScore(state, score);
    const scored = event.startsWith('validation_group_rank') || event === 'validation_group_aborted';
    const rank = event.startsWith('validation_group_rank') ? Number(event.at(-1)) : null;
    traces.push(trace(event, atMs, { before, after: level(state), ...(scored ? { taskScore: score, rank } : {}) }));
  }
  return { traces, state, atMs };
}

const tracingOf = (events: QosTrace[], maxEvents = 50): QosTracing => ({ address: SELF, maxEvents, events });

describe('the relay’s tracing compared with the formulas', () => {
  const step = fc
    .record({ event: fc.constantFrom(...QOS_EVENTS), afterMs: fc.integer({ min: 0, max: 3 * 3_600_000 }), invalid: fc.boolean() })
    .map(({ event, afterMs, invalid }): Step => {
      if (event.startsWith('node_')) return { event: 'node_join_health_reset', afterMs };
      const points = { validation_group_rank_1: 10, validation_group_rank_2: 5, validation_group_rank_3: 2 };
      const score = invalid ? 0 : (points[event as keyof typeof points] ?? 0);
      return { event, afterMs, score };
    });

  it('agrees with every history that follows them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.double({ min: 0, max: 10, noNaN: true }), (steps, storedScore) => {
        const { traces } = history(steps, { ...NEW_NODE_QOS, storedScore });
        for (const [i, one] of traces.entries()) expect(checkTrace(one, traces[i - 1] ?? null)).toEqual([]);
      }),
    );
  });

  const wrong: readonly [string, Partial<QosTrace>, string][] = [
    ['task_timeout_penalty', { after: { long: 0.5, health: 0.3, combined: 0.15 } }, 'health'],
    [
      'task_result_upload_success_boost',
      { before: { long: 0.5, health: 0.5, combined: 0.25 }, after: { long: 0.5, health: 0.6, combined: 0.3 } },
      'health',
    ],
    ['node_join_health_reset', { after: { long: 0.5, health: 0.9, combined: 0.45 } }, 'health'],
    ['node_rejoin_qos_floor', { after: { long: 0.5, health: 1, combined: 0.5 } }, 'long'],
    ['validation_group_rank_1', { taskScore: 7, rank: 1, after: { long: 0.7, health: 1, combined: 0.7 } }, 'taskScore'],
    [
      'validation_group_rank_1',
      { taskScore: 10, rank: 1, before: { long: 0.8, health: 1, combined: 0.8 }, after: { long: 0.2, health: 1, combined: 0.2 } },
      'long',
    ],
    ['task_timeout_penalty', { after: { long: 0.5, health: 0.95, combined: 0.9 } }, 'combined'],
  ];
  it.each(wrong)('shows where %s differs: %#', (event, changes, number) => {
    const differences = checkTrace(trace(event, NOW, changes), null);
    expect(differences?.map((difference) => difference.number)).toEqual([number]);
  });

  it('shows a recovery that was faster than it should be', () => {
    const low = trace('task_timeout_penalty', NOW, {
      before: { long: 0.5, health: 0.5, combined: 0.25 },
      after: { long: 0.5, health: 0.15, combined: 0.075 },
    });
    const next = trace('task_result_upload_success_boost', NOW + MINUTE, {
      before: { long: 0.5, health: 0.8, combined: 0.4 },
      after: { long: 0.5, health: 0.95, combined: 0.475 },
    });
    const [difference, ...more] = checkTrace(next, low) ?? [];
    expect(difference).toMatchObject({ number: 'recovery', relay: 0.8 });
    expect(difference?.formula).toBeCloseTo(healthAt({ ...NEW_NODE_QOS, health: { value: 0.15, atMs: 0 } }, MINUTE), 9);
    expect(more).toEqual([]);
  });

  it('does not judge unknown events', () => {
    expect(checkTrace(trace('something_new', NOW), null)).toBeNull();
    expect(explainQos({ tracing: tracingOf([trace('something_new', NOW)]), info: null, nowMs: NOW }).changes[0]).toMatchObject({
      code: 'unknown',
      event: 'something_new',
      differences: null,
    });
  });

  it('does not accept every number as a mean', () => {
    expect(isPossibleLongTerm(0.8, 0.3, 10)).toBe(false);
    expect(isPossibleLongTerm(0.5, 1, 10)).toBe(true);
    expect(isPossibleLongTerm(0.5, 0.5, 0)).toBe(true);
  });

  it('agrees with a relay whose new nodes start with 5 of 10, and that reports a mean of zero as zero', () => {
    const steps: Step[] = [
      { event: 'node_join_health_reset', afterMs: 0 },
      { event: 'validation_group_rank_1', afterMs: MINUTE, score: 10 },
      { event: 'validation_group_rank_3', afterMs: MINUTE, score: 2 },
    ];
    const { traces, atMs } = history(steps, { ...NEW_NODE_QOS, storedScore: 5 });
    const { now, changes } = explainQos({ tracing: tracingOf(traces), info: null, nowMs: atMs });
    expect(now.long).toEqual({ value: expect.closeTo((48 * 5 + 10 + 2) / 50 / 10, 6), source: 'relay' });
    expect(changes.flatMap(({ differences }) => differences)).toEqual([]);
    expect(isPossibleLongTerm(0.5, 0.51, 10)).toBe(true);
    expect(isPossibleLongTerm(0, 0, 0)).toBe(true);
    expect(isPossibleLongTerm(0.02, 0, 0)).toBe(true);
  });
});

describe('what the network tells the node', () => {
  const changeCodes = (steps: Step[]) =>
    explainQos({ tracing: tracingOf(history(steps).traces), info: null, nowMs: NOW }).changes.map((change) => change.code);

  it('each change has its own code, newest first', () => {
    const steps: Step[] = [
      { event: 'node_join_health_reset', afterMs: 0 },
      { event: 'validation_group_rank_1', afterMs: 0, score: 10 },
      { event: 'validation_group_rank_2', afterMs: 0, score: 5 },
      { event: 'validation_group_rank_3', afterMs: 0, score: 2 },
      { event: 'validation_group_rank_3', afterMs: 0, score: 0 },
      { event: 'validation_group_aborted', afterMs: 0 },
      { event: 'task_timeout_penalty', afterMs: 0 },
      { event: 'task_timeout_penalty', afterMs: 0 },
      { event: 'task_result_upload_success_boost', afterMs: 0 },
      { event: 'validation_group_matched_boost', afterMs: 0 },
    ];
    expect(changeCodes(steps).toReversed()).toEqual([
      'joined',
      'rankedFirst',
      'rankedSecond',
      'rankedThird',
      'invalidatedInGroup',
      'abortedInGroup',
      'firstTimeout',
      'repeatedTimeout',
      'uploadedResult',
      'agreedWithMajority',
    ]);
    const low = { ...NEW_NODE_QOS, storedScore: 1 };
    const { traces } = history([{ event: 'node_join_health_reset', afterMs: 0 }], low);
    expect(explainQos({ tracing: tracingOf(traces), info: null, nowMs: NOW }).changes[0]?.code).toBe('liftedToFloor');
  });

  const excluded = history([
    { event: 'node_join_health_reset', afterMs: 0 },
    { event: 'task_timeout_penalty', afterMs: 0 },
    { event: 'task_timeout_penalty', afterMs: 0 },
    { event: 'task_timeout_penalty', afterMs: 0 },
  ]);

  it('health now, its course, and the end of the exclusion follow the formulas', () => {
    const nowMs = excluded.atMs + 5 * MINUTE;
    const combined = longTermQos(excluded.state) * healthAt(excluded.state, nowMs);
    const info = nodeInfo({ qosScore: combined, probWeight: 0 });
    const view = explainQos({ tracing: tracingOf(excluded.traces), info, nowMs });
    expect(qosExplanationSchema.parse(view)).toEqual(view);
    expect(view.now.health).toEqual({ value: healthAt(excluded.state, nowMs), source: 'formula' });
    expect(view).toMatchObject({ differences: [], exclusion: { state: 'excluded', source: 'relay' } });
    const endsAtMs = view.exclusion.endsAtMs ?? 0;
    expect(isExcluded(excluded.state, endsAtMs - 1_000)).toBe(true);
    expect(isExcluded(excluded.state, endsAtMs + 1)).toBe(false);
    expect(view.recovery[0]).toEqual({ atMs: nowMs, health: view.now.health?.value });
    for (const { atMs, health } of view.recovery) expect(health).toBeCloseTo(healthAt(excluded.state, atMs), 9);
  });

  it('if the relay shows a different number, that number is used and the difference is shown', () => {
    const info = nodeInfo({ qosScore: 0.4, probWeight: 0.2 });
    const view = explainQos({ tracing: tracingOf(excluded.traces), info, nowMs: excluded.atMs });
    expect(view.now.combined).toEqual({ value: 0.4, source: 'relay' });
    expect(view.now.health).toEqual({ value: 0.8, source: 'relay' });
    expect(view.differences).toMatchObject([{ number: 'combined', relay: 0.4 }]);
    expect(view.exclusion).toEqual({ state: 'notExcluded', source: 'relay', endsAtMs: null });
  });

  it('without the relay’s answer, the tracing shows whether the node is excluded', () => {
    const at = (traces: QosTrace[], nowMs: number) => explainQos({ tracing: tracingOf(traces), info: null, nowMs }).exclusion;
    expect(at(excluded.traces, excluded.atMs)).toMatchObject({ state: 'excluded', source: 'formula' });
    expect(at(excluded.traces, excluded.atMs + 3 * 3_600_000)).toMatchObject({ state: 'notExcluded' });
    const rejoined = history([{ event: 'node_join_health_reset', afterMs: MINUTE }], excluded.state).traces;
    expect(at([...excluded.traces, ...rejoined], excluded.atMs + MINUTE)).toMatchObject({ state: 'notExcluded' });
  });

  it('a paused node’s weight of 0 is not an exclusion', () => {
    const info = nodeInfo({ status: 'Paused', qosScore: 0.5, probWeight: 0 });
    const joined = history([{ event: 'node_join_health_reset', afterMs: 0 }]).traces;
    const view = explainQos({ tracing: tracingOf(joined), info, nowMs: NOW });
    expect(view.exclusion).toEqual({ state: 'notExcluded', source: 'formula', endsAtMs: null });
  });

  it('what is not reported is unknown', () => {
    const view = explainQos({ tracing: tracingOf([]), info: null, nowMs: NOW });
    expect(view).toMatchObject({
      now: { long: null, health: null, combined: null },
      exclusion: { state: 'unknown' },
      recovery: [],
      belowKickOut: null,
      tracing: { kind: 'empty' },
    });
    expect(explainQos({ tracing: 'unsupported', info: nodeInfo(), nowMs: NOW }).tracing).toEqual({ kind: 'unsupported' });
  });

  it('the zeros of a node that has quit are not its quality', () => {
    const info = nodeInfo({ status: 'Quit', qosScore: 0, probWeight: 0 });
    const view = explainQos({ tracing: tracingOf(excluded.traces), info, nowMs: excluded.atMs });
    expect(view.now.combined?.source).toBe('formula');
    expect(view.differences).toEqual([]);
  });

  it('reports that the relay’s list is full, so the first change may be missing', () => {
    const { traces } = history(Array.from({ length: 50 }, () => ({ event: 'task_result_upload_success_boost', afterMs: 1 })));
    expect(explainQos({ tracing: tracingOf(traces), info: null, nowMs: NOW }).tracing).toEqual({
      kind: 'told',
      maxEvents: 50,
      atLimit: true,
    });
  });

  it('warns of the kick-out', () => {
    const low = history([{ event: 'validation_group_rank_3', afterMs: 0, score: 0 }], { ...NEW_NODE_QOS, storedScore: 1 });
    const view = explainQos({ tracing: tracingOf(low.traces), info: null, nowMs: NOW });
    expect(view).toMatchObject({ kickOutBelow: 0.2, belowKickOut: true });
  });
});
