import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectionWeight, stakingScore } from '../../../protocol/node/selection.ts';
import { forecastWeight, type SelectionBasis } from './weight-forecast.ts';

const CNX = 10n ** 18n;
const basis: SelectionBasis = {
  operatorStakingWei: 400n * CNX,
  delegatorStakingWei: 100n * CNX,
  lockedEmissionWei: 50n * CNX,
  relayBalanceWei: 50n * CNX,
  delegatorShare: 10,
  // The highest has four times as much.
  stakingScore: 0.5,
  qosScore: 0.8,
};
const weigh = (staking: number, qos = 0.8) => selectionWeight({ staking, qos, inUseBaseModels: [], taskBaseModels: [] });

describe('forecastWeight', () => {
  it('derives the highest stake from the node’s own score', () => {
    const { before, after, unknowns } = forecastWeight(basis, { operatorStakeWei: 1_000n * CNX });
    expect(before).toEqual({ scoreStakeWei: 600n * CNX, stakingScore: 0.5, weight: weigh(0.5) });
    expect(after.scoreStakeWei).toEqual({ low: 1_200n * CNX, high: 1_200n * CNX });
    expect(after.stakingScore.low).toBeCloseTo(Math.SQRT1_2, 12);
    expect(after.weight.low).toBe(after.weight.high);
    expect(after.weight.low).toBeCloseTo(weigh(Math.SQRT1_2), 12);
    expect(unknowns).toEqual(['othersStakes', 'qosStays']);
  });

  it('shows what a withdrawal costs in weight', () => {
    const { before, after } = forecastWeight(basis, { relayBalanceWei: 0n });
    expect(after.weight.high).toBeLessThan(before.weight);
    expect(after.stakingScore.high).toBeCloseTo(0.5 * Math.sqrt(550 / 600), 12);
  });

  it('cannot rise above the highest, and gives a range if the node itself is the highest', () => {
    expect(forecastWeight(basis, { operatorStakeWei: 10_000n * CNX }).after.stakingScore).toEqual({ low: 1, high: 1 });
    const highest = { ...basis, stakingScore: 1 };
    const { after, unknowns } = forecastWeight(highest, { operatorStakeWei: 0n });
    expect(after.stakingScore).toEqual({ low: Math.sqrt(200 / 600), high: 1 });
    expect(unknowns).toContain('ownStakeIsHighest');
    expect(forecastWeight(highest, { operatorStakeWei: 500n * CNX }).after.stakingScore).toEqual({ low: 1, high: 1 });
  });

  it('reports that the relay has no score to start from', () => {
    const { after, unknowns } = forecastWeight({ ...basis, stakingScore: 0 }, { operatorStakeWei: 500n * CNX });
    expect(after.stakingScore).toEqual({ low: 0, high: 1 });
    expect(unknowns).toContain('notScored');
  });

  it('considers that a smaller share may drive delegators away, and that a share of zero sends nobody away', () => {
    const closed = forecastWeight(basis, { delegatorShare: 0 });
    expect(closed.after.scoreStakeWei).toEqual({ low: 500n * CNX, high: 600n * CNX });
    expect(closed.unknowns).toContain('delegatorsMayMove');
    const smaller = forecastWeight(basis, { delegatorShare: 5 });
    expect(smaller.after.scoreStakeWei).toEqual({ low: 500n * CNX, high: 600n * CNX });
    expect(smaller.unknowns).toContain('delegatorsMayMove');
    expect(forecastWeight(basis, { delegatorShare: 20 }).after.weight.low).toBeCloseTo(closed.before.weight, 12);
  });

  it("contains the relay's later result, for any stakes of the others that do not change", () => {
    const stake = fc.bigInt({ min: 1n, max: 10n ** 24n });
    fc.assert(
      fc.property(stake, stake, stake, fc.double({ min: 0.01, max: 1, noNaN: true }), (own, after, others, qosScore) => {
        const alone = { delegatorStakingWei: 0n, lockedEmissionWei: 0n, relayBalanceWei: 0n, delegatorShare: 0, qosScore };
        const max = (wei: bigint) => (wei > others ? wei : others);
        const now = { ...alone, operatorStakingWei: own, stakingScore: stakingScore(own, max(own)) };
        const { weight } = forecastWeight(now, { operatorStakeWei: after }).after;
        const real = weigh(stakingScore(after, max(after)), qosScore);
        expect(real).toBeGreaterThanOrEqual(weight.low - 1e-9);
        expect(real).toBeLessThanOrEqual(weight.high + 1e-9);
      }),
    );
  });
});
