/**
 * A live endpoint of the same chain that lags behind: it answers according to the state at an old block, and
 * transactions sent to it are lost.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

export interface LaggingEndpoint {
  readonly url: string;
  /** The newest block that it knows; null = it does not lag. */
  head: number | null;
  /** False = it is unreachable. */
  up: boolean;
  /** Number of requests that it has answered. */
  answered: number;
}

const requestSchema = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()) });
type Request = z.output<typeof requestSchema>;

const quantity = (block: number) => `0x${block.toString(16)}`;

/** Position of the block parameter, by method. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_getBlockByNumber: 0,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getTransactionCount: 1,
};

export async function startLaggingEndpoint(target: string): Promise<LaggingEndpoint> {
  const endpoint: LaggingEndpoint = { url: '', head: null, up: true, answered: 0 };

  async function ask(body: Request): Promise<{ result?: unknown; error?: unknown }> {
    const upstream = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    });
    return (await upstream.json()) as { result?: unknown; error?: unknown };
  }

  async function asOf(head: number, request: Request): Promise<{ result?: unknown; error?: unknown }> {
    const { method, params } = request;
    if (method === 'eth_blockNumber') return { result: quantity(head) };
    const at = BLOCK_AT[method];
    if (at !== undefined) {
      const asked = params[at] ?? 'latest';
      if (typeof asked === 'string' && asked.startsWith('0x')) {
        if (Number(asked) <= head) return ask(request);
        return method === 'eth_getBlockByNumber' ? { result: null } : { error: { code: -32000, message: 'header not found' } };
      }
      return ask({ ...request, params: [...params.slice(0, at), quantity(head), ...params.slice(at + 1)] });
    }
    if (method === 'eth_getLogs') {
      const [filter] = params as [{ fromBlock: string; toBlock: string }];
      if (Number(filter.fromBlock) > head) return { result: [] };
      const toBlock = quantity(Math.min(head, Number(filter.toBlock)));
      return ask({ ...request, params: [{ ...filter, toBlock }] });
    }
    // It has a separate pool: transactions sent to it have no effect.
    const isSending = method === 'eth_sendRawTransaction';
    const answer = await ask(isSending ? { ...request, method: 'web3_sha3' } : request);
    const block = (answer.result as { blockNumber?: string | null } | null | undefined)?.blockNumber;
    if (typeof block === 'string' && Number(block) > head) return { result: null };
    return answer;
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    if (!endpoint.up) return void message.socket.destroy();
    const request = requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const told = await (endpoint.head === null ? ask(request) : asOf(endpoint.head, request));
    endpoint.answered++;
    response.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, ...told }));
  }

  const server = createServer((message, response) => void answer(message, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
  });
}
