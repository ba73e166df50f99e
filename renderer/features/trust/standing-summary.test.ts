import { expect, it } from 'vitest';
import type { QosChange, QosExplanation } from '../../../contract/standing.ts';
import { madeCases } from '../../testing/fixtures/made-cases.ts';
import { madeQos } from '../../testing/fixtures/made-qos.ts';
import { standingSummary } from './standing-summary.ts';
import { changeTone, trustTimeline } from './trust-timeline.ts';

const world = { scenario: 'running', nowMs: 1e12 } as const;
const files = madeCases(world).map((file) => ({ ...file, cause: file.own.cause }));
const calm: Pick<QosExplanation, 'exclusion' | 'belowKickOut' | 'now'> = { ...madeQos(world), belowKickOut: false };
const none: typeof files = [];

it('states the worst that is true', () => {
  const word = (facts: Partial<Parameters<typeof standingSummary>[0]>) =>
    standingSummary({ barred: null, cases: none, qos: calm, ...facts })?.word;
  const excluded = { ...calm, exclusion: { state: 'excluded' as const, source: null, endsAtMs: null }, belowKickOut: true };
  expect(word({ barred: 'slashed', cases: files, qos: excluded })).toBe('slashed');
  expect(word({ barred: 'kickedOut', cases: files, qos: excluded })).toBe('kickedOut');
  expect(word({ cases: files, qos: excluded })).toBe('underReview');
  expect(word({ qos: excluded })).toBe('excluded');
  expect(word({ qos: { ...calm, belowKickOut: true } })).toBe('belowKickOut');
  const unknown = { ...calm, now: { ...calm.now, combined: null } };
  expect(word({ qos: unknown })).toBe('unknown');
  // Contracts have only points.
  const points = { average: 10, lastTasks: 30, mostOfLastTasks: 30, kickOutAt: 10 };
  expect(word({ qos: { ...unknown, points } })).toBe('calm');
  expect(word({})).toBe('calm');
  expect(word({ cases: null })).toBeUndefined();
});

it('puts cases and changes on one timeline, a case before its effect', () => {
  const change = madeQos(world).changes[0];
  const [file] = files;
  if (change === undefined || file === undefined) throw new Error('the fixture is empty');
  const at = (atMs: number): QosChange => ({ ...change, atMs });
  const line = trustTimeline([file], [at(file.openedMs + 5), at(file.openedMs), at(file.openedMs - 5)]);
  expect(line.map(({ kind, atMs }) => [kind, atMs - file.openedMs])).toEqual([
    ['quality', 5],
    ['case', 0],
    ['quality', 0],
    ['quality', -5],
  ]);
  expect(new Set(line.map(({ key }) => key)).size).toBe(4);
});

it('shows the direction of a change by the number that moved', () => {
  const numbers = { long: 0.5, health: 0.5, combined: 0.25 };
  const base = madeQos(world).changes[0];
  if (base === undefined) throw new Error('the fixture is empty');
  const tone = (part: Partial<typeof numbers>) => changeTone({ ...base, before: numbers, after: { ...numbers, ...part } });
  expect([tone({}), tone({ health: 0.4, long: 0.9 }), tone({ long: 0.6 }), tone({ long: 0.4 })]).toEqual([
    'neutral',
    'warn',
    'good',
    'warn',
  ]);
});
