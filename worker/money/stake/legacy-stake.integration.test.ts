/** A host who staked before the network moved to other contracts gets the stake back, whatever happens meanwhile. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';
import { type ChainWorld, CNX, SILENT, startChainWorld, type TestClient } from '../../chain/testing/chain-world.ts';
import { openChainStore } from '../../chain/testing/stores.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { createMoney } from '../money.ts';
import { createMoneyService } from '../money-service.ts';
import { caller } from '../testing/call.ts';
import { emptyAccount } from '../testing/chain-rig.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld({ generation: 'C26', hasLegacy: true });
});
afterAll(() => world.chain.stop());

const COLD = `0x${'cc'.repeat(20)}` as const;

function moneyOf(client: TestClient) {
  const nodeInfo = async (): Promise<NodeInfo> => {
    throw new Error('not asked in these tests');
  };
  const money = createMoney({
    ...{ db: client.db, account: emptyAccount(client.address), chain: { client, preset: client.preset }, nodeInfo },
    ...{ events: { ofTypes: () => [] }, network: 'devnet', gpu: 'GPU' },
    ...{ networkClock: new NetworkClock(systemClock), clock: systemClock, random: systemRandom, log: SILENT },
  });
  const call = caller(createMoneyService(money));
  const act = async (kind: 'legacyTryUnstake' | 'legacyForceUnstake') => {
    const shown = await call('prepareChainAct', { act: { kind } });
    if (shown.confirmation === null) return shown.problems.map(({ code }) => code);
    await call('confirmChainAct', { act: { kind }, confirmation: shown.confirmation.id });
    return [];
  };
  const agreement = async () => {
    const { checks } = await call('reconcile', {});
    return checks.filter(({ against }) => against === 'chain').map(({ account, agreement: { state } }) => `${account} ${state}`);
  };
  return { money, call, act, agreement, legacy: async () => (await call('stake', {})).legacy };
}

/** The store of a node that staked while the network still had the older contracts. */
async function stakedBefore(benefit: boolean) {
  const { legacy } = world.chain;
  if (legacy === null) return expect.fail('no legacy contracts');
  const dbPath = join(tempDir(), 'node.sqlite');
  const before = await world.client({ preset: { contracts: legacy, legacyContracts: undefined }, db: openChainStore(dbPath) });
  const old = moneyOf(before);
  await old.money.sync.sync();
  if (benefit) await before.benefitAddress.set(COLD, { id: 'benefit' });
  await before.staking.setStake(450n * CNX, { id: 'stake' });
  expect(await old.agreement()).toEqual(['wallet agrees', 'stake agrees']);
  await before.close();
  before.db.close();
  // The current program, with the current preset, on the same store.
  const again = () => world.client({ privateKey: before.privateKey, db: openChainStore(dbPath), wei: 0n });
  return { dbPath, again };
}

it('is found, requested, waited for and withdrawn; the books agree at every step', async () => {
  const { again } = await stakedBefore(false);
  const client = await again();
  const { act, legacy, agreement, call } = moneyOf(client);
  expect(await legacy()).toMatchObject({
    ...{ status: 'Staked', balanceWei: String(450n * CNX), destination: client.address, isOwnAddress: true },
    ...{ recovery: { state: 'notAsked' }, transaction: null },
  });
  expect(await call('stake', {})).toMatchObject({ status: 'Unstaked', balanceWei: '0' });
  expect(await agreement()).toEqual(['wallet agrees', 'stake agrees']);
  expect(await act('legacyForceUnstake')).toEqual(['CHAIN_UNSTAKE_NOT_ASKED']);

  // It can already stake in the new contracts while it waits.
  await client.staking.setStake(400n * CNX, { id: 'new' });
  expect(await act('legacyTryUnstake')).toEqual([]);
  expect(await legacy()).toMatchObject({ status: 'PendingUnstaked', recovery: { state: 'waiting' } });
  expect(await act('legacyForceUnstake')).toEqual(['CHAIN_FORCE_UNSTAKE_EARLY']);
  expect(await agreement()).toEqual(['wallet agrees', 'stake agrees']);

  await client.close();
  client.db.close();
  const { control } = world.chain.anvil;
  const asked = await control.provider.getBlock('latest');
  const restarted = await again();
  const later = moneyOf(restarted);
  const { unstakeTimestampSeconds } = (await restarted.legacy?.staking.stake()) ?? expect.fail('no legacy contracts');
  // The chain's time keeps running meanwhile: this is one minute before the end of the delay, however slow this machine
  // is.
  await control.passSeconds(unstakeTimestampSeconds + 1_740 - (asked?.timestamp ?? 0));
  expect(await later.act('legacyForceUnstake')).toEqual(['CHAIN_FORCE_UNSTAKE_EARLY']);
  await control.passSeconds(70);
  expect(await later.legacy()).toMatchObject({ recovery: { state: 'available' } });
  expect(await later.act('legacyForceUnstake')).toEqual([]);
  expect(await later.legacy()).toBeNull();
  expect(await later.act('legacyTryUnstake')).toEqual(['CHAIN_NOT_STAKED']);
  expect(await later.agreement()).toEqual(['wallet agrees', 'stake agrees']);
  expect(later.money.ledger.balanceWei('stake')).toBe(400n * CNX);
  const gasWei = later.money.ledger.page({ limit: 100, after: null, kinds: ['gas'] }).reduce((sum, { wei }) => sum + wei, 0n);
  expect(await restarted.balanceWei()).toBe(600n * CNX - gasWei);
});

it('goes to the beneficial address of the old contracts, and no stake goes in again', async () => {
  const { again } = await stakedBefore(true);
  const client = await again();
  const { act, legacy, agreement, call } = moneyOf(client);
  expect((await legacy())?.destination.toLowerCase()).toBe(COLD);
  // The new contracts do not know it: it must be set there again.
  expect(await call('stake', {})).toMatchObject({ benefitAddress: null });
  await expect(client.legacy?.staking.setStake(500n * CNX, { id: 'more' })).rejects.toMatchObject({ code: 'CHAIN_BAD_ARGUMENT' });
  expect(await act('legacyTryUnstake')).toEqual([]);
  await world.chain.anvil.control.passSeconds(1_801);
  expect(await act('legacyForceUnstake')).toEqual([]);
  expect(await legacy()).toBeNull();
  expect(await world.chain.anvil.control.provider.getBalance(COLD)).toBe(450n * CNX);
  expect(await agreement()).toEqual(['wallet agrees', 'stake agrees']);
});

it('is not looked for if the network has abandoned no contracts', async () => {
  const client = await world.client({ preset: { legacyContracts: undefined } });
  const { legacy, call } = moneyOf(client);
  expect(await legacy()).toBeNull();
  await expect(call('prepareChainAct', { act: { kind: 'legacyTryUnstake' } })).rejects.toMatchObject({
    code: 'MONEY_UNSUPPORTED',
  });
});
