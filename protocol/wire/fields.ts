/** Field types of the relay's JSON. Source: RELAY_PROTOCOL 3.1 "JSON type conventions". */
import { z } from 'zod';
import type { Hex } from '../hex.ts';
import { isHex } from '../hex.ts';
import { abortReasonFromNumber, taskErrorFromNumber, taskStatusFromNumber, taskTypeFromNumber } from '../tasks/status.ts';

/** Longest hex text that any field here contains. */
const MAX_HEX = 8_192;
/** 2^256 has 78 decimal digits; converting millions of digits to a number would block everything else. */
const MAX_WEI_DIGITS = 78;

export const hexField = z
  .string()
  .max(MAX_HEX, { abort: true })
  .refine((value): value is Hex => isHex(value), 'must be 0x-hex');

/** 20-byte address in any case. Compare with {@link sameAddress}. */
export const addressField = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address') as z.ZodType<Hex>;

/** Lower-case keccak hex of 32 bytes; the relay compares it as a string. */
export const commitmentField = z.string().regex(/^0x[0-9a-f]{64}$/, 'must be a task id commitment') as z.ZodType<Hex>;

/** Decimal string of wei that stays text. */
export const weiText = z.string().regex(/^\d+$/);

/** Decimal string (or bare integer) of wei → bigint. */
export const weiField = z
  .union([
    z.string().max(MAX_WEI_DIGITS, { abort: true }).regex(/^\d+$/, 'must be a whole number of wei'),
    z.number().int().nonnegative().refine(Number.isSafeInteger, 'unsafe integer'),
  ])
  .transform((value) => BigInt(value));

/** RFC 3339 → milliseconds since the epoch. */
export const timeField = z.string().transform((value, context) => {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time' });
  return ms;
});

/** Below this a number can only be seconds. */
const MIN_MS = 100_000_000_000;

/**
 * A time in any of the relay's lists → milliseconds since the epoch. The relay uses unix seconds everywhere except in task
 * objects and slash evidence, which use RFC 3339. Both are read everywhere, so that no money is hidden if a relay changes
 * its format.
 */
export const timestampField = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = typeof value === 'string' ? Date.parse(value) : value < MIN_MS ? value * 1000 : value;
  if (Number.isNaN(ms) || ms < 0) context.addIssue({ code: 'custom', message: 'must be a time' });
  return ms;
});

export const uintField = z.number().int().nonnegative();

function enumNumber<Name extends string>(fromNumber: (value: number) => Name | undefined, what: string) {
  return z.number().transform((value, context): Name => {
    const name = fromNumber(value);
    if (name === undefined) context.addIssue({ code: 'custom', message: `unknown ${what} ${value}` });
    return name as Name;
  });
}

export const taskStatusField = enumNumber(taskStatusFromNumber, 'task status');
export const taskTypeField = enumNumber(taskTypeFromNumber, 'task type');
export const taskErrorField = enumNumber(taskErrorFromNumber, 'task error');
export const abortReasonField = enumNumber(abortReasonFromNumber, 'abort reason');

/** More rows than any of the relay's lists has in one answer. */
const MAX_ITEMS = 100_000;

/** Go serialises an empty `append`-built slice as null. */
export function goArray<Item extends z.ZodType>(item: Item, maxItems = MAX_ITEMS) {
  return z
    .array(item)
    .max(maxItems, { abort: true })
    .nullish()
    .transform((value) => value ?? []);
}

export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
