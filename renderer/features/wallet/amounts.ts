/** Amounts that a person types, and what they do to a stake. Pure; wei throughout. */
import type { StakeView } from '../../../contract/money-acts.ts';
import { parseCnx, WEI_PER_CNX } from '../../../protocol/money/wei.ts';

/** Left for gas when the wallet's coin is offered for the stake (RELAY_PROTOCOL 8.2 asks for 0.001 CNX). */
const GAS_RESERVE = WEI_PER_CNX / 1_000n;

/** Null: it is no amount. Thousands may be set apart by commas or spaces, as this window itself writes them. */
export function weiOf(text: string): bigint | null {
  try {
    return parseCnx(text.trim().replace(/(?<=\d)[, ](?=\d{3}(?!\d))/g, ''));
  } catch {
    return null;
  }
}

export function stakedWei(stake: Pick<StakeView, 'balanceWei' | 'creditsWei'>): bigint {
  return BigInt(stake.balanceWei) + BigInt(stake.creditsWei);
}

/** The most that credits and wallet allow. */
export function mostStakeWei(stake: StakeView): bigint {
  const coin = BigInt(stake.walletWei) - GAS_RESERVE;
  return stakedWei(stake) + BigInt(stake.freeCreditsWei) + (coin > 0n ? coin : 0n);
}

/** Coin in the stake once it has been brought to `targetWei`: credits go in first, coin comes back first. */
export function coinAfter(stake: StakeView, targetWei: bigint): bigint {
  const balance = BigInt(stake.balanceWei);
  const change = targetWei - stakedWei(stake);
  const left = balance + (change > 0n ? atLeastZero(change - BigInt(stake.freeCreditsWei)) : change);
  return atLeastZero(left);
}

const atLeastZero = (wei: bigint): bigint => (wei > 0n ? wei : 0n);

/** Whole CNX between the ends of a slider. */
export function wholeCnx(wei: bigint): number {
  return Number(wei / WEI_PER_CNX);
}
