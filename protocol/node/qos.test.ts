import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QosState } from './qos.ts';
import {
  boost,
  combinedQos,
  healthAt,
  isExcluded,
  longTermQos,
  longTermScore,
  NEW_NODE_QOS,
  POOL_SIZE,
  penalise,
  rankScores,
  recordTaskScore,
  recordTaskStart,
  resetOnJoin,
  resetOnRelayRestart,
  shouldKickOut,
} from './qos.ts';

const MINUTE = 60_000;
const withScores = (count: number, score: number, from: QosState = NEW_NODE_QOS) =>
  Array.from({ length: count }).reduce<QosState>((state) => recordTaskScore(state, score), from);
const health = (value: number, atMs = 0): QosState => ({ ...NEW_NODE_QOS, health: { value, atMs } });

describe('rank scores', () => {
  it('are 10, 5, 2 for the members that are not aborted, in rank order', () => {
    expect(rankScores([false, false, false])).toEqual([10, 5, 2]);
    expect(rankScores([true, false, false])).toEqual([0, 10, 5]);
    expect(rankScores([false, true, true])).toEqual([10, 0, 0]);
    expect(rankScores([true, true, true])).toEqual([null, null, null]);
  });
});

describe('long-term quality', () => {
  it('is neutral without history and for a mean of exactly zero', () => {
    expect(longTermQos(NEW_NODE_QOS)).toBe(0.5);
    expect(longTermQos(withScores(3, 0))).toBe(0.5);
  });

  it('is the mean of the last fifty scores', () => {
    const mixed = recordTaskScore(recordTaskScore(NEW_NODE_QOS, 10), 5);
    expect(longTermScore(mixed)).toBe(7.5);
    expect(longTermQos(mixed)).toBe(0.75);
    const full = withScores(POOL_SIZE, 2, withScores(POOL_SIZE, 10));
    expect(full.pool).toHaveLength(POOL_SIZE);
    expect(longTermScore(full)).toBe(2);
  });

  it('survives a relay restart as 49 copies of the truncated score', () => {
    const restarted = resetOnRelayRestart(recordTaskScore(recordTaskScore(NEW_NODE_QOS, 10), 5));
    expect(longTermScore(restarted)).toBe(7.5);
    const next = recordTaskScore(restarted, 10);
    expect(next.pool).toEqual([...Array<number>(49).fill(7), 10]);
    expect(recordTaskScore(resetOnRelayRestart(health(1)), 5).pool).toEqual([5]);
  });
});

describe('health', () => {
  it('is full before anything happened and recovers to 1 − 0.8/e thirty minutes after falling to 0.2', () => {
    expect(healthAt(NEW_NODE_QOS, 5)).toBe(1);
    expect(healthAt(health(0.2), 0)).toBeCloseTo(0.2, 12);
    expect(healthAt(health(0.2), 30 * MINUTE)).toBeCloseTo(1 - 0.8 / Math.E, 12);
    expect(healthAt(health(0.2, 10 * MINUTE), 0)).toBeCloseTo(0.2, 12);
  });

  it('loses a little at the first timeout, most of it at the next', () => {
    const once = penalise(NEW_NODE_QOS, 0);
    expect(healthAt(once, 0)).toBeCloseTo(0.95, 12);
    expect(once.excluded).toBe(false);
    const twice = penalise(once, 0);
    expect(healthAt(twice, 0)).toBeCloseTo(0.285, 12);
    expect(isExcluded(twice, 0)).toBe(false);
    const thrice = penalise(twice, 0);
    expect(healthAt(thrice, 0)).toBeCloseTo(0.0855, 12);
    expect(isExcluded(thrice, 0)).toBe(true);
  });

  it('is raised by 0.15, up to 1', () => {
    expect(healthAt(boost(health(0.5), 0), 0)).toBeCloseTo(0.65, 12);
    expect(healthAt(boost(health(0.9), 0), 0)).toBe(1);
  });

  it('excludes until it is back at 0.8; the flag is cleared at the next start', () => {
    const excluded: QosState = { ...health(0.1), excluded: true };
    // 0.1 recovers to 0.8 after 30·ln(0.9 / 0.2) ≈ 45.1 minutes.
    expect(isExcluded(excluded, 45 * MINUTE)).toBe(true);
    expect(isExcluded(excluded, 46 * MINUTE)).toBe(false);
    expect(recordTaskStart(excluded).excluded).toBe(false);
    expect(recordTaskStart(NEW_NODE_QOS)).toBe(NEW_NODE_QOS);
  });

  it('scales the combined quality', () => {
    expect(combinedQos({ ...withScores(2, 10), health: { value: 0.5, atMs: 0 } }, 0)).toBeCloseTo(0.5, 12);
  });
});

describe('kick-out and return', () => {
  it('needs a full pool with a mean below two', () => {
    expect(shouldKickOut(withScores(POOL_SIZE - 1, 0))).toBe(false);
    expect(shouldKickOut(withScores(POOL_SIZE, 0))).toBe(true);
    expect(shouldKickOut(withScores(POOL_SIZE, 2))).toBe(false);
  });

  it('a join restores health and readmits; a poor long-term quality is lifted to 0.3 and its pool dropped', () => {
    const poor: QosState = { ...withScores(POOL_SIZE, 1), health: { value: 0.1, atMs: 0 }, excluded: true };
    const joined = resetOnJoin(poor, 7);
    expect(joined).toEqual({ pool: [], storedScore: 3, health: { value: 1, atMs: 7 }, excluded: false });
    expect(longTermQos(joined)).toBeCloseTo(0.3, 12);
    const good = resetOnJoin(withScores(5, 5), 7);
    expect(good.pool).toHaveLength(5);
  });
});

describe('any history', () => {
  type Step = (state: QosState, nowMs: number) => QosState;
  const step = fc.oneof(
    fc.constantFrom<Step>(penalise, boost, resetOnJoin, recordTaskStart, resetOnRelayRestart),
    fc.constantFrom(0, 2, 5, 10).map(
      (score): Step =>
        (state) =>
          recordTaskScore(state, score),
    ),
  );

  it('keeps health and quality within 0–1, never lets health fall by itself, and excludes only the unhealthy', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.integer({ min: 0, max: 90 * MINUTE })), { maxLength: 120 }), (steps) => {
        let state = NEW_NODE_QOS;
        let nowMs = 0;
        for (const [apply, pauseMs] of steps) {
          state = apply(state, nowMs);
          const before = healthAt(state, nowMs);
          nowMs += pauseMs;
          const after = healthAt(state, nowMs);
          expect(before >= 0 && after >= before - 1e-12 && after <= 1).toBe(true);
          expect(combinedQos(state, nowMs)).toBeGreaterThanOrEqual(0);
          expect(combinedQos(state, nowMs)).toBeLessThanOrEqual(1);
          expect(state.pool.length).toBeLessThanOrEqual(POOL_SIZE);
          if (isExcluded(state, nowMs)) expect(after).toBeLessThan(0.8);
        }
      }),
    );
  });
});
