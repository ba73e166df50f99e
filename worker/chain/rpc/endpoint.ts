/** One JSON-RPC endpoint over HTTP: one attempt per call, with limits on time, size and rate. */
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../../protocol/ports.ts';
import type { Traffic } from '../../kit/traffic.ts';
import { type ConnectionPhase, connectionFailure, type FailureSide } from '../../outbound/connection-failure.ts';
import { RPC_METHODS, type RpcMethod, type RpcResult } from './methods.ts';
import type { RateLimit } from './rate-limit.ts';

export type FailurePhase = ConnectionPhase | 'gateway' | 'garbage';

export type RpcAnswer<Value> =
  | { readonly kind: 'result'; readonly value: Value }
  /** The node understood the request and refused it. */
  | { readonly kind: 'refused'; readonly rpcCode: number; readonly rpcMessage: string; readonly revertData: string | null }
  /** No answer, or an unusable one: another endpoint may do better. */
  | EndpointFailure;

interface EndpointFailure {
  readonly kind: 'failed';
  readonly phase: FailurePhase;
  /** Absent: something answered, so it is not this machine's connection. */
  readonly side?: FailureSide;
  readonly message: string;
  /** How long it asks not to be used. */
  readonly retryAfterMs?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_MESSAGE_CHARS = 500;

const envelopeSchema = z.object({
  /** Null if a gateway refuses before it has read the request; some servers answer with text. */
  id: z.union([z.number(), z.string()]).nullish(),
  result: z.unknown().optional(),
  error: z
    .union([
      z.object({ code: z.coerce.number().catch(0), message: z.string().catch(''), data: z.unknown().optional() }),
      z.string().transform((message) => ({ code: 0, message, data: undefined })),
    ])
    .nullish(),
});

export class RpcEndpoint {
  /** Host and port only: the path of an RPC URL is often an access key. */
  readonly name: string;
  readonly #url: URL;
  readonly #agent: Dispatcher;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #limit: RateLimit;
  readonly #traffic: Traffic | null;
  #lastId = 0;

  constructor(options: {
    url: string;
    agent: Dispatcher;
    clock: Clock;
    timeoutMs: number;
    limit: RateLimit;
    traffic?: Traffic | undefined;
  }) {
    this.#url = new URL(options.url);
    this.name = this.#url.host;
    this.#agent = options.agent;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
    this.#limit = options.limit;
    this.#traffic = options.traffic ?? null;
  }

  async call<Method extends RpcMethod>(method: Method, params: readonly unknown[]): Promise<RpcAnswer<RpcResult<Method>>> {
    await this.#limit.take();
    const ended = this.#traffic?.begin();
    const answer = await this.#ask(method, params);
    ended?.(answer.kind !== 'failed');
    return answer;
  }

  async #ask<Method extends RpcMethod>(method: Method, params: readonly unknown[]): Promise<RpcAnswer<RpcResult<Method>>> {
    const id = ++this.#lastId;
    const late = new AbortController();
    const answered = new AbortController();
    void this.#clock.sleep(this.#timeoutMs, answered.signal).then(
      () => late.abort(new DOMException(`no answer in ${this.#timeoutMs} ms`, 'TimeoutError')),
      () => {},
    );
    try {
      const response = await this.#agent.request({
        origin: this.#url.origin,
        path: this.#url.pathname + this.#url.search,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
        signal: late.signal,
      });
      const { statusCode: status, headers } = response;
      const answer = { id, status, body: await response.body.text() };
      const read = readAnswer(method, answer);
      if (read.kind !== 'failed') return read;
      const retryAfterMs = retryAfter(headers['retry-after'], this.#clock.now());
      return retryAfterMs === null ? read : { ...read, retryAfterMs };
    } catch (error) {
      const failure = describe(error);
      // Equivalent to a refusal of the range: fewer blocks make a smaller answer.
      if (method === 'eth_getLogs' && failure.phase === 'garbage') {
        return { kind: 'refused', rpcCode: 0, rpcMessage: failure.message, revertData: null };
      }
      return { kind: 'failed', ...failure };
    } finally {
      answered.abort();
    }
  }
}

/** Options of the agent that all endpoints share. */
export const AGENT_OPTIONS = { maxResponseSize: MAX_BYTES, connections: 4, pipelining: 1 } as const;

interface HttpAnswer {
  /** ID of the request. */
  readonly id: number;
  readonly status: number;
  readonly body: string;
}

/** The status takes precedence over the body: a gateway's message may look like a node's. */
function readAnswer<Method extends RpcMethod>(method: Method, { id, status, body }: HttpAnswer): RpcAnswer<RpcResult<Method>> {
  const envelope = readEnvelope(body);
  const error = envelope?.error ?? null;
  const rpcMessage = (error?.message ?? '').slice(0, MAX_MESSAGE_CHARS);
  const gatewayFailure = (message: string): RpcAnswer<never> => ({ kind: 'failed', phase: 'gateway', message });
  const malformedAnswer = (message: string): RpcAnswer<never> => ({ kind: 'failed', phase: 'garbage', message });
  if (method === 'eth_getLogs' && isRangeRefusal(status, rpcMessage)) {
    const text = rpcMessage === '' ? `HTTP status ${status}` : rpcMessage;
    return { kind: 'refused', rpcCode: error?.code ?? status, rpcMessage: text, revertData: null };
  }
  if (status >= 300 && !(error !== null && NODE_ERROR_CODES.has(status))) {
    return gatewayFailure(rpcMessage === '' ? `HTTP status ${status}` : `HTTP status ${status}: ${rpcMessage}`);
  }
  if (envelope === null) return malformedAnswer(isHtml(body) ? 'a web page instead of an answer' : 'not a JSON-RPC answer');
  if (error !== null) {
    const revertData = revertDataOf(error.data);
    if (revertData === null && isEndpointTrouble(error.code, rpcMessage)) return gatewayFailure(rpcMessage);
    return { kind: 'refused', rpcCode: error.code, rpcMessage, revertData };
  }
  // A result belongs to the request with its ID; anything else may be for someone else.
  if (String(envelope.id) !== String(id)) return malformedAnswer('the answer to another request');
  const value = RPC_METHODS[method].safeParse(envelope.result);
  if (!value.success) return malformedAnswer(`${method}: ${z.prettifyError(value.error).slice(0, MAX_MESSAGE_CHARS)}`);
  return { kind: 'result', value: value.data as RpcResult<Method> };
}

/** Nodes use these statuses for their own refusals. */
const NODE_ERROR_CODES: ReadonlySet<number> = new Set([400, 404, 405, 413, 422]);

function readEnvelope(body: string): z.output<typeof envelopeSchema> | null {
  try {
    const json: unknown = JSON.parse(body);
    return envelopeSchema.safeParse(Array.isArray(json) && json.length === 1 ? json[0] : json).data ?? null;
  } catch {
    return null;
  }
}

function isHtml(body: string): boolean {
  return /^\s*<(?:!doctype|html|head|body)/i.test(body);
}

/** Recognises all ways to report that the range is too large: providers have no common code for it. */
function isRangeRefusal(status: number, message: string): boolean {
  if (status === 413) return true;
  return /\brange\b|too many (?:results|logs|blocks)|more than [\d,]+ (?:results|logs|blocks)|response size|(?:response|result|query)[\w ]* (?:too (?:large|big|wide)|exceed)|too (?:large|big|wide)|(?:limit|max|exceed)\w* [\w ,-]*blocks?\b|blocks? [\w ]*(?:limit|exceed)|query (?:timeout|timed out)/i.test(
    message,
  );
}

/** Codes that Infura, QuickNode, Base, Alchemy, Ankr, TheRPC and Pocket use for their own limits. */
const ENDPOINT_TROUBLE_CODES: ReadonlySet<number> = new Set([
  402, 429, -32005, -32007, -32012, -32016, -32029, -32050, -32090, -32097,
]);

const ENDPOINT_TROUBLE_TEXT =
  /rate.?limit|too many requests|requests? (?:limit|count)|limit reached|capacity|compute units|credits? (?:limit|exhaust|exceed)|quota|usage limit|payment required|your (?:current )?plan|throttl|over (?:rate )?limit|upgrade your|\binactive\b|project id|api.?key|unauthori[sz]ed|must be authenticated|header not found|missing trie node|no backend|no healthy|upstream|unavailable|overload|try again later|no state available|relay attempts|^internal (?:server )?error\.?$/i;

/** Refusals that are about the endpoint, not the request: its limits, its account, or missing state. */
function isEndpointTrouble(code: number, message: string): boolean {
  if (ENDPOINT_TROUBLE_CODES.has(code)) return true;
  return !/revert|\bgas\b|nonce|\bfees?\b|funds|balance/i.test(message) && ENDPOINT_TROUBLE_TEXT.test(message);
}

/** Seconds, or a date. @returns null if there is none */
function retryAfter(header: string | string[] | undefined, nowMs: number): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/** Nodes put the bytes of a revert in `data`, or one or two levels deeper. */
function revertDataOf(data: unknown): string | null {
  for (let inner = data, depth = 0; depth < 3; depth++) {
    if (typeof inner === 'string') return /^0x([0-9a-fA-F]{2})*$/.test(inner) ? inner : null;
    if (typeof inner !== 'object' || inner === null || !('data' in inner)) return null;
    inner = inner.data;
  }
  return null;
}

function describe(error: unknown): Omit<EndpointFailure, 'kind'> {
  const { phase, side, code, message } = connectionFailure(error);
  return { phase: phase ?? (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? 'garbage' : 'reset'), side, message };
}
