/** HTTP to one relay: keep-alive connections, limits on time and size, one attempt per call. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, type FormData, RoundRobinPool } from 'undici';
import type { z } from 'zod';
import { emptySuccessSchema, successSchema } from '../../../protocol/wire/envelope.ts';
import { parseWireJson } from '../../../protocol/wire/parse.ts';
import { isWorkerError, WorkerError } from '../../kit/errors.ts';
import { limitBytes } from '../../kit/limit-bytes.ts';
import type { Traffic } from '../../kit/traffic.ts';
import { type ConnectionPhase, connectionFailure, type FailureSide } from '../../outbound/connection-failure.ts';
import { environmentPolicy, OutboundDispatcher } from '../../outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import { fileOrigin, type Origin, refusalOrigin, type SeenAnswer, successOrigin } from './answer-origin.ts';
import { checkStart } from './check-start.ts';

export interface TransportLimits {
  readonly connectMs: number;
  /** The whole request, from sending to the last byte of the answer. */
  readonly requestMs: number;
  /** Like `requestMs`, for results and checkpoints. */
  readonly transferMs: number;
  readonly answerBytes: number;
  readonly downloadBytes: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  connectMs: 5_000,
  requestMs: 15_000,
  transferMs: 600_000,
  // A task object contains its arguments, which the relay limits to 32 MiB.
  answerBytes: 40 * 1024 * 1024,
  downloadBytes: 4 * 1024 ** 3,
};

export interface RelayRequest {
  readonly method: 'GET' | 'POST';
  /** Starts with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly transfer?: boolean;
  /** Limit for the answer, if it may be larger than usual. */
  readonly maxBytes?: number;
}

/** Only a task's answer may be larger; no refusal is. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const REFUSAL_BYTES = 256 * 1024;

/** One for a poll, one for an act, one for a long upload, and two for the parallel reads of account and evidence. */
const CONNECTIONS = 5;
/** Unless the relay says less; gateways in front of it close idle connections after a minute or more. */
const KEEP_ALIVE_MS = 30_000;

type Answer = Dispatcher.ResponseData;

/**
 * Connections take turns so that all of them stay open. A request during a poll then waits neither for the poll nor for
 * a new connection (two or three round trips with TLS).
 */
function openPool(origin: string | URL, options: object): Dispatcher {
  return new RoundRobinPool(origin, options);
}

interface TransportOptions {
  readonly proxies?: ProxyPolicy | undefined;
  /** Counts the requests. */
  readonly traffic?: Traffic | undefined;
}

export class RelayTransport {
  readonly #base: URL;
  readonly #limits: TransportLimits;
  readonly #proxies: ProxyPolicy;
  readonly #traffic: Traffic | null;
  #agent: Dispatcher;

  /** @param options.proxies omitted: as this process's environment says */
  constructor(relayUrl: string, limits: TransportLimits = DEFAULT_LIMITS, options: TransportOptions = {}) {
    this.#base = new URL(relayUrl.endsWith('/') ? relayUrl : `${relayUrl}/`);
    this.#limits = limits;
    this.#proxies = options.proxies ?? environmentPolicy();
    this.#traffic = options.traffic ?? null;
    this.#agent = this.#connect();
  }

  /** `data` of a success envelope. @throws WorkerError RELAY_REFUSED, RELAY_UNREACHABLE, RELAY_BAD_ANSWER */
  async data<Schema extends z.ZodType>(schema: Schema, request: RelayRequest): Promise<z.output<Schema>> {
    const answer = (await this.#parsed(successSchema(schema), request)) as { data: z.output<Schema> };
    return answer.data;
  }

  /** For requests whose answer has no data; still requires the envelope. @throws as {@link data} */
  async send(request: RelayRequest): Promise<void> {
    await this.#parsed(emptySuccessSchema, request);
  }

  /** Writes the body of a 2xx answer to a file. @throws as {@link data} */
  async download(request: RelayRequest, path: string): Promise<void> {
    await this.#exchange({ ...request, transfer: true }, async (answer, url) => {
      const limit = limitBytes(this.#limits.downloadBytes, () => tooLarge(request, this.#limits.downloadBytes));
      const check = checkStart((start) => requireRelay(fileOrigin(toSeenAnswer(answer, url, start)), request));
      await pipeline(answer.body, limit, check, createWriteStream(path, { flush: true }));
    });
  }

  /** Drops all connections: after a sleep of the machine they are dead without any sign of it. */
  reconnect(): void {
    const before = this.#agent;
    this.#agent = this.#connect();
    void before.destroy();
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #connect(): Dispatcher {
    const agent = {
      connections: CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: { timeout: this.#limits.connectMs },
      factory: openPool,
    };
    return new OutboundDispatcher({ policy: this.#proxies, agent });
  }

  async #parsed<Schema extends z.ZodType>(schema: Schema, request: RelayRequest): Promise<z.output<Schema>> {
    const text = await this.#exchange(request, async (answer, url) => {
      const maxBytes = Math.min(this.#limits.answerBytes, request.maxBytes ?? MAX_ANSWER_BYTES);
      const read = await readText(answer, request, maxBytes);
      requireRelay(successOrigin(toSeenAnswer(answer, url, read)), request);
      return read;
    });
    try {
      return parseWireJson(schema, text, 'answer');
    } catch (cause) {
      throw badAnswer(request, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  async #exchange<Result>(request: RelayRequest, read: (answer: Answer, url: URL) => Promise<Result>): Promise<Result> {
    const url = new URL(`.${request.path}`, this.#base);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
    const timeMs = request.transfer ? this.#limits.transferMs : this.#limits.requestMs;
    const ended = this.#traffic?.begin();
    try {
      const answer = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { ...(request.json === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
        body: request.form ?? (request.json === undefined ? null : JSON.stringify(request.json)),
        headersTimeout: timeMs,
        bodyTimeout: timeMs,
        signal: AbortSignal.timeout(timeMs),
      });
      if (answer.statusCode >= 200 && answer.statusCode < 300) {
        const result = await read(answer, url);
        ended?.(true);
        return result;
      }
      const text = await readText(answer, request, Math.min(this.#limits.answerBytes, REFUSAL_BYTES));
      throw refusal(toSeenAnswer(answer, url, text), request);
    } catch (error) {
      // A refusal is an answer, too.
      ended?.(isWorkerError(error, 'RELAY_REFUSED'));
      throw isWorkerError(error) ? error : toWorkerError(error, request);
    }
  }
}

async function readText(answer: Answer, request: RelayRequest, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(request, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toSeenAnswer({ statusCode, headers }: Answer, url: URL, text: string): SeenAnswer {
  return { url, status: statusCode, headers, text };
}

/** @throws RELAY_UNREACHABLE if the answer is not the relay's */
function requireRelay<Own>(origin: Origin<Own>, request: RelayRequest): Own {
  if (origin.by === 'relay') return origin.own;
  const { kind, side, status, message } = origin.answer;
  const facts = { phase: 'gateway', side, path: request.path, answeredBy: kind, status };
  throw new WorkerError('RELAY_UNREACHABLE', `${request.method} ${request.path}: ${message}`, facts);
}

function refusal(answer: SeenAnswer, request: RelayRequest): WorkerError {
  if (answer.status < 200) return badAnswer(request, `unexpected status ${answer.status}`);
  const { httpStatus, field, message } = requireRelay(refusalOrigin(answer), request);
  const text = `${message === '' ? 'no reason given' : message.slice(0, 500)}${field === '' ? '' : ` (${field})`}`;
  return new WorkerError('RELAY_REFUSED', `${request.method} ${request.path}: ${httpStatus} ${text}`, {
    httpStatus,
    field,
    reason: message.slice(0, 500),
  });
}

function toWorkerError(error: unknown, request: RelayRequest): WorkerError {
  const { phase, side, name, code, message } = connectionFailure(error);
  if (phase !== null) return unreachable(request, { phase, side, message }, error);
  if (name === 'HTTPParserError' || code.startsWith('UND_ERR_')) return badAnswer(request, message, error);
  // A file system error during a download is ours, not the relay's.
  throw error;
}

interface Outage {
  readonly phase: ConnectionPhase;
  readonly side: FailureSide;
  readonly message: string;
}

function unreachable({ method, path }: RelayRequest, { phase, side, message }: Outage, cause?: unknown): WorkerError {
  return new WorkerError('RELAY_UNREACHABLE', `${method} ${path}: ${message}`, { phase, side, path }, { cause });
}

function badAnswer(request: RelayRequest, why: string, cause?: unknown): WorkerError {
  const message = `${request.method} ${request.path}: ${why}`;
  return new WorkerError('RELAY_BAD_ANSWER', message, { path: request.path }, { cause });
}

function tooLarge(request: RelayRequest, maxBytes: number): WorkerError {
  return badAnswer(request, `the answer is larger than ${maxBytes} bytes`);
}
