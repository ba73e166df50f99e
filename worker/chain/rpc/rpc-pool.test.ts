import { describe, expect, it } from 'vitest';
import { ManualClock, type Random } from '../../../protocol/ports.ts';
import { createLog } from '../../log.ts';
import type { FailureSide } from '../../outbound/connection-failure.ts';
import type { FailurePhase, RpcAnswer } from './endpoint.ts';
import type { RpcMethod, RpcResult } from './methods.ts';
import { type ChainIdentity, type PoolEndpoint, RpcPool } from './rpc-pool.ts';

const log = createLog({ level: 'silent', secrets: [] });
const random: Random = { bytes: (length) => new Uint8Array(length), fraction: () => 1 };
const hash = (digit: string) => `0x${digit.repeat(64)}` as `0x${string}`;

class FakeEndpoint implements PoolEndpoint {
  readonly name: string;
  readonly asked: string[] = [];
  chainId = 7411n;
  genesis = hash('a');
  /** The result of every request; null = it works. */
  trouble: FailurePhase | null = null;
  side: FailureSide = 'there';
  refusal: string | null = null;
  retryAfterMs = 0;
  /** Only requests other than those about the identity fail. */
  onlyReal = false;
  head: bigint | null = null;
  /** The result of the next real request, once. */
  once: FailurePhase | null = null;

  constructor(name: string) {
    this.name = name;
  }

  async call<Method extends RpcMethod>(method: Method): Promise<RpcAnswer<RpcResult<Method>>> {
    this.asked.push(method);
    const isIdentity = method === 'eth_chainId' || method === 'eth_getBlockByNumber';
    if (this.trouble !== null && !(this.onlyReal && isIdentity)) {
      return { kind: 'failed', phase: this.trouble, side: this.side, message: 'oh', retryAfterMs: this.retryAfterMs };
    }
    if (this.once !== null && !isIdentity) {
      const phase = this.once;
      this.once = null;
      return { kind: 'failed', phase, side: this.side, message: 'oh', retryAfterMs: this.retryAfterMs };
    }
    const result = (value: unknown) => ({ kind: 'result' as const, value: value as RpcResult<Method> });
    if (method === 'eth_chainId') return result(this.chainId);
    if (method === 'eth_getBlockByNumber') return result({ number: 0n, hash: this.genesis, timestamp: 0n });
    if (method === 'eth_blockNumber' && this.head !== null) return result(this.head);
    if (this.refusal !== null) return { kind: 'refused', rpcCode: -32000, rpcMessage: this.refusal, revertData: null };
    return result(BigInt(this.name.length));
  }
}

function setUp(count: number, options: { chainId?: number | null; known?: ChainIdentity } = {}) {
  const clock = new ManualClock(0);
  const endpoints = Array.from({ length: count }, (_, index) => new FakeEndpoint('e'.repeat(index + 1)));
  const pinned: ChainIdentity[] = options.known === undefined ? [] : [options.known];
  const identities = { find: () => pinned[0] ?? null, pin: (identity: ChainIdentity) => void pinned.splice(0, 1, identity) };
  const pool = new RpcPool({ endpoints, chainId: options.chainId ?? null, identities, clock, random, log });
  /** The number of the endpoint that answered, from 1. */
  const ask = async () => Number(await pool.call('eth_blockNumber', []));
  return { clock, endpoints, pinned, pool, ask, first: endpoints[0] as FakeEndpoint, second: endpoints[1] as FakeEndpoint };
}

describe('the endpoints', () => {
  it('are used in order; a failed one is paused, longer each time, and is then preferred again', async () => {
    const { clock, first, ask } = setUp(2);
    expect(await ask()).toBe(1);
    first.trouble = 'timeout';
    expect(await ask()).toBe(2);
    const asked = first.asked.length;
    await clock.tick(999);
    expect(await ask()).toBe(2);
    expect(first.asked).toHaveLength(asked);
    await clock.tick(1);
    expect(await ask()).toBe(2);
    expect(first.asked).toHaveLength(asked + 1);
    first.trouble = null;
    await clock.tick(1999);
    expect(await ask()).toBe(2);
    await clock.tick(1);
    expect(await ask()).toBe(1);
  });

  it('are all unreachable because of this machine’s own connection, unless one has certainly failed itself', async () => {
    const { first, second, ask } = setUp(2);
    first.trouble = second.trouble = 'dns';
    first.side = second.side = 'here';
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE', data: { side: 'here' } });
    second.side = 'there';
    await expect(ask()).rejects.toMatchObject({ data: { side: 'there' } });
  });

  it('are used even when paused if there is no other', async () => {
    const { first, second, ask } = setUp(2);
    first.trouble = 'dns';
    second.trouble = 'reset';
    await expect(ask()).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      data: { failures: ['e: dns (oh)', 'ee: reset (oh)'] },
    });
    second.trouble = null;
    expect(await ask()).toBe(2);
  });

  it('that all give invalid answers are distinguished from unreachable ones', async () => {
    const { first, second, ask } = setUp(2);
    first.trouble = 'garbage';
    second.trouble = 'garbage';
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_BAD_ANSWER' });
    second.trouble = 'connect';
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
  });

  it('that ask for a pause get it, for as long as they ask, within limits', async () => {
    const { clock, first, ask } = setUp(2);
    Object.assign(first, { trouble: 'gateway', retryAfterMs: 30_000 });
    expect(await ask()).toBe(2);
    first.trouble = null;
    await clock.tick(29_999);
    expect(await ask()).toBe(2);
    await clock.tick(1);
    expect(await ask()).toBe(1);
    Object.assign(first, { trouble: 'gateway', retryAfterMs: 86_400_000 });
    expect(await ask()).toBe(2);
    first.trouble = null;
    await clock.tick(600_000);
    expect(await ask()).toBe(1);
  });

  it('remember how many blocks of logs they have refused, each separately, down to one', async () => {
    const { first, second, pool } = setUp(2);
    const logs = (blocks: number) => pool.call('eth_getLogs', [{ fromBlock: '0x1', toBlock: `0x${blocks.toString(16)}` }]);
    expect(pool.logRange).toBeNull();
    first.refusal = 'too many';
    await expect(logs(2_000)).rejects.toMatchObject({ code: 'CHAIN_REFUSED' });
    expect(pool.logRange).toBe(1_000);
    await expect(logs(3)).rejects.toMatchObject({ code: 'CHAIN_REFUSED' });
    expect(pool.logRange).toBe(1);
    // A refusal of a single block is not about the number of blocks.
    await expect(logs(1)).rejects.toMatchObject({ code: 'CHAIN_REFUSED' });
    expect(pool.logRange).toBeNull();
    expect(second.asked).toEqual([]);
  });

  it('may refuse: that is an answer, and no reason to ask another', async () => {
    const { first, second, pool } = setUp(2);
    first.refusal = 'no';
    await expect(pool.call('eth_gasPrice', [])).rejects.toMatchObject({ code: 'CHAIN_REFUSED', afterFailure: false });
    expect(second.asked).toEqual([]);
  });

  it('a refusal after a failure reports that: the failed one may have accepted the request', async () => {
    const { first, second, pool } = setUp(2);
    Object.assign(first, { trouble: 'timeout', onlyReal: true });
    second.refusal = 'no';
    await expect(pool.call('eth_sendRawTransaction', ['0x'])).rejects.toMatchObject({ afterFailure: true });
    // It failed before the request was made, so it has not accepted it.
    first.onlyReal = false;
    await expect(pool.call('eth_sendRawTransaction', ['0x'])).rejects.toMatchObject({ afterFailure: false });
  });
});

describe('an endpoint that lags behind the others', () => {
  it('is used after them until it has caught up', async () => {
    const { clock, first, second, pool } = setUp(2);
    [first.head, second.head] = [100n, 111n];
    const gas = async () => Number(await pool.call('eth_gasPrice', []));
    expect(await gas()).toBe(1);
    expect(second.asked).toEqual([]);
    await clock.tick(30_000);
    expect(await gas()).toBe(1);
    await clock.tick(0);
    expect(await gas()).toBe(2);
    second.trouble = 'timeout';
    expect(await gas()).toBe(1);
    second.trouble = null;
    [first.head, second.head] = [200n, 210n];
    await clock.tick(30_000);
    await gas();
    await clock.tick(0);
    expect(await gas()).toBe(1);
  });

  it('does not affect the others if it is on a different chain, or does not answer', async () => {
    const { clock, first, second, pool } = setUp(2);
    [first.head, second.head] = [1n, 1_000n];
    second.genesis = hash('b');
    await pool.call('eth_gasPrice', []);
    await clock.tick(30_000);
    await pool.call('eth_gasPrice', []);
    await clock.tick(0);
    expect(Number(await pool.call('eth_gasPrice', []))).toBe(1);
    expect(second.asked).not.toContain('eth_blockNumber');
  });
});

describe('a request whose answer was lost everywhere', () => {
  it.each(['reset', 'gateway', 'garbage'] as const)('is repeated once: %s', async (phase) => {
    const { first, ask } = setUp(1);
    expect(await ask()).toBe(1);
    first.once = phase;
    expect(await ask()).toBe(1);
    first.trouble = phase;
    const before = first.asked.length;
    await expect(ask()).rejects.toMatchObject({ data: { failures: [expect.stringContaining(phase)] } });
    // The request, then the identity, which fails as well.
    expect(first.asked.slice(before)).toEqual(['eth_blockNumber', 'eth_chainId']);
  });

  it('is not repeated at an endpoint that was slow, is unreachable, or asks for a pause; nor is a transaction', async () => {
    for (const phase of ['timeout', 'connect', 'dns'] as const) {
      const { first, ask } = setUp(1);
      first.once = phase;
      await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    }
    const { first, ask, pool } = setUp(1);
    Object.assign(first, { once: 'gateway', retryAfterMs: 1_000 });
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    Object.assign(first, { once: 'reset', retryAfterMs: 0 });
    await expect(pool.call('eth_sendRawTransaction', ['0x01'])).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
  });
});

describe('a transaction', () => {
  it("is sent to every working endpoint; the others' answers change nothing", async () => {
    const { clock, first, second, pool } = setUp(2);
    second.refusal = 'already known';
    await pool.call('eth_sendRawTransaction', ['0x01']);
    await clock.tick(0);
    expect([first, second].map(({ asked }) => asked.at(-1))).toEqual(['eth_sendRawTransaction', 'eth_sendRawTransaction']);
  });

  it('that is refused is sent to no other', async () => {
    const { clock, first, second, pool } = setUp(2);
    await pool.call('eth_gasPrice', []);
    first.refusal = 'nonce too low';
    await expect(pool.call('eth_sendRawTransaction', ['0x01'])).rejects.toMatchObject({ data: { rpcMessage: 'nonce too low' } });
    await clock.tick(0);
    expect(second.asked).not.toContain('eth_sendRawTransaction');
  });
});

describe('the identity of the chain', () => {
  it('is checked once, and again after a failure', async () => {
    const { clock, first, ask } = setUp(1, { chainId: 7411 });
    await ask();
    await ask();
    expect(first.asked).toEqual(['eth_chainId', 'eth_getBlockByNumber', 'eth_blockNumber', 'eth_blockNumber']);
    first.trouble = 'reset';
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    Object.assign(first, { trouble: null, chainId: 1n });
    await clock.tick(60_000);
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' });
  });

  it('keeps an endpoint of a different chain out, by ID or by first block', async () => {
    const { first, second, ask } = setUp(2, { chainId: 7411 });
    first.chainId = 1n;
    expect(await ask()).toBe(2);
    second.chainId = 1n;
    const other = setUp(2);
    expect(await other.ask()).toBe(1);
    other.second.genesis = hash('b');
    other.first.trouble = 'timeout';
    await expect(other.ask()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    expect(other.second.asked).not.toContain('eth_blockNumber');
  });

  it('is remembered', async () => {
    const { pinned, first, ask } = setUp(1, { known: { chainId: 7411, genesis: hash('b') } });
    await expect(ask()).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' });
    first.genesis = hash('b');
    expect(await ask()).toBe(1);
    expect(pinned).toEqual([{ chainId: 7411, genesis: hash('b') }]);
  });
});
