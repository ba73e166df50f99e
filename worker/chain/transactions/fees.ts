/** What a transaction offers for gas. Wei per unit of gas; pure. */
import type { FeeOffer } from '../../kit/signer.ts';
import { ChainError } from '../errors.ts';

/** The chain's current price. */
export type FeeMarket =
  | { readonly kind: 'eip1559'; readonly baseFeeWei: bigint; readonly priorityFeeWei: bigint }
  | { readonly kind: 'legacy'; readonly gasPriceWei: bigint };

/** Highest possible price of a unit of gas under an offer. */
export function highestPrice(offer: FeeOffer): bigint {
  return offer.kind === 'eip1559' ? offer.maxFeeWei : offer.gasPriceWei;
}

/**
 * Leaves room for the base fee to double (six full blocks), within the cap; a hint for the priority fee is followed
 * only as far as the cap allows.
 * @throws ChainError CHAIN_FEE_ABOVE_CAP if the chain requires more than the cap.
 */
export function firstOffer(market: FeeMarket, capWei: bigint): FeeOffer {
  const demanded = market.kind === 'eip1559' ? market.baseFeeWei : market.gasPriceWei;
  if (demanded > capWei) {
    throw new ChainError('CHAIN_FEE_ABOVE_CAP', `gas costs ${demanded} wei, the cap is ${capWei}`, {
      priceWei: String(demanded),
      capWei: String(capWei),
    });
  }
  if (market.kind === 'legacy') return market;
  const priorityFeeWei = smaller(market.priorityFeeWei, capWei - market.baseFeeWei);
  return { kind: 'eip1559', maxFeeWei: smaller(2n * market.baseFeeWei + priorityFeeWei, capWei), priorityFeeWei };
}

/**
 * An offer that can replace an earlier one with the same nonce: nodes require 10 % more on every part, some 12.5 %.
 * Null if the cap forbids it.
 */
export function higherOffer(previous: FeeOffer, market: FeeMarket, capWei: bigint): FeeOffer | null {
  if (previous.kind === 'legacy') {
    const now = market.kind === 'legacy' ? market.gasPriceWei : market.baseFeeWei + market.priorityFeeWei;
    const gasPriceWei = larger(raisedFee(previous.gasPriceWei), now);
    return gasPriceWei > capWei ? null : { kind: 'legacy', gasPriceWei };
  }
  const now = market.kind === 'eip1559' ? market : { baseFeeWei: market.gasPriceWei, priorityFeeWei: 0n };
  const hint = smaller(now.priorityFeeWei, larger(0n, capWei - now.baseFeeWei));
  const priorityFeeWei = larger(raisedFee(previous.priorityFeeWei), hint);
  const lowest = larger(raisedFee(previous.maxFeeWei), priorityFeeWei);
  if (lowest > capWei) return null;
  return { kind: 'eip1559', maxFeeWei: larger(lowest, smaller(2n * now.baseFeeWei + priorityFeeWei, capWei)), priorityFeeWei };
}

/**
 * The estimate with head-room, at most the cap.
 * @throws ChainError CHAIN_GAS_ABOVE_CAP if the estimate itself exceeds it.
 */
export function gasLimitFor(estimate: bigint, rules: { readonly headRoomPercent: number; readonly limitCap: number }): bigint {
  const cap = BigInt(rules.limitCap);
  if (estimate > cap) {
    throw new ChainError('CHAIN_GAS_ABOVE_CAP', `the transaction needs ${estimate} gas, the cap is ${cap}`, {
      estimate: String(estimate),
      cap: String(cap),
    });
  }
  return smaller((estimate * BigInt(100 + rules.headRoomPercent) + 99n) / 100n, cap);
}

function raisedFee(wei: bigint): bigint {
  return larger((wei * 1125n + 999n) / 1000n, wei + 1n);
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
