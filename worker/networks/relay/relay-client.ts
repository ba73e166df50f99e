/**
 * The only client of a relay: its connections, the node's signatures for requests, and one log-in. Source:
 * RELAY_PROTOCOL 2.1–2.4, 3.8.
 */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { CONNECT_WALLET_ACTION, walletMessage } from '../../../protocol/signing/wallet-message.ts';
import { goArray, uintField } from '../../../protocol/wire/fields.ts';
import type { Signer } from '../../kit/signer.ts';
import type { Traffic } from '../../kit/traffic.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import type { NetworkClock } from '../network-clock.ts';
import { isSignatureRefused, isUnauthorised } from './refusals.ts';
import { DEFAULT_LIMITS, type RelayRequest, RelayTransport, type TransportLimits } from './transport.ts';

export interface RelayConnection {
  readonly relayUrl: string;
  readonly signer: Signer;
  /** The network's time, which dates signatures. */
  readonly clock: NetworkClock;
  readonly limits?: TransportLimits;
  /** Omitted: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
  readonly traffic?: Traffic | undefined;
}

interface Signed {
  /** Unix seconds. */
  readonly timestamp: number;
  readonly signature: Hex;
}

const tokenSchema = z.object({ token: z.string().min(1) });
const timeSchema = z.object({ now: uintField });
const eventRowsSchema = goArray(z.unknown());

/** Every method makes one attempt and rejects like {@link RelayTransport}. */
export class RelayClient {
  readonly signer: Signer;
  readonly #clock: NetworkClock;
  readonly #transport: RelayTransport;
  /** Token of the log-in, shared by all requests that need it. */
  #token: Promise<string> | null = null;
  #isOpen = true;

  /** @param of parameters of a connection: makes a new client; a client: returns it, shared */
  static from(of: RelayConnection | RelayClient): RelayClient {
    return of instanceof RelayClient ? of : new RelayClient(of);
  }

  constructor({ relayUrl, signer, clock, limits = DEFAULT_LIMITS, proxies, traffic }: RelayConnection) {
    this.signer = signer;
    this.#clock = clock;
    this.#transport = new RelayTransport(relayUrl, limits, { proxies, traffic });
  }

  /** EIP-55. */
  get address(): Hex {
    return this.signer.address;
  }

  /** `data` of a public request. */
  data<Schema extends z.ZodType>(schema: Schema, request: RelayRequest): Promise<z.output<Schema>> {
    return this.#noticing(this.#transport.data(schema, request));
  }

  /** `data` of a GET with the node's signature over `payload` in its query. */
  async signedData<Schema extends z.ZodType>(
    schema: Schema,
    request: Pick<RelayRequest, 'path' | 'maxBytes'>,
    payload: unknown,
  ): Promise<z.output<Schema>> {
    const query = { ...(await this.sign(payload)) };
    return this.data(schema, { ...request, method: 'GET', query });
  }

  /** `data` of a request that requires a log-in; logs in first, and once more if the token has expired. */
  async loggedInData<Schema extends z.ZodType>(schema: Schema, request: RelayRequest): Promise<z.output<Schema>> {
    const isFresh = this.#token === null;
    this.#token ??= this.#logIn();
    const session = this.#token;
    try {
      const headers = { ...request.headers, authorization: `Bearer ${await session}` };
      return await this.#transport.data(schema, { ...request, headers });
    } catch (error) {
      const isOver = isUnauthorised(error);
      if (isOver && this.#token === session) this.#token = null;
      if (isFresh || !isOver) throw error;
      return this.loggedInData(schema, request);
    }
  }

  send(request: RelayRequest): Promise<void> {
    return this.#noticing(this.#transport.send(request));
  }

  /** Sends a payload with the node's signature over it; `unsigned` is sent along without a signature. */
  async post(path: string, payload: object, unsigned: object = {}): Promise<void> {
    const json = { ...payload, ...unsigned, ...(await this.sign(payload)) };
    await this.send({ method: 'POST', path, json });
  }

  /** Downloads a path of the relay to a file. */
  async download(path: string, payload: unknown, file: string): Promise<void> {
    const query = { ...(await this.sign(payload)) };
    await this.#noticing(this.#transport.download({ method: 'GET', path, query }, file));
  }

  async sign(payload: unknown): Promise<Signed> {
    await this.#clock.settle();
    const timestamp = this.#clock.timestamp();
    return { timestamp, signature: this.signer.signRequest({ payload, timestamp }) };
  }

  /** The relay's data about this node, read with its signature. */
  ownNode<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>> {
    return this.signedData(schema, { path: `/v2/node/${this.address}` }, { address: this.address });
  }

  /** Rows of the relay's events as received. */
  events(query: NonNullable<RelayRequest['query']>): Promise<unknown[]> {
    return this.data(eventRowsSchema, { method: 'GET', path: '/v1/events', query });
  }

  /** Unix seconds. */
  async now(): Promise<number> {
    return (await this.data(timeSchema, { method: 'GET', path: '/v1/now' })).now;
  }

  /** Drops all connections and their open requests. */
  reconnect(): void {
    this.#transport.reconnect();
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#transport.close();
  }

  #logIn(): Promise<string> {
    const session = this.#askForToken();
    session.catch(() => {
      if (this.#token === session) this.#token = null;
    });
    return session;
  }

  async #askForToken(): Promise<string> {
    const { address } = this;
    await this.#clock.settle();
    const timestamp = this.#clock.timestamp();
    const signature = this.signer.signMessage(walletMessage({ action: CONNECT_WALLET_ACTION, address, timestamp }));
    const json = { address, timestamp, signature };
    const request = { method: 'POST', path: '/v1/client/connect_wallet', json } as const;
    return (await this.#transport.data(tokenSchema, request)).token;
  }

  /** A refused signature puts the time in doubt, so the next one is dated again. */
  async #noticing<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      if (isSignatureRefused(error)) this.#clock.signatureRefused();
      throw error;
    }
  }
}
