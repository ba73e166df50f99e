/** Reading the node's own relay account, which takes a log-in with the wallet. Source: RELAY_PROTOCOL 3.5, 3.8. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { CONNECT_WALLET_ACTION, signWalletMessage, walletMessage } from '../../../protocol/signing/wallet-message.ts';
import { goArray, weiField } from '../../../protocol/wire/fields.ts';
import type { NetworkClock } from '../network-clock.ts';
import type { TaskIncome } from '../task-network.ts';
import { isUnauthorised, isUnknownRoute } from './refusals.ts';
import type { RelayTransport } from './transport.ts';

const tokenSchema = z.object({ token: z.string().min(1) });
const recordsSchema = z.object({
  records: goArray(z.object({ amount: weiField, type: z.number(), reason: z.string() })),
});

/** RelayAccountEventType TaskIncome (1.2). */
const TASK_INCOME = 0;
const INCOME_REASON = /^0-(0x[0-9a-fA-F]{64})$/;
const PAGE_SIZE = 100;

export interface AccountSessionOptions {
  readonly transport: RelayTransport;
  readonly clock: NetworkClock;
  readonly address: Hex;
  readonly privateKey: Hex;
}

export class AccountSession {
  readonly #options: AccountSessionOptions;
  #token: string | null = null;

  constructor(options: AccountSessionOptions) {
    this.#options = options;
  }

  /** The latest income rows, newest first; 'unsupported' where the relay has no such route. */
  async taskIncome(): Promise<readonly TaskIncome[] | 'unsupported'> {
    const { transport, address } = this.#options;
    try {
      this.#token ??= await this.#logIn();
      const { records } = await transport.data(recordsSchema, {
        method: 'GET',
        path: `/v1/relay_account/${address}/task_fee`,
        query: { page: 1, page_size: PAGE_SIZE },
        headers: { authorization: `Bearer ${this.#token}` },
      });
      return records.flatMap((record) => {
        const commitment = INCOME_REASON.exec(record.reason)?.[1];
        if (record.type !== TASK_INCOME || commitment === undefined) return [];
        return [{ commitment: commitment.toLowerCase(), amountWei: record.amount }];
      });
    } catch (error) {
      // The next call logs in again.
      if (isUnauthorised(error)) this.#token = null;
      if (isUnknownRoute(error)) return 'unsupported';
      throw error;
    }
  }

  async #logIn(): Promise<string> {
    const { transport, address, privateKey, clock } = this.#options;
    const timestamp = clock.timestamp();
    const message = walletMessage({ action: CONNECT_WALLET_ACTION, address, timestamp });
    const { token } = await transport.data(tokenSchema, {
      method: 'POST',
      path: '/v1/client/connect_wallet',
      json: { address, timestamp, signature: signWalletMessage(message, privateKey) },
    });
    return token;
  }
}
