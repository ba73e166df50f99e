/**
 * A proxy between a node and its relay, or its chain's endpoint, that breaks requests on purpose. The devnet's real
 * server is behind it; only the connection is faulty.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | { readonly kind: 'pass' }
  /** The answer is delayed by this many milliseconds. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The relay never sees the request. */
  | { readonly kind: 'error500' }
  | { readonly kind: 'dropBefore' }
  /** The same, with a reset instead of an orderly close. */
  | { readonly kind: 'reset' }
  /** The relay performs the request, but the answer is dropped. `between` is called in between. */
  | { readonly kind: 'dropAfter'; readonly between?: () => void }
  /** Half of the answer, then the connection is closed. */
  | { readonly kind: 'truncate' }
  /** A page of a proxy in front of the relay; the relay never sees the request. */
  | { readonly kind: 'page'; readonly status: number }
  /** A success status with the wrong content. */
  | { readonly kind: 'garbage' }
  /** Repeats events from the very first one, whatever was asked for. */
  | { readonly kind: 'repeatEvents' };

export interface ProxiedRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** 1 for the first request of this method and kind of path. */
  readonly nth: number;
  /** Text of a JSON body, '' for anything else. */
  readonly body: string;
}

export interface SeenRequest extends ProxiedRequest {
  readonly fault: Fault['kind'];
}

export type FaultPlan = (request: ProxiedRequest) => Fault;

export interface FaultProxy {
  readonly url: string;
  /** Every request seen, in order. */
  readonly seen: readonly SeenRequest[];
  setPlan(plan: FaultPlan): void;
  close(): Promise<void>;
}

export const PASS: Fault = { kind: 'pass' };

/** Without commitments and addresses, so that requests of one kind are counted together. */
export function kindOf(path: string): string {
  return path.replace(/0x[0-9a-fA-F]+/g, ':id');
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function forward(target: string, incoming: IncomingMessage, path: string, body: Buffer): Promise<Answer> {
  const { connection: _dropped, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, target), { method: incoming.method ?? 'GET', headers }, (answer) => {
      bodyOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/**
 * @param keep whether a request stays in `seen`, because a proxy that runs for hours would fill the memory. Default:
 * all do.
 */
export async function startFaultProxy(
  target: string,
  { keep = () => true }: { readonly keep?: (request: SeenRequest) => boolean } = {},
): Promise<FaultProxy> {
  let plan: FaultPlan = () => PASS;
  const counts = new Map<string, number>();
  const seen: SeenRequest[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', target);
    const method = incoming.method ?? 'GET';
    const key = `${method} ${kindOf(url.pathname)}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    const body = await bodyOf(incoming);
    const isJson = incoming.headers['content-type']?.startsWith('application/json') ?? false;
    const planned = { method, path: url.pathname, nth, body: isJson ? body.toString() : '' };
    const fault = plan(planned);
    const told = { ...planned, fault: fault.kind };
    if (keep(told)) seen.push(told);
    if (fault.kind === 'dropBefore') return void incoming.socket.destroy();
    if (fault.kind === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault.kind === 'page')
      return void response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>Please wait</h1></html>');
    if (fault.kind === 'error500')
      return void response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"planned fault"}');
    if (fault.kind === 'garbage')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"message":"success","data":[{"nonsense');
    if (fault.kind === 'repeatEvents') url.searchParams.set('start', '0');
    const answer = await forward(target, incoming, url.pathname + url.search, body);
    if (fault.kind === 'dropAfter') {
      fault.between?.();
      return void incoming.socket.destroy();
    }
    if (fault.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    const { 'transfer-encoding': _chunked, connection: _connection, ...headers } = answer.headers;
    response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
    if (fault.kind !== 'truncate') return void response.end(answer.body);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => incoming.socket.destroy());
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    setPlan: (next) => {
      plan = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
