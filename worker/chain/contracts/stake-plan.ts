/** What is needed to change a stake to a wanted amount. Source: RELAY_PROTOCOL 8.3, 10.2. Amounts in wei; pure. */
import { ChainError } from '../errors.ts';

export const STAKING_STATUSES = ['Unstaked', 'Staked', 'PendingUnstaked'] as const;
export type StakingStatus = (typeof STAKING_STATUSES)[number];

export interface Stake {
  readonly status: StakingStatus;
  readonly balanceWei: bigint;
  readonly creditsWei: bigint;
  /** When the return was requested, in the chain's time; 0 = it was not. */
  readonly unstakeTimestampSeconds: number;
}

export type StakePlan =
  | { readonly kind: 'unchanged' }
  /** `valueWei` is sent; credits are used first. */
  | { readonly kind: 'raise'; readonly valueWei: bigint; readonly fromCreditsWei: bigint }
  /** Coins are returned first (to the benefit address, if there is one), then credits. */
  | { readonly kind: 'lower'; readonly returnedWei: bigint; readonly returnedCreditsWei: bigint };

/** @throws ChainError CHAIN_STAKE_BELOW_MINIMUM, CHAIN_STAKE_LEAVING */
export function planStake(input: { stake: Stake; freeCreditsWei: bigint; minimumWei: bigint; targetWei: bigint }): StakePlan {
  const { stake, freeCreditsWei, minimumWei, targetWei } = input;
  if (stake.status === 'PendingUnstaked') {
    throw new ChainError('CHAIN_STAKE_LEAVING', 'the stake is being returned and cannot be changed');
  }
  const change = targetWei - stake.balanceWei - stake.creditsWei;
  if (change === 0n) return { kind: 'unchanged' };
  if (targetWei < minimumWei) {
    throw new ChainError('CHAIN_STAKE_BELOW_MINIMUM', `a stake of ${targetWei} wei is below the minimum of ${minimumWei} wei`, {
      targetWei: String(targetWei),
      minimumWei: String(minimumWei),
    });
  }
  if (change > 0n) {
    const fromCreditsWei = smaller(change, freeCreditsWei);
    return { kind: 'raise', valueWei: change - fromCreditsWei, fromCreditsWei };
  }
  const returnedWei = smaller(-change, stake.balanceWei);
  return { kind: 'lower', returnedWei, returnedCreditsWei: -change - returnedWei };
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
