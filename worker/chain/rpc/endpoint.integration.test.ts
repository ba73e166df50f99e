/** Real answers of providers that are not results, over HTTP, and how each is treated. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../kit/system-clock.ts';
import { AGENT_OPTIONS, RpcEndpoint } from './endpoint.ts';
import type { RpcMethod } from './methods.ts';
import { RateLimit } from './rate-limit.ts';

interface Said {
  readonly status?: number;
  readonly body?: (id: number) => unknown;
  readonly headers?: Record<string, string>;
}

async function ask(said: Said, method: RpcMethod = 'eth_getBalance', params: readonly unknown[] = []) {
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (chunk) => {
      text += chunk;
    });
    incoming.on('end', () => {
      const { id } = JSON.parse(text) as { id: number };
      const body = said.body?.(id) ?? '';
      response.writeHead(said.status ?? 200, said.headers);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent(AGENT_OPTIONS);
  onTestFinished(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const limit = new RateLimit({ clock: systemClock, perSecond: 1000, burst: 100 });
  return new RpcEndpoint({ url, agent, clock: systemClock, timeoutMs: 20_000, limit }).call(method, params);
}

const error =
  (code: unknown, message: string, more: object = {}) =>
  (id: number) => ({ jsonrpc: '2.0', id, error: { code, message, ...more } });
const failed = { kind: 'failed', phase: 'gateway' };

describe("an endpoint's own trouble makes another one be used", () => {
  it.each<[string, Said]>([
    ['Alchemy', { status: 429, body: error(429, 'Your app has exceeded its compute units per second capacity.') }],
    ['Alchemy in HTTP 200', { body: error(429, 'Your app has exceeded its compute units per second capacity.') }],
    [
      'QuickNode',
      { status: 429, body: error(-32007, '50/second request limit reached - reduce calls per second or upgrade your account') },
    ],
    ['QuickNode, credits', { body: error(-32012, 'credits limited to 6000/sec') }],
    ['Infura', { status: 429, body: error(-32005, 'daily request count exceeded, request rate limited') }],
    ['Base', { status: 429, body: error(-32016, 'over rate limit') }],
    ['Base, nested', { body: error(-32000, '429 Too Many Requests: {"error":{"code":-32016}}') }],
    // docs.metamask.io, "Avoid rate limiting": the daily credits are used up, or the credits per second.
    ['Infura, credits', { status: 402, body: error(402, 'Payment Required') }],
    ['Infura, credits in HTTP 200', { body: error(402, 'Payment Required') }],
    // quicknode.com/docs, "Error references".
    [
      'QuickNode, requests',
      { status: 429, body: error(429, 'The requests per second (RPS) of your requests are higher than your plan allows.') },
    ],
    [
      'QuickNode, requests, with another code',
      { body: error(-32000, 'The requests per second (RPS) of your requests are higher than your plan allows.') },
    ],
    ['QuickNode, endpoint disabled', { status: 403, body: () => 'Endpoint Disabled' }],
    // docs.1rpc.io, "Errors".
    [
      '1RPC',
      {
        body: error(
          -32001,
          "You've reached the usage limit for your current plan. To continue with higher limits and uninterrupted access, please upgrade here: https://www.1rpc.io/#pricing",
        ),
      },
    ],
    ['TheRPC', { body: error(-32029, 'Rate limit exceeded. Consider upgrading your plan.') }],
    ['without a number', { body: () => ({ jsonrpc: '2.0', id: null, error: { code: -32029, message: 'rate limited' } }) }],
    ['inactive', { status: 403, body: error(-32600, 'App is inactive') }],
    ['Ankr', { body: error(-32000, 'Unauthorized: You must authenticate your request with an API key.') }],
    ['Pocket', { status: 500, body: error(-32050, 'Relay attempts exhausted') }],
    ['502 with a JSON-RPC error', { status: 502, body: error(-32603, 'Internal error') }],
    ['503 with a JSON-RPC error', { status: 503, body: error(-32603, 'no healthy upstream') }],
    ['502 with a result', { status: 502, body: (id) => ({ jsonrpc: '2.0', id, result: '0x5' }) }],
    ['Cloudflare', { status: 403, body: () => '<!DOCTYPE html><title>Just a moment...</title>' }],
    ['pruned', { body: error(-32000, 'missing trie node 0xabc') }],
    ['internal error', { body: error(-32603, 'Internal error') }],
  ])('%s', async (_name, said) => {
    expect(await ask(said)).toMatchObject(failed);
  });

  it.each<[string, Said, string]>([
    ['a captive portal', { body: () => '<html>log in</html>' }, 'a web page'],
    ['the answer to another request', { body: () => ({ jsonrpc: '2.0', id: 99, result: '0x5' }) }, 'another request'],
    ['nothing', { body: () => '' }, 'not a JSON-RPC'],
  ])('%s is not an answer', async (_name, said, message) => {
    expect(await ask(said)).toMatchObject({ kind: 'failed', phase: 'garbage', message: expect.stringContaining(message) });
  });

  it.each([
    ['7', 7_000],
    ['soon', undefined],
  ])('and is asked again when it says it may be: %s', async (header, ms) => {
    const answer = await ask({ status: 429, headers: { 'retry-after': header }, body: () => '' });
    expect('retryAfterMs' in answer ? answer.retryAfterMs : undefined).toBe(ms);
  });
});

describe('a refusal of the request itself is an answer', () => {
  it.each<[string, Said]>([
    ['revert', { body: error(3, 'execution reverted: capacity reached', { data: '0x' }) }],
    ['revert without data', { body: error(-32000, 'execution reverted: rate limit of the contract') }],
    ['funds', { status: 400, body: error(-32000, 'insufficient funds for gas * price + value') }],
    ['gas', { body: error(-32000, 'exceeds block gas limit') }],
    ['tag', { body: error(-32000, 'Unsupported block tag pending') }],
  ])('%s', async (_name, said) => {
    expect(await ask(said)).toMatchObject({ kind: 'refused' });
  });

  it('and an answer in an unusual form is one', async () => {
    for (const body of [
      (id: number) => ({ jsonrpc: '2.0', id: String(id), result: '0x5' }),
      (id: number) => [{ jsonrpc: '2.0', id, result: '0x5' }],
      (id: number) => ({ jsonrpc: '2.0', id, result: '0x5', error: null }),
    ]) {
      expect(await ask({ body })).toEqual({ kind: 'result', value: 5n });
    }
  });
});

describe('too many blocks at once', () => {
  const long = 'x'.repeat(5 * 1024 * 1024);
  beforeAll(() => expect(long.length).toBeGreaterThan(AGENT_OPTIONS.maxResponseSize));

  it.each<[string, Said]>([
    [
      'Alchemy',
      {
        status: 400,
        body: error(-32600, 'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.'),
      },
    ],
    ['QuickNode', { status: 413, body: error(-32614, 'eth_getLogs is limited to a 10,000 range') }],
    ['Infura', { body: error(-32005, 'query returned more than 10000 results') }],
    ['Ankr', { body: error(-32062, 'Block range is too large') }],
    // github.com/INFURA/infura/issues/237 and docs.metamask.io, "eth_getLogs".
    ['Infura, blocks', { body: error(-32602, 'range 1000000 exceeds limit of 10000') }],
    ['Infura, time', { body: error(-32005, 'query timeout exceeded') }],
    [
      'Infura, with a hint',
      { body: error(-32005, 'query returned more than 10000 results. Try with this block range [0xBDE5F8, 0x102DBCC].') },
    ],
    // github.com/ethers-io/ethers.js/issues/4703, github.com/BobTheBuidler/dank_mids/issues/772.
    [
      'Alchemy, size',
      {
        body: error(
          -32602,
          'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response.',
        ),
      },
    ],
    [
      'Alchemy, 500 blocks',
      {
        body: error(
          -32600,
          'You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x123c9b2, 0x123cba5]',
        ),
      },
    ],
    // quicknode.com/docs, "Error references".
    [
      'QuickNode, 413',
      {
        status: 413,
        body: () => 'Request Entity Too Large: eth_getLogs and eth_newFilter are limited to a 10,000 blocks range',
      },
    ],
    // github.com/AlphaWallet/alpha-wallet-android/issues/2736, docs.1rpc.io.
    ['BNB Chain', { body: error(-32000, 'exceed maximum block range: 5000') }],
    ['1RPC', { body: error(-32000, 'response size should not greater than 2097152 bytes') }],
    ['Base', { body: error(-32008, 'backend response too large') }],
    ['a proxy', { status: 413, body: () => '<html>413</html>' }],
    ['a node that is slow', { body: error(-32000, 'query timeout exceeded') }],
    ['in a text', { body: () => ({ jsonrpc: '2.0', id: null, error: 'exceed maximum block range: 5000' }) }],
    ['behind a gateway', { status: 500, body: error(-32603, 'block range extends beyond limits') }],
    ['an endless answer', { body: () => long }],
  ])('%s', async (_name, said) => {
    expect(await ask(said, 'eth_getLogs', [{ fromBlock: '0x1', toBlock: '0x7d0' }])).toMatchObject({ kind: 'refused' });
  });

  it('is not confused with a rate limit', async () => {
    expect(await ask({ status: 429, body: error(-32005, 'rate limited') }, 'eth_getLogs', [{}])).toMatchObject(failed);
  });
});
