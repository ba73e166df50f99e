import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planStake, type Stake } from './stake-plan.ts';

const stake = (part: Partial<Stake> = {}): Stake => ({
  status: 'Staked',
  balanceWei: 0n,
  creditsWei: 0n,
  unstakeTimestampSeconds: 0,
  ...part,
});
const wei = fc.bigInt(0n, 10n ** 24n);

describe('the plan for a stake', () => {
  it.each([
    ['new, without credits', stake({ status: 'Unstaked' }), 0n, 500n, { kind: 'raise', valueWei: 500n, fromCreditsWei: 0n }],
    [
      'new, with some credits',
      stake({ status: 'Unstaked' }),
      200n,
      500n,
      { kind: 'raise', valueWei: 300n, fromCreditsWei: 200n },
    ],
    ['new, all from credits', stake({ status: 'Unstaked' }), 900n, 500n, { kind: 'raise', valueWei: 0n, fromCreditsWei: 500n }],
    ['the same', stake({ balanceWei: 300n, creditsWei: 200n }), 50n, 500n, { kind: 'unchanged' }],
    [
      'less, coins first',
      stake({ balanceWei: 300n, creditsWei: 300n }),
      0n,
      450n,
      { kind: 'lower', returnedWei: 150n, returnedCreditsWei: 0n },
    ],
    [
      'less, then credits',
      stake({ balanceWei: 100n, creditsWei: 500n }),
      0n,
      450n,
      { kind: 'lower', returnedWei: 100n, returnedCreditsWei: 50n },
    ],
  ] as const)('%s', (_, present, freeCreditsWei, targetWei, plan) => {
    expect(planStake({ stake: present, freeCreditsWei, minimumWei: 400n, targetWei })).toEqual(plan);
  });

  it('below the minimum, or while leaving, is refused; the current amount is no change, even below a raised minimum', () => {
    const input = { freeCreditsWei: 0n, minimumWei: 400n, targetWei: 399n };
    expect(() => planStake({ ...input, stake: stake() })).toThrow(expect.objectContaining({ code: 'CHAIN_STAKE_BELOW_MINIMUM' }));
    expect(() => planStake({ ...input, targetWei: 500n, stake: stake({ status: 'PendingUnstaked' }) })).toThrow(
      expect.objectContaining({ code: 'CHAIN_STAKE_LEAVING' }),
    );
    expect(planStake({ ...input, stake: stake({ balanceWei: 399n }) })).toEqual({ kind: 'unchanged' });
  });

  it('always adds up to the target, and never takes more credits or coins than there are', () => {
    fc.assert(
      fc.property(wei, wei, wei, wei, (balanceWei, creditsWei, freeCreditsWei, targetWei) => {
        const plan = planStake({ stake: stake({ balanceWei, creditsWei }), freeCreditsWei, minimumWei: 0n, targetWei });
        const change =
          plan.kind === 'raise'
            ? plan.valueWei + plan.fromCreditsWei
            : plan.kind === 'lower'
              ? -plan.returnedWei - plan.returnedCreditsWei
              : 0n;
        expect(balanceWei + creditsWei + change).toBe(targetWei);
        if (plan.kind === 'raise') {
          expect(plan.fromCreditsWei).toBeLessThanOrEqual(freeCreditsWei);
          expect(plan.valueWei > 0n && plan.fromCreditsWei < freeCreditsWei).toBe(false);
        }
        if (plan.kind === 'lower') {
          expect(plan.returnedWei).toBeLessThanOrEqual(balanceWei);
          expect(plan.returnedCreditsWei).toBeLessThanOrEqual(creditsWei);
          expect(plan.returnedCreditsWei > 0n && plan.returnedWei < balanceWei).toBe(false);
        }
      }),
    );
  });
});
