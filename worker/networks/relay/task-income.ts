/** What the relay has credited this node for tasks. Source: RELAY_PROTOCOL 1.2, 3.5. */
import { z } from 'zod';
import { goArray, weiField } from '../../../protocol/wire/fields.ts';
import type { TaskIncome } from '../task-network.ts';
import { isUnknownRoute } from './refusals.ts';
import type { RelayClient } from './relay-client.ts';

const recordsSchema = z.object({
  records: goArray(z.object({ amount: weiField, type: z.number(), reason: z.string() })),
});

/** RelayAccountEventType TaskIncome (1.2). */
const TASK_INCOME = 0;
const INCOME_REASON = /^0-(0x[0-9a-fA-F]{64})$/;
const PAGE_SIZE = 100;

/** The latest income rows, newest first; 'unsupported' where the relay has no such route. */
export async function readTaskIncome(relay: RelayClient): Promise<readonly TaskIncome[] | 'unsupported'> {
  try {
    const query = { page: 1, page_size: PAGE_SIZE };
    const path = `/v1/relay_account/${relay.address}/task_fee`;
    const { records } = await relay.loggedInData(recordsSchema, { method: 'GET', path, query });
    return records.flatMap((record) => {
      const commitment = INCOME_REASON.exec(record.reason)?.[1];
      if (record.type !== TASK_INCOME || commitment === undefined) return [];
      return [{ commitment: commitment.toLowerCase(), amountWei: record.amount }];
    });
  } catch (error) {
    if (isUnknownRoute(error)) return 'unsupported';
    throw error;
  }
}
