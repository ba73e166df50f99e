/** Reading the node's own relay account, which takes a log-in with the wallet. Source: RELAY_PROTOCOL 3.5. */
import { z } from 'zod';
import { goArray, weiField } from '../../../protocol/wire/fields.ts';
import type { TaskIncome } from '../task-network.ts';
import { isUnknownRoute } from './refusals.ts';
import { WalletSession, type WalletSessionOptions } from './wallet-session.ts';

const recordsSchema = z.object({
  records: goArray(z.object({ amount: weiField, type: z.number(), reason: z.string() })),
});

/** RelayAccountEventType TaskIncome (1.2). */
const TASK_INCOME = 0;
const INCOME_REASON = /^0-(0x[0-9a-fA-F]{64})$/;
const PAGE_SIZE = 100;

export class AccountSession {
  readonly #path: string;
  readonly #session: WalletSession;

  constructor(options: WalletSessionOptions) {
    this.#path = `/v1/relay_account/${options.address}/task_fee`;
    this.#session = new WalletSession(options);
  }

  /** The latest income rows, newest first; 'unsupported' where the relay has no such route. */
  async taskIncome(): Promise<readonly TaskIncome[] | 'unsupported'> {
    try {
      const query = { page: 1, page_size: PAGE_SIZE };
      const { records } = await this.#session.data(recordsSchema, { method: 'GET', path: this.#path, query });
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
}
