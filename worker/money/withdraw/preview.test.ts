import { describe, expect, it } from 'vitest';
import { parseRatio } from '../../../protocol/money/withdrawal-terms.ts';
import { OTHER, SELF } from '../../testing/remote-task.ts';
import { previewWithdrawal, type WithdrawalFacts, withdrawalAct } from './preview.ts';

const facts: WithdrawalFacts = {
  amountWei: 1_000n,
  network: 'devnet',
  terms: { fixedFeeWei: 10n, minimumWei: 100n, tiers: [{ minAmountWei: 500n, ratio: parseRatio('0.01') }], perDay: 2 },
  balanceWei: 2_000n,
  benefitAddress: OTHER,
  ownAddress: SELF,
  doneToday: 1,
  basis: null,
  hasOpen: false,
};

const problemsOf = (change: Partial<WithdrawalFacts>) =>
  previewWithdrawal({ ...facts, ...change }).problems.map(({ code }) => code);

describe('a withdrawal before it is made', () => {
  it('shows charge, remainder, limits and destination', () => {
    expect(previewWithdrawal(facts)).toMatchObject({
      feeWei: 20n,
      chargedWei: 1_020n,
      remainingWei: 980n,
      minimumWei: 100n,
      mostWei: 1_971n,
      destination: OTHER,
      leftToday: 1,
      weight: null,
      problems: [],
    });
  });

  it.each<[string, Partial<WithdrawalFacts>, string[]]>([
    ['one wei below the minimum', { amountWei: 99n }, ['MONEY_WITHDRAW_TOO_SMALL']],
    ['nothing at all', { amountWei: 0n, terms: null }, ['MONEY_WITHDRAW_NETWORK', 'MONEY_WITHDRAW_TOO_SMALL']],
    ['one wei too much for amount and fee', { balanceWei: 1_019n }, ['MONEY_WITHDRAW_INSUFFICIENT']],
    ['no withdrawal left today', { doneToday: 2 }, ['MONEY_WITHDRAW_DAILY_LIMIT']],
    ['an earlier one with an unknown outcome', { hasOpen: true }, ['MONEY_WITHDRAW_OPEN']],
  ])('is refused for %s', (_, change, codes) => {
    expect(problemsOf(change)).toEqual(codes);
  });

  it('goes to the node’s own address if no beneficial address is set, as the relay pays it, and says so', () => {
    const preview = previewWithdrawal({ ...facts, benefitAddress: null });
    expect(preview).toMatchObject({ destination: SELF, toOwnKey: true, problems: [] });
    expect(previewWithdrawal(facts)).toMatchObject({ destination: OTHER, toOwnKey: false });
  });

  it('is allowed exactly at every limit', () => {
    expect(problemsOf({ amountWei: 100n })).toEqual([]);
    expect(problemsOf({ balanceWei: 1_020n })).toEqual([]);
    expect(problemsOf({ terms: { fixedFeeWei: 0n, minimumWei: 0n, tiers: [], perDay: null }, doneToday: 99 })).toEqual([]);
  });

  it('shows the weight that it costs, based on the current balance', () => {
    const standing = { operatorStakingWei: 8_000n, delegatorStakingWei: 0n, lockedEmissionWei: 0n, delegatorShare: 0 };
    const basis = { ...standing, relayBalanceWei: 5n, stakingScore: 0.5, qosScore: 1 };
    const { weight } = previewWithdrawal({ ...facts, basis });
    expect(weight?.before.scoreStakeWei).toBe(10_000n);
    expect(weight?.after.scoreStakeWei.low).toBe(8_980n);
    expect(weight?.after.weight.high).toBeLessThan(weight?.before.weight ?? 0);
  });

  it('is a different act if amount, fee or destination change, but not if only the balance does', () => {
    const act = (change: Partial<WithdrawalFacts>) => withdrawalAct(previewWithdrawal({ ...facts, ...change }));
    expect(act({ balanceWei: 5_000n })).toEqual(act({}));
    expect(act({ amountWei: 1_001n })).not.toEqual(act({}));
    expect(act({ benefitAddress: null })).not.toEqual(act({}));
    expect(act({ terms: { fixedFeeWei: 11n, minimumWei: 0n, tiers: [], perDay: null } })).not.toEqual(act({}));
  });
});
