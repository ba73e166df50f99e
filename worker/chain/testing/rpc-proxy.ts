/** An RPC endpoint in front of the real one that can fail in the ways that endpoints do. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

type ProxyMode =
  | 'pass'
  /** HTTP 503 with an HTML page. */
  | 'down'
  /** Accepts the request and never answers. */
  | 'silent'
  /** Closes the connection at once. */
  | 'reset'
  /** Passes the request on and closes the connection instead of answering: the act is done, the answer is lost. */
  | 'loseAnswer'
  /** Something that is not JSON-RPC. */
  | 'garbage'
  /** JSON-RPC with results of the wrong shape. */
  | 'wrongShape'
  /** The refusal of an overloaded node. */
  | 'limited';

export interface RpcProxy {
  readonly url: string;
  /** Methods in the order of arrival. */
  readonly methods: string[];
  mode: ProxyMode;
  /** Requests that the mode applies to; all others pass. Null = all. */
  only: readonly string[] | null;
  /** The mode applies only to every n-th request; 1 = to each. */
  every: number;
  /** Answers to give instead of asking the chain. */
  readonly answers: Map<string, unknown>;
}

const requestSchema = z.object({ id: z.number(), method: z.string() });

export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const server = createServer((request, response) => void answer(request, response));
  const proxy = {
    url: '',
    methods: [] as string[],
    mode: 'pass' as ProxyMode,
    only: null as readonly string[] | null,
    every: 1,
    answers: new Map(),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { id, method } = requestSchema.parse(JSON.parse(body.toString()));
    proxy.methods.push(method);
    const isHit = proxy.methods.length % proxy.every === 0 && (proxy.only === null || proxy.only.includes(method));
    const mode = isHit ? proxy.mode : 'pass';
    if (mode === 'silent') return;
    if (mode === 'reset') return void request.socket.destroy();
    if (mode === 'down') return void response.writeHead(503).end('<h1>try later</h1>');
    if (mode === 'garbage') return void response.end('<h1>welcome to the hotel</h1>');
    if (mode === 'wrongShape') return void response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { no: 'idea' } }));
    if (mode === 'limited') {
      return void response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32005, message: 'limit exceeded' } }));
    }
    if (proxy.answers.has(method)) {
      return void response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(proxy.answers.get(method) as object) }));
    }
    const upstream = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await upstream.text();
    if (mode === 'loseAnswer') return void request.socket.destroy();
    response.end(text);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return proxy;
}
