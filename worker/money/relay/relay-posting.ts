/** From a stored record of the relay to its posting. */
import { z } from 'zod';
import { nodeSlashedArgsSchema } from '../../../protocol/wire/event.ts';
import { commitmentField, uintField, weiField } from '../../../protocol/wire/fields.ts';
import {
  depositRecordSchema,
  taskFeeRecordSchema,
  vestingRecordSchema,
  withdrawalRecordSchema,
} from '../../../protocol/wire/relay-account.ts';
import type { RelayList } from '../../networks/relay/relay-account.ts';
import { entryOf } from '../ledger/entry.ts';
import type { MoneyRecord } from '../records/money-records.ts';
import { entries, type Posting, unreadable } from '../records/posting.ts';
import { postDelegationIncome, postDeposit, postTaskFee, postVesting, postWithdrawal, type RelayBooks } from './relay-entries.ts';

/** Reads the record's text, then books it; invalid text is reported, not thrown. */
function read<Schema extends z.ZodType>(
  schema: Schema,
  { json }: MoneyRecord,
  post: (value: z.output<Schema>) => Posting,
): Posting {
  const parsed = schema.safeParse(JSON.parse(json));
  if (parsed.success) return post(parsed.data);
  const issue = parsed.error.issues[0];
  return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function before<Schema extends z.ZodType>(schema: Schema, { posted }: MoneyRecord): z.output<Schema> | null {
  return posted === null ? null : schema.parse(JSON.parse(posted));
}

export function postRelayRecord(list: RelayList, row: MoneyRecord, books: RelayBooks): Posting {
  const { observedMs } = row;
  switch (list) {
    case 'taskFee':
      return read(taskFeeRecordSchema, row, (record) => postTaskFee(record, books));
    case 'deposit':
      return read(depositRecordSchema, row, (record) => postDeposit(record, books));
    case 'withdrawal':
      return read(withdrawalRecordSchema, row, (record) =>
        postWithdrawal({ record, before: before(withdrawalRecordSchema, row), observedMs }, books),
      );
    case 'vesting':
      return read(vestingRecordSchema, row, (record) =>
        postVesting({ record, before: before(vestingRecordSchema, row), observedMs }, books),
      );
  }
}

/** The total of what delegations earned, as stored. Wei. */
export const delegationIncomeRecordSchema = z.object({ totalWei: weiField });

export function postDelegationRecord(row: MoneyRecord): Posting {
  const earlier = before(delegationIncomeRecordSchema, row);
  return read(delegationIncomeRecordSchema, row, ({ totalWei }) =>
    postDelegationIncome({ record: totalWei, before: earlier?.totalWei ?? null, observedMs: row.observedMs }),
  );
}

/** A NodeSlashed event of the relay as stored: the event's own fields and its ID. */
const slashEventSchema = nodeSlashedArgsSchema.extend({ id: uintField, amount: weiField });

/** For networks without a chain, where the event is the only information about a stake: the amount taken was the stake. */
export function postSlashEvent(row: MoneyRecord): Posting {
  return read(slashEventSchema, row, ({ id, amount, task_id_commitment }) => {
    const task = commitmentField.safeParse(task_id_commitment).data ?? null;
    const common = { wei: amount, atMs: row.observedMs, record: `event ${id}` };
    return entries(
      entryOf({ ...common, source: `event:${id}:stake`, kind: 'opening', from: 'outside', to: 'stake' }),
      entryOf({ ...common, source: `event:${id}`, kind: 'slash', from: 'stake', to: 'slashed', task }),
    );
  });
}
