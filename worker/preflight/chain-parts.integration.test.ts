/** The chain's checks on a devnet chain with real contracts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../devnet/system.ts';
import { type ChainWorld, CNX, startChainWorld, type TestClient } from '../chain/testing/chain-world.ts';
import { preflightChain } from './chain-parts.ts';
import { preflightChecks } from './checks.ts';
import { runPreflight } from './run-preflight.ts';
import { NOBODY_ELSE } from './testing/facts.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld({ generation: 'J26' });
});
afterAll(() => world.chain.stop());

async function check(client: TestClient, chainId = client.preset.chainId) {
  const checks = preflightChecks({
    clock: systemClock,
    relayNow: async () => Math.floor(systemClock.now() / 1000),
    chain: preflightChain({ client, preset: { chainId }, targetWei: 400n * CNX }),
    engine: { kind: 'embedded', accepted: ['embedded'] },
    models: async () => ({ configured: ['base:a/b'], missing: [] }),
    disk: { path: '/', freeBytes: async () => 10 ** 12 },
    doppelganger: async () => NOBODY_ELSE,
  });
  const { results } = await runPreflight({ checks, clock: systemClock });
  const chain = results.filter((result) => ['rpc', 'chainId', 'balance'].includes(result.id));
  return Object.fromEntries(chain.map((result) => [result.id, result.state === 'ok' ? 'ok' : result.code]));
}

it('an account with enough passes, and the gas estimate suffices for staking itself', async () => {
  const client = await world.client();
  expect(await check(client)).toEqual({ rpc: 'ok', chainId: 'ok', balance: 'ok' });
  const { gas } = await preflightChain({ client, preset: client.preset, targetWei: 400n * CNX }).funds();
  const before = await client.balanceWei();
  await client.staking.setStake(400n * CNX, { id: 'stake' });
  const feeWei = before - 400n * CNX - (await client.balanceWei());
  expect(feeWei > 0n && feeWei <= gas.perTransactionWei).toBe(true);
  expect(await check(client)).toEqual({ rpc: 'ok', chainId: 'ok', balance: 'ok' });
});

it('an account with too little fails', async () => {
  expect(await check(await world.client({ wei: 399n * CNX }))).toMatchObject({ balance: 'PREFLIGHT_STAKE_UNCOVERED' });
  expect(await check(await world.client({ wei: 400n * CNX }))).toMatchObject({ balance: 'PREFLIGHT_GAS_UNCOVERED' });
  expect(await check(await world.client({ wei: 0n }))).toMatchObject({ balance: 'PREFLIGHT_STAKE_UNCOVERED' });
});

it('the stake of an account with credits would differ from what the relay compares', async () => {
  const client = await world.client();
  await world.chain.createCredits(client.address, 60n * CNX);
  expect(await check(client)).toMatchObject({ balance: 'PREFLIGHT_STAKED_CREDITS' });
});

it('a stake that is being returned fails with the chain’s own reason', async () => {
  const client = await world.client();
  await client.staking.setStake(400n * CNX, { id: 'stake' });
  await client.staking.tryUnstake({ id: 'leave' });
  expect(await check(client)).toMatchObject({ balance: 'CHAIN_STAKE_LEAVING' });
});

it('a different chain, and no chain at all', async () => {
  const other = await world.client({ preset: { chainId: 1 } });
  expect(await check(other)).toMatchObject({ rpc: 'ok', chainId: 'CHAIN_WRONG_ID' });
  expect(await check(await world.client(), 5)).toMatchObject({ rpc: 'ok', chainId: 'PREFLIGHT_CHAIN_ID' });
  const nowhere = await world.client({ preset: { rpcUrls: ['http://127.0.0.1:9'] } });
  expect(await check(nowhere)).toMatchObject({ rpc: 'CHAIN_UNREACHABLE', balance: 'CHAIN_UNREACHABLE' });
});
