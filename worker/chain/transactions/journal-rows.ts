/** The journal's rows in the store, checked when they are read. */
import { z } from 'zod';
import { addressField, hexField, weiField } from '../../../protocol/wire/fields.ts';
import { jsonColumn } from '../../kit/json-column.ts';
import { ChainError } from '../errors.ts';
import type { Attempt, TransactionState } from './intent.ts';

const inclusionSchema = z.object({
  hash: hexField,
  blockNumber: weiField,
  blockHash: hexField,
  succeeded: z.boolean(),
  gasUsed: weiField,
  feeWei: weiField,
});

const feesSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('eip1559'), maxFeeWei: weiField, priorityFeeWei: weiField }),
  z.object({ kind: z.literal('legacy'), gasPriceWei: weiField }),
]);

export const attemptSchema = z
  .object({ hash: hexField, raw: hexField, fees: jsonColumn(feesSchema), signed_ms: z.number() })
  .transform(({ signed_ms, ...attempt }): Attempt => ({ ...attempt, signedMs: signed_ms }));

export const rowSchema = z.object({
  sequence: z.number(),
  intent_id: z.string(),
  kind: z.string(),
  chain_id: z.number(),
  account: addressField,
  nonce: z.number(),
  to_address: addressField,
  data: hexField,
  value_wei: weiField,
  gas_limit: weiField,
  recorded_ms: z.number(),
  state: z.enum(['signed', 'sent', 'mined', 'succeeded', 'reverted', 'refused', 'lost']),
  inclusion: jsonColumn(inclusionSchema).nullable(),
  reason: z.string(),
  last_error: z.string(),
  settled_ms: z.number().nullable(),
});
export type JournalRow = z.output<typeof rowSchema>;

/** @throws ChainError CHAIN_JOURNAL_CONFLICT for a row that the schema should not have allowed. */
export function stateOf(row: JournalRow): TransactionState {
  const { inclusion, settled_ms: settledMs } = row;
  switch (row.state) {
    case 'signed':
    case 'sent':
      return { kind: row.state };
    case 'mined':
      if (inclusion !== null) return { kind: 'mined', inclusion };
      break;
    case 'succeeded':
      if (inclusion !== null && settledMs !== null) return { kind: 'succeeded', inclusion, settledMs };
      break;
    case 'reverted':
      if (inclusion !== null && settledMs !== null) return { kind: 'reverted', inclusion, reason: row.reason, settledMs };
      break;
    case 'refused':
      if (settledMs !== null) return { kind: 'refused', reason: row.reason, settledMs };
      break;
    case 'lost':
      if (settledMs !== null) return { kind: 'lost', settledMs };
  }
  throw new ChainError('CHAIN_JOURNAL_CONFLICT', `${row.intent_id} is ${row.state} but lacks the data for that`);
}

export function toJson(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}
