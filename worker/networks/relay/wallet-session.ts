/** Requests that take a log-in with the node's key. Source: RELAY_PROTOCOL 3.8. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { CONNECT_WALLET_ACTION, signWalletMessage, walletMessage } from '../../../protocol/signing/wallet-message.ts';
import type { NetworkClock } from '../network-clock.ts';
import { isUnauthorised } from './refusals.ts';
import type { RelayRequest, RelayTransport } from './transport.ts';

const tokenSchema = z.object({ token: z.string().min(1) });

export interface WalletSessionOptions {
  readonly transport: RelayTransport;
  readonly clock: NetworkClock;
  readonly address: Hex;
  readonly privateKey: Hex;
}

export class WalletSession {
  readonly #options: WalletSessionOptions;
  #token: string | null = null;

  constructor(options: WalletSessionOptions) {
    this.#options = options;
  }

  /** As the transport's `data`; logs in first, and once more when the token has run out. */
  async data<Schema extends z.ZodType>(schema: Schema, request: RelayRequest): Promise<z.output<Schema>> {
    const isFresh = this.#token === null;
    this.#token ??= await this.#logIn();
    try {
      const headers = { ...request.headers, authorization: `Bearer ${this.#token}` };
      return await this.#options.transport.data(schema, { ...request, headers });
    } catch (error) {
      if (!isUnauthorised(error)) throw error;
      this.#token = null;
      if (isFresh) throw error;
      return this.data(schema, request);
    }
  }

  async #logIn(): Promise<string> {
    const { transport, address, privateKey, clock } = this.#options;
    await clock.settle();
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
