/** Amounts that a person types, and their effect on a stake. Pure; wei throughout. */
import type { StakeView } from '../../../contract/money-acts.ts';
import { parseCnx, WEI_PER_CNX } from '../../../protocol/money/wei.ts';

/** Reserved for gas when the wallet's coin is offered for the stake (RELAY_PROTOCOL 8.2 asks for 0.001 CNX). */
const GAS_RESERVE = WEI_PER_CNX / 1_000n;

export type ParsedAmount =
  | { readonly kind: 'amount'; readonly wei: bigint }
  /** In one country it means a thousand times what it means in another. */
  | { readonly kind: 'twoWays' }
  | { readonly kind: 'none' };

/**
 * An amount as people write it: a point or a comma before the decimals, thousands separated by spaces, commas or points.
 * Text that could be read two ways (`1,500`) is not an amount, because one reading is a thousand times the other. A single
 * point is a decimal point, as this window itself writes it.
 */
export function parseAmount(text: string): ParsedAmount {
  const typed = text.trim().replace(/(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g, '');
  if (/^[1-9]\d{0,2},\d{3}$/.test(typed)) return { kind: 'twoWays' };
  try {
    return { kind: 'amount', wei: parseCnx(normaliseDecimal(typed)) };
  } catch {
    return { kind: 'none' };
  }
}

/** Without thousands separators, and with a point before the decimals. */
function normaliseDecimal(typed: string): string {
  if (/^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(typed)) return typed.replaceAll(',', '');
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(typed)) return typed.replaceAll('.', '').replace(',', '.');
  return typed.replace(/^(\d+),(\d+)$/, '$1.$2');
}

/** Null: not an amount, or ambiguous. */
export function parseWei(text: string): bigint | null {
  const read = parseAmount(text);
  return read.kind === 'amount' ? read.wei : null;
}

export function stakedWei(stake: Pick<StakeView, 'balanceWei' | 'creditsWei'>): bigint {
  return BigInt(stake.balanceWei) + BigInt(stake.creditsWei);
}

/** The maximum that credits and wallet allow. */
export function maxStakeWei(stake: StakeView): bigint {
  const coin = BigInt(stake.walletWei) - GAS_RESERVE;
  return stakedWei(stake) + BigInt(stake.freeCreditsWei) + (coin > 0n ? coin : 0n);
}

/** The coin in a stake of `targetWei`: credits go in first, coin comes back first. */
export function coinInStake(stake: StakeView, targetWei: bigint): bigint {
  const balance = BigInt(stake.balanceWei);
  const change = targetWei - stakedWei(stake);
  const left = balance + (change > 0n ? atLeastZero(change - BigInt(stake.freeCreditsWei)) : change);
  return atLeastZero(left);
}

const atLeastZero = (wei: bigint): bigint => (wei > 0n ? wei : 0n);

/** Whole CNX between the ends of the slider. */
export function wholeCnx(wei: bigint): number {
  return Number(wei / WEI_PER_CNX);
}
