/**
 * An RPC endpoint in front of a chain at which a process can be killed: at a given point of a given call's way to the
 * chain, while it waits for an answer that never comes. It also records what was sent, and how often.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Interface } from 'ethers';
import { Transaction } from 'ethers';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** In the order in which a transaction passes them. */
export const KILL_INSTANTS = [
  /** Nothing is on disk yet. */
  'before it is recorded',
  /** It is on disk, and no endpoint has it. */
  'before it is sent',
  /** It is on the chain, but the answer is lost. */
  'after it is sent',
  /** Its receipt is lost. */
  'before its end is recorded',
] as const;
export type KillInstant = (typeof KILL_INSTANTS)[number];

export interface SentTransaction {
  readonly fn: string;
  readonly hash: string;
}

export interface KillPointProxy {
  readonly url: string;
  /** One of each transaction, however often it was sent, in order of first arrival. */
  readonly sent: readonly SentTransaction[];
  /** Calls `strike` once, when the function's transaction reaches that point. */
  arm(fn: string, instant: KillInstant, strike: () => void): void;
}

const requestSchema = z.object({ method: z.string(), params: z.array(z.unknown()) });

/** @param interfaces used to tell which function a transaction calls */
export async function startKillPointProxy(target: string, interfaces: readonly Interface[]): Promise<KillPointProxy> {
  const sent = new Map<string, SentTransaction>();
  let armed: { readonly fn: string; readonly instant: KillInstant; readonly strike: () => void } | null = null;

  const nameOf = (data: string) =>
    interfaces.map((abi) => abi.getFunction(data.slice(0, 10))?.name).find((name) => name !== undefined) ?? data.slice(0, 10);

  function strikesAt(fn: string, instant: KillInstant): boolean {
    if (armed === null || armed.fn !== fn || armed.instant !== instant) return false;
    const { strike } = armed;
    armed = null;
    strike();
    return true;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method, params } = requestSchema.parse(JSON.parse(body.toString()));
    if (method === 'eth_estimateGas' && strikesAt(nameOf((params[0] as { data: string }).data), 'before it is recorded')) return;
    if (method === 'eth_sendRawTransaction') {
      const { hash, data } = Transaction.from(params[0] as string);
      const fn = nameOf(data);
      if (strikesAt(fn, 'before it is sent')) return;
      sent.set(hash ?? '', { fn, hash: hash ?? '' });
    }
    const upstream = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await upstream.text();
    if (method === 'eth_sendRawTransaction') {
      const { data } = Transaction.from(params[0] as string);
      if (strikesAt(nameOf(data), 'after it is sent')) return;
    }
    if (method === 'eth_getTransactionReceipt' && JSON.parse(text).result !== null) {
      const of = sent.get(params[0] as string);
      if (of !== undefined && strikesAt(of.fn, 'before its end is recorded')) return;
    }
    response.end(text);
  }

  // Requests of a killed process are aborted.
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    get sent() {
      return [...sent.values()];
    },
    arm(fn, instant, strike) {
      armed = { fn, instant, strike };
    },
  };
}
