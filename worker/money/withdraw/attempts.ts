/**
 * Withdrawals, recorded before they are requested. The relay pays once per message that it receives, so a second one
 * must not be sent while the outcome of the first is unknown; the schema allows only one such.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, weiField } from '../../../protocol/wire/fields.ts';
import { readAll, readOne } from '../../kit/database.ts';
import { MoneyError } from '../errors.ts';

const rowSchema = z
  .object({
    id: z.number().int(),
    amount_wei: weiField,
    benefit_address: addressField,
    network: z.string(),
    signed_seconds: z.number().int(),
    newest_record: z.number().int(),
    state: z.enum(['open', 'accepted', 'refused', 'lost']),
    record: z.number().int().nullable(),
    reason: z.string(),
  })
  .transform((row) => ({
    id: row.id,
    amountWei: row.amount_wei,
    benefitAddress: row.benefit_address,
    network: row.network,
    /** Unix seconds of the signed message: the relay accepts it only near this time. */
    signedSeconds: row.signed_seconds,
    /** Highest ID in the relay's list before it was sent. */
    newestRecord: row.newest_record,
    state: row.state,
    /** The relay's record, once accepted. */
    record: row.record,
    reason: row.reason,
  }));
export type WithdrawalAttempt = z.output<typeof rowSchema>;

export interface NewAttempt {
  readonly amountWei: bigint;
  readonly benefitAddress: Hex;
  readonly network: string;
  readonly signedSeconds: number;
  readonly newestRecord: number;
}

export class WithdrawalAttempts {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The one whose outcome is unknown; null if there is none. */
  open(): WithdrawalAttempt | null {
    return readOne(this.#db, rowSchema, "SELECT * FROM withdrawal_attempts WHERE state = 'open'");
  }

  /** Newest first. */
  all(): WithdrawalAttempt[] {
    return readAll(this.#db, rowSchema, 'SELECT * FROM withdrawal_attempts ORDER BY id DESC');
  }

  /** @throws MoneyError MONEY_WITHDRAW_OPEN */
  begin(attempt: NewAttempt): WithdrawalAttempt {
    const open = this.open();
    if (open !== null) throw new MoneyError('MONEY_WITHDRAW_OPEN', `a withdrawal of ${open.amountWei} wei has no outcome yet`);
    this.#db
      .prepare(
        `INSERT INTO withdrawal_attempts (amount_wei, benefit_address, network, signed_seconds, newest_record, state)
          VALUES (?, ?, ?, ?, ?, 'open')`,
      )
      .run(String(attempt.amountWei), attempt.benefitAddress, attempt.network, attempt.signedSeconds, attempt.newestRecord);
    const begun = this.open();
    if (begun === null) throw new MoneyError('MONEY_WITHDRAW_OPEN', 'the withdrawal could not be recorded');
    return begun;
  }

  end(
    { id }: WithdrawalAttempt,
    outcome:
      | { readonly state: 'accepted'; readonly record: number }
      | { readonly state: 'refused' | 'lost'; readonly reason: string },
  ): void {
    const [record, reason] = outcome.state === 'accepted' ? [outcome.record, ''] : [null, outcome.reason];
    this.#db
      .prepare("UPDATE withdrawal_attempts SET state = ?, record = ?, reason = ? WHERE id = ? AND state = 'open'")
      .run(outcome.state, record, reason, id);
  }
}
