/** One JSON-RPC endpoint over HTTP: one attempt per call, a limit on time, on bytes and on rate. */
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../../protocol/ports.ts';
import { type ConnectionPhase, connectionFailure, type FailureSide } from '../../connection-failure.ts';
import { RPC_METHODS, type RpcMethod, type RpcResult } from './methods.ts';
import type { RateLimit } from './rate-limit.ts';

export type FailurePhase = ConnectionPhase | 'gateway' | 'garbage';

export type RpcAnswer<Value> =
  | { readonly kind: 'result'; readonly value: Value }
  /** The node understood and said no. */
  | { readonly kind: 'refused'; readonly rpcCode: number; readonly rpcMessage: string; readonly revertData: string | null }
  /** No answer, or none that can be used: another endpoint may do better. */
  | EndpointFailure;

export interface EndpointFailure {
  readonly kind: 'failed';
  readonly phase: FailurePhase;
  /** Absent: something answered, so it is not this machine's connection. */
  readonly side?: FailureSide;
  readonly message: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_WORDS = 500;

const envelopeSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).nullish(),
});

export class RpcEndpoint {
  /** Host and port only: the path of an RPC URL often is an access key. */
  readonly name: string;
  readonly #url: URL;
  readonly #agent: Dispatcher;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #limit: RateLimit;
  #lastId = 0;

  constructor(options: { url: string; agent: Dispatcher; clock: Clock; timeoutMs: number; limit: RateLimit }) {
    this.#url = new URL(options.url);
    this.name = this.#url.host;
    this.#agent = options.agent;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
    this.#limit = options.limit;
  }

  async call<Method extends RpcMethod>(method: Method, params: readonly unknown[]): Promise<RpcAnswer<RpcResult<Method>>> {
    await this.#limit.take();
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
      return readAnswer(method, id, response.statusCode, await response.body.text());
    } catch (error) {
      return { kind: 'failed', ...describe(error) };
    } finally {
      answered.abort();
    }
  }
}

/** Options of the agent that all endpoints share. */
export const AGENT_OPTIONS = { maxResponseSize: MAX_BYTES, connections: 4, pipelining: 1 } as const;

function readAnswer<Method extends RpcMethod>(
  method: Method,
  id: number,
  status: number,
  body: string,
): RpcAnswer<RpcResult<Method>> {
  const garbage = (message: string): RpcAnswer<never> => ({ kind: 'failed', phase: 'garbage', message });
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return status >= 400 ? { kind: 'failed', phase: 'gateway', message: `HTTP status ${status}` } : garbage('not JSON');
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success || envelope.data.id !== id) {
    return status >= 400
      ? { kind: 'failed', phase: 'gateway', message: `HTTP status ${status}` }
      : garbage('not a JSON-RPC answer');
  }
  const { error, result } = envelope.data;
  if (error) {
    const rpcMessage = error.message.slice(0, MAX_WORDS);
    if (isEndpointTrouble(error.code, rpcMessage)) return { kind: 'failed', phase: 'gateway', message: rpcMessage };
    return { kind: 'refused', rpcCode: error.code, rpcMessage, revertData: revertDataOf(error.data) };
  }
  const value = RPC_METHODS[method].safeParse(result);
  if (!value.success) return garbage(`${method}: ${z.prettifyError(value.error).slice(0, MAX_WORDS)}`);
  return { kind: 'result', value: value.data as RpcResult<Method> };
}

/** Refusals that speak of the endpoint, not of the request: its rate limit, or state it does not have (any more, or yet). */
function isEndpointTrouble(code: number, message: string): boolean {
  return code === -32005 || /rate limit|too many requests|header not found|missing trie node|no backend/i.test(message);
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
