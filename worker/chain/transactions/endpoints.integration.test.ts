/** Failures of endpoints must cause neither a second transaction nor a stuck account. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ChainWorld, CNX, staked, startChainWorld, stateOf } from '../testing/chain-world.ts';
import { startRpcProxy } from '../testing/rpc-proxy.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld();
});
afterAll(() => world.chain.stop());

const stakeIntent = (id: string, cnx: bigint, valueCnx?: bigint) => world.stakeIntent(id, cnx, valueCnx);

describe('endpoints that fail', () => {
  it.each(['down', 'silent', 'reset', 'garbage', 'wrongShape', 'limited'] as const)('%s: the next one is used', async (mode) => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    proxy.mode = mode;
    const preset = { rpcUrls: [proxy.url, world.chain.anvil.url], requestTimeoutMs: 2_000 };
    const client = await world.client({ preset });
    await client.transactions.submit(stakeIntent('s', 400n));
    expect(await staked(client)).toBe(400n);
    // It is checked from time to time, and used for nothing else.
    expect([...new Set(proxy.methods)]).toEqual(['eth_chainId']);
  });

  it.each([
    ['down', 'CHAIN_UNREACHABLE'],
    ['silent', 'CHAIN_UNREACHABLE'],
    ['reset', 'CHAIN_UNREACHABLE'],
    ['garbage', 'CHAIN_BAD_ANSWER'],
  ] as const)('%s, with no other: %s, nothing is recorded, and the next attempt works', async (mode, code) => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    const client = await world.client({ preset: { rpcUrls: [proxy.url], requestTimeoutMs: 2_000 } });
    proxy.mode = mode;
    await expect(client.staking.setStake(400n * CNX, { id: 's' })).rejects.toMatchObject({ code });
    proxy.mode = 'pass';
    await client.staking.setStake(400n * CNX, { id: 's' });
    expect(await world.count(client.address)).toBe(1);
  });

  it.each(['down', 'silent', 'reset', 'loseAnswer', 'garbage', 'wrongShape'] as const)(
    'while sending (%s): the account is delayed, not stuck, and the same transaction gets through once',
    async (mode) => {
      const proxy = await startRpcProxy(world.chain.anvil.url);
      const client = await world.client({ preset: { rpcUrls: [proxy.url], requestTimeoutMs: 2_000 } });
      proxy.mode = mode;
      proxy.only = ['eth_sendRawTransaction', 'eth_getTransactionReceipt'];
      await expect(client.transactions.submit(stakeIntent('s', 400n), { waitMs: 0 })).rejects.toMatchObject({
        code: 'CHAIN_TRANSACTION_OPEN',
        data: { lastError: expect.stringMatching(/^CHAIN_(UNREACHABLE|BAD_ANSWER)/) },
      });
      const hash = client.journal.find('s')?.attempts[0].hash;
      // Another act must wait for it, and reports that.
      await expect(client.transactions.submit(stakeIntent('next', 500n, 100n), { waitMs: 0 })).rejects.toMatchObject({
        code: 'CHAIN_TRANSACTION_OPEN',
        data: { hash },
      });
      proxy.mode = 'pass';
      expect(await client.transactions.submit(stakeIntent('next', 500n, 100n))).toMatchObject({ kind: 'succeeded' });
      expect(client.journal.find('s')?.state).toMatchObject({ kind: 'succeeded', inclusion: { hash } });
      expect(client.journal.find('s')?.attempts).toHaveLength(1);
      expect(await world.count(client.address)).toBe(2);
      expect(await world.stakingEvents(client.address)).toEqual(['NodeStaked', 'NodeStaked']);
    },
  );

  it('recovers by itself in the background', async () => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    const client = await world.client({ preset: { rpcUrls: [proxy.url] } });
    const stop = new AbortController();
    const running = client.run(stop.signal);
    proxy.mode = 'reset';
    proxy.only = ['eth_sendRawTransaction'];
    await expect(client.transactions.submit(stakeIntent('s', 400n), { waitMs: 0 })).rejects.toMatchObject({
      code: 'CHAIN_TRANSACTION_OPEN',
    });
    proxy.mode = 'pass';
    await expect.poll(() => stateOf(client, 's')).toBe('succeeded');
    stop.abort();
    await running;
    expect(await world.count(client.address)).toBe(1);
  });

  it('and never show pending transactions: it is replaced in time all the same, and executed once', async () => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    proxy.answers.set('eth_getTransactionByHash', { result: null });
    const { control } = world.chain.anvil;
    const client = await world.client({ preset: { rpcUrls: [proxy.url], pollMs: 2, stuckAfterMs: 100 } });
    await control.setAutomine(false);
    onTestFinished(() => control.setAutomine(true));
    const submitted = client.transactions.submit(stakeIntent('s', 400n));
    await expect.poll(() => client.journal.find('s')?.attempts.length).toBeGreaterThanOrEqual(2);
    await control.mine();
    expect(await submitted).toMatchObject({ kind: 'succeeded' });
    expect(await world.count(client.address)).toBe(1);
  });

  it('a refusal by every node frees the account', async () => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    const client = await world.client({ preset: { rpcUrls: [proxy.url] } });
    proxy.answers.set('eth_sendRawTransaction', {
      error: { code: -32000, message: 'insufficient funds for gas * price + value' },
    });
    expect(await client.transactions.submit(stakeIntent('s', 400n))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('CHAIN_INSUFFICIENT_FUNDS'),
    });
    proxy.answers.clear();
    expect(await client.transactions.submit(stakeIntent('s2', 400n))).toMatchObject({ kind: 'succeeded' });
    expect(client.journal.find('s2')?.nonce).toBe(0);
    expect(await world.count(client.address)).toBe(1);
  });

  it('a refusal that is not understood does not free it', async () => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    const client = await world.client({ preset: { rpcUrls: [proxy.url] } });
    proxy.answers.set('eth_sendRawTransaction', { error: { code: -32000, message: 'computer says no' } });
    await expect(client.transactions.submit(stakeIntent('s', 400n), { waitMs: 0 })).rejects.toMatchObject({
      code: 'CHAIN_TRANSACTION_OPEN',
      data: { lastError: expect.stringContaining('computer says no') },
    });
    proxy.answers.clear();
    expect(await client.transactions.submit(stakeIntent('s', 400n))).toMatchObject({ kind: 'succeeded' });
  });
});

describe('a wrong chain', () => {
  it('detected by its ID is never sent to', async () => {
    const client = await world.client({ preset: { chainId: 1 } });
    await expect(client.staking.setStake(400n * CNX, { id: 's' })).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' });
    expect(await world.count(client.address)).toBe(0);
  });

  it('next to the right one is skipped', async () => {
    const proxy = await startRpcProxy(world.chain.anvil.url);
    proxy.answers.set('eth_chainId', { result: '0x1' });
    const client = await world.client({ preset: { rpcUrls: [proxy.url, world.chain.anvil.url] } });
    await client.staking.setStake(400n * CNX, { id: 's' });
    expect(proxy.methods.every((method) => method === 'eth_chainId' || method === 'eth_getBlockByNumber')).toBe(true);
  });

  it('is noticed if only its first block differs, even after a restart', async () => {
    const first = await world.client();
    await first.staking.setStake(400n * CNX, { id: 's' });
    const proxy = await startRpcProxy(world.chain.anvil.url);
    proxy.answers.set('eth_getBlockByNumber', { result: { number: '0x0', hash: `0x${'5'.repeat(64)}`, timestamp: '0x1' } });
    const again = await world.client({ db: first.db, privateKey: first.privateKey, wei: 0n, preset: { rpcUrls: [proxy.url] } });
    await expect(again.staking.tryUnstake({ id: 't' })).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' });
  });

  it('with an unknown ID is pinned when it is first seen', async () => {
    const client = await world.client({ preset: { chainId: null } });
    await client.staking.setStake(400n * CNX, { id: 's' });
    expect(await client.rpc.chainId()).toBe(7411);
  });
});
