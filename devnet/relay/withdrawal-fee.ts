/**
 * The fee of a withdrawal, computed by the devnet's own arithmetic, so that tests do not compare the client's with
 * itself. The ratio is the double in the relay's configuration, taken bit by bit. Source: RELAY_PROTOCOL 3.8,
 * crynux-relay service/withdraw.go.
 */
import type { RelayConfig } from './config.ts';

const FRACTION_BITS = 52n;
/** Exponent of a double whose fraction is read as an integer. */
const BIAS = 1075;

/**
 * Wei. The tier is the last one, by amount, that the amount reaches; its ratio applies to the whole amount, and the
 * result is truncated.
 */
export function chargedFee({ feeWei, feeTiers }: RelayConfig['withdraw'], amountWei: bigint): bigint {
  let [reached, ratio] = [-1n, 0];
  for (const tier of feeTiers) {
    if (amountWei < tier.minAmountWei || tier.minAmountWei <= reached) continue;
    [reached, ratio] = [tier.minAmountWei, Number(tier.ratio)];
  }
  return feeWei + portion(amountWei, ratio);
}

function portion(amountWei: bigint, ratio: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, ratio);
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> FRACTION_BITS);
  const fraction = bits & ((1n << FRACTION_BITS) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << FRACTION_BITS);
  const shift = BIAS - Math.max(exponent, 1);
  return shift >= 0 ? (amountWei * mantissa) >> BigInt(shift) : (amountWei * mantissa) << BigInt(-shift);
}
