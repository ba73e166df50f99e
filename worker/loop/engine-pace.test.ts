import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EnginePace } from './engine-pace.ts';

function paceOf(...durations: readonly number[]): EnginePace {
  const pace = new EnginePace();
  for (const ms of durations) pace.record('kind', ms);
  return pace;
}

it.for([
  ['nothing of a kind that was never seen', [], null],
  ['nothing after one task', [9_000], null],
  ['half a second before the end of tasks that take equally long', [9_000, 9_000], 8_500],
  ['half a second before the middle of those that nearly do', [9_000, 9_400, 9_200], 8_700],
  ['at once where they take less', [300, 40, 100], 0],
  ['by most of them, whatever a few took', [9_000, 2_000, 9_100, 30_000, 9_200], 8_600],
  ['nothing where no second holds more than half of them', [2_000, 4_000, 6_000, 2_100], null],
  ['nothing where half of them is all', [2_000, 4_000], null],
] as const)('a read is best %s', ([, durations, expected]) => {
  expect(paceOf(...durations).readAfterMs('kind')).toBe(expected);
});

it('kinds are distinguished, and old durations are forgotten', () => {
  const pace = paceOf(...Array.from({ length: 20 }, () => 2_000), ...Array.from({ length: 8 }, () => 7_000));
  expect(pace.readAfterMs('kind')).toBe(6_500);
  expect(pace.readAfterMs('other')).toBeNull();
});

it('kinds without end do not fill the memory: the least recently used one is dropped', () => {
  const pace = paceOf(2_000, 2_000);
  for (let i = 0; i < 31; i++) pace.record(`kind ${i}`, 1_000);
  expect(pace.readAfterMs('kind')).not.toBeNull();
  pace.record('kind 31', 1_000);
  expect(pace.readAfterMs('kind')).toBeNull();
});

it('a predicted read serves more than half of the last tasks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 2, maxLength: 8 }), (durations) => {
      const atMs = paceOf(...durations).readAfterMs('kind');
      if (atMs === null) return;
      const served = durations.filter((ms) => ms >= atMs && ms <= atMs + 1_000);
      expect(served.length * 2).toBeGreaterThan(durations.length);
    }),
  );
});
