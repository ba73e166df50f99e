/** Amounts are whole wei (bigint) everywhere; CNX text is used only where a person reads or types it. */
import { ProtocolError } from '../errors.ts';

const DECIMALS = 18;

export const WEI_PER_CNX = 10n ** BigInt(DECIMALS);

/**
 * Reads a non-negative decimal CNX figure with at most 18 decimals exactly.
 * @throws ProtocolError PROTOCOL_BAD_AMOUNT
 */
export function parseCnx(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (match === null) {
    throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `${JSON.stringify(text)} is not a CNX amount with at most 18 decimals`, {
      text,
    });
  }
  const [, whole = '0', fraction = ''] = match;
  return BigInt(whole) * WEI_PER_CNX + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/** CNX with at most `maxDecimals` (default 4) decimals, cut off towards zero, so it never shows more than the amount. */
export function formatCnx(wei: bigint, { maxDecimals = 4 }: { readonly maxDecimals?: number } = {}): string {
  const magnitude = wei < 0n ? -wei : wei;
  const whole = magnitude / WEI_PER_CNX;
  const fraction = (magnitude % WEI_PER_CNX).toString().padStart(DECIMALS, '0').slice(0, maxDecimals).replace(/0+$/, '');
  const text = fraction === '' ? whole.toString() : `${whole}.${fraction}`;
  return wei < 0n && text !== '0' ? `-${text}` : text;
}

/** CNX with every wei shown; `parseCnx` reads it back. */
export function formatCnxExact(wei: bigint): string {
  return formatCnx(wei, { maxDecimals: DECIMALS });
}
