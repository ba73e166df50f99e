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
import { type Posting, postingOf, unreadable } from '../records/posting.ts';
import {
  type PostingContext,
  postDelegationIncome,
  postDeposit,
  postTaskFee,
  postVesting,
  postWithdrawal,
} from './relay-entries.ts';

/** Reads the record's text, then books it; invalid text is reported, not thrown. */
function parseAndPost<Schema extends z.ZodType>(
  schema: Schema,
  { json }: MoneyRecord,
  post: (value: z.output<Schema>) => Posting,
): Posting {
  const parsed = schema.safeParse(JSON.parse(json));
  if (parsed.success) return post(parsed.data);
  const issue = parsed.error.issues[0];
  return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function parsePosted<Schema extends z.ZodType>(schema: Schema, { posted }: MoneyRecord): z.output<Schema> | null {
  return posted === null ? null : schema.parse(JSON.parse(posted));
}

export function postRelayRecord(list: RelayList, row: MoneyRecord, books: PostingContext): Posting {
  const { observedMs } = row;
  switch (list) {
    case 'taskFee':
      return parseAndPost(taskFeeRecordSchema, row, (record) => postTaskFee(record, books));
    case 'deposit':
      return parseAndPost(depositRecordSchema, row, (record) => postDeposit(record, books));
    case 'withdrawal':
      return parseAndPost(withdrawalRecordSchema, row, (record) =>
        postWithdrawal({ record, before: parsePosted(withdrawalRecordSchema, row), observedMs }, books),
      );
    case 'vesting':
      return parseAndPost(vestingRecordSchema, row, (record) =>
        postVesting({ record, before: parsePosted(vestingRecordSchema, row), observedMs }, books),
      );
  }
}

/** The total of what delegations earned, as stored. Wei. */
export const delegationIncomeRecordSchema = z.object({ totalWei: weiField });

export function postDelegationRecord(row: MoneyRecord): Posting {
  const earlier = parsePosted(delegationIncomeRecordSchema, row);
  return parseAndPost(delegationIncomeRecordSchema, row, ({ totalWei }) =>
    postDelegationIncome({ record: totalWei, before: earlier?.totalWei ?? null, observedMs: row.observedMs }),
  );
}

/** A NodeSlashed event of the relay as stored: the event's own fields and its ID. */
const slashEventSchema = nodeSlashedArgsSchema.extend({ id: uintField, amount: weiField });

/** For networks without a chain, where the event is the only information about a stake: the amount taken was the stake. */
export function postSlashEvent(row: MoneyRecord): Posting {
  return parseAndPost(slashEventSchema, row, ({ id, amount, task_id_commitment }) => {
    const task = commitmentField.safeParse(task_id_commitment).data ?? null;
    const common = { wei: amount, atMs: row.observedMs, record: `event ${id}` };
    return postingOf(
      entryOf({ ...common, source: `event:${id}:stake`, kind: 'opening', from: 'outside', to: 'stake' }),
      entryOf({ ...common, source: `event:${id}`, kind: 'slash', from: 'stake', to: 'slashed', task }),
    );
  });
}
