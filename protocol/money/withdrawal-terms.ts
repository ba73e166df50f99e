/** What a withdrawal from a relay account costs. Amounts in wei. Source: RELAY_PROTOCOL 3.6 (withdraw_config), 3.8; the relay's service/withdraw.go. */
import { ProtocolError } from '../errors.ts';
import { WEI_PER_CNX } from './wei.ts';

/** An exact fraction, because fees must not use floats. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface FeeTier {
  readonly minAmountWei: bigint;
  readonly ratio: Ratio;
}

export interface WithdrawalTerms {
  readonly fixedFeeWei: bigint;
  readonly minimumWei: bigint;
  /** The highest tier whose minimum the amount reaches is applied; none = only the fixed fee. */
  readonly tiers: readonly FeeTier[];
  /** Per UTC day, not counting failed ones; null = not stated. */
  readonly perDay: number | null;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

/**
 * A non-negative decimal, including the form `1e-17` in which JSON writes small ones. @throws ProtocolError
 * PROTOCOL_BAD_AMOUNT
 */
export function parseRatio(text: string): Ratio {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `${JSON.stringify(text)} is not a decimal`, { text });
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  if (scale <= 0) return { numerator: digits * 10n ** BigInt(-scale), denominator: 1n };
  return { numerator: digits, denominator: 10n ** BigInt(scale) };
}

/**
 * The exact fraction that a double represents. The relay calculates with fee ratios in this form: 0.01 is slightly more
 * than a hundredth, a difference of a few thousand wei at 10,000 CNX. @throws ProtocolError PROTOCOL_BAD_AMOUNT
 */
export function ratioFromDouble(value: number): Ratio {
  if (!Number.isFinite(value) || value < 0) {
    throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `${value} is not a ratio`, { value: String(value) });
  }
  let [scaled, denominator] = [value, 1n];
  // Doubling a double that has a fraction is exact.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(scaled), denominator };
}

/** The part of an amount, rounded down. */
export function portionOf(amount: bigint, { numerator, denominator }: Ratio): bigint {
  return (amount * numerator) / denominator;
}

/** CNX as a decimal of any length; anything below a wei is cut off. @throws ProtocolError PROTOCOL_BAD_AMOUNT */
export function weiFromDecimal(text: string): bigint {
  return portionOf(WEI_PER_CNX, parseRatio(text));
}

/** The fee that is charged on top of the amount. */
export function withdrawalFee(terms: WithdrawalTerms, amountWei: bigint): bigint {
  const tier = tiersByMinimum(terms).find(({ minAmountWei }) => minAmountWei <= amountWei);
  return terms.fixedFeeWei + (tier === undefined ? 0n : portionOf(amountWei, tier.ratio));
}

/** The largest amount that a balance covers together with its fee; 0 if there is none. The minimum is not considered. */
export function maxWithdrawable(terms: WithdrawalTerms, balanceWei: bigint): bigint {
  const charge = (amount: bigint) => amount + withdrawalFee(terms, amount);
  let above = balanceWei;
  // Within a tier the charge rises with the amount; from one tier to the next it may fall.
  for (const floor of [...tiersByMinimum(terms).map(({ minAmountWei }) => minAmountWei), 0n]) {
    if (floor <= above && charge(floor) <= balanceWei)
      return largestFitting({ from: floor, to: above, fits: (wei) => charge(wei) <= balanceWei });
    if (floor - 1n < above) above = floor - 1n;
  }
  return 0n;
}

/** The largest value of a range that fits, where every smaller one fits too. */
function largestFitting({ from, to, fits }: { from: bigint; to: bigint; fits: (wei: bigint) => boolean }): bigint {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (fits(middle)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** Highest first. */
function tiersByMinimum({ tiers }: WithdrawalTerms): readonly FeeTier[] {
  return tiers.toSorted((a, b) => (a.minAmountWei < b.minAmountWei ? 1 : a.minAmountWei > b.minAmountWei ? -1 : 0));
}
