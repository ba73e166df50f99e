import fc from 'fast-check';
import { expect, it } from 'vitest';
import { healthAt, NEW_NODE_QOS, READMISSION_AT } from './qos.ts';
import { healthReachedAtMs } from './qos-recovery.ts';

const level = fc.double({ min: 0, max: 0.999, noNaN: true });

it('is the inverse of recovery: not a second before, and from then on', () => {
  fc.assert(
    fc.property(level, level, fc.nat(1_000_000), (value, target, atMs) => {
      const reached = healthReachedAtMs({ value, atMs }, target) ?? Number.NaN;
      const health = (ms: number) => healthAt({ ...NEW_NODE_QOS, health: { value, atMs } }, ms);
      expect(health(reached)).toBeGreaterThanOrEqual(target - 1e-9);
      if (value < target) expect(health(Math.max(atMs, reached - 1_000))).toBeLessThanOrEqual(target);
    }),
  );
});

it('a node at 0.15 is readmitted after 30 · ln(0.85 / 0.2) minutes; full health is never quite reached', () => {
  expect(healthReachedAtMs({ value: 0.15, atMs: 0 }, READMISSION_AT)).toBeCloseTo(30 * Math.log(0.85 / 0.2) * 60_000, 3);
  expect(healthReachedAtMs({ value: 0.9, atMs: 7 }, 0.8)).toBe(7);
  expect(healthReachedAtMs({ value: 0.9, atMs: 7 }, 1)).toBeNull();
  expect(healthReachedAtMs({ value: 1, atMs: 7 }, 1)).toBe(7);
});
