import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractInterface } from '../../../devnet/chain/compiled.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { type ChainWorld, CNX, startChainWorld } from '../../chain/testing/chain-world.ts';
import { commitmentOf } from '../../testing/remote-task.ts';
import { type ChainRig, chainRig, slashedEvent } from '../testing/chain-rig.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld({ generation: 'J26' });
});
afterAll(() => world.chain.stop());

const COLD: Hex = '0x00000000000000000000000000000000000000cC';
const AGREES = ['wallet agrees', 'stake agrees'];
const relayCalls = (fn: string, ...args: unknown[]) =>
  world.relay.call(world.chain.contracts.nodeStaking, contractInterface('J26', 'NodeStaking'), fn, args);

function kinds({ ledger }: ChainRig) {
  const entries = ledger.page({ limit: 100, after: null, order: 'oldestFirst' }).filter(({ kind }) => kind !== 'gas');
  return entries.map(({ kind, from, to, wei }) => `${kind} ${from}>${to} ${wei / CNX}`);
}

it('agrees with the chain to the wei throughout the life of a stake', async () => {
  const rig = await chainRig(world);
  const { staking, benefitAddress, address } = rig.client;
  expect(await rig.agreement()).toEqual(AGREES);
  await staking.setStake(400n * CNX, { id: 'stake' });
  expect(await rig.agreement()).toEqual(AGREES);
  await world.chain.createCredits(address, 60n * CNX);
  await staking.setStake(500n * CNX, { id: 'more' });
  expect(await rig.agreement()).toEqual(AGREES);
  await staking.setStake(450n * CNX, { id: 'less' });
  expect(await rig.agreement()).toEqual(AGREES);
  await benefitAddress.set(COLD, { id: 'benefit' });
  await staking.setStake(420n * CNX, { id: 'less again' });
  expect(await rig.agreement()).toEqual(AGREES);
  await staking.tryUnstake({ id: 'leave' });
  await relayCalls('unstake', address);
  expect(await rig.agreement()).toEqual(AGREES);
  expect(rig.ledger.balanceWei('stake')).toBe(0n);
  expect(rig.ledger.balanceWei('benefit')).toBe(390n * CNX);
  expect(kinds(rig)).toEqual([
    'opening outside>wallet 1000',
    'stake wallet>stake 400',
    'stake wallet>stake 40',
    'unstake stake>wallet 50',
    'unstake stake>benefit 30',
    'unstake stake>benefit 360',
  ]);
  expect(rig.ledger.page({ limit: 100, after: null, kinds: ['gas'] })).toHaveLength(6);
  expect(rig.ledger.conflicts()).toEqual([]);
});

it('books everything once if it is read only at the end, and again from the beginning', async () => {
  const rig = await chainRig(world);
  const { staking, address, db } = rig.client;
  await rig.sync.sync();
  await staking.setStake(400n * CNX, { id: 'stake' });
  await staking.setStake(430n * CNX, { id: 'more' });
  await staking.tryUnstake({ id: 'leave' });
  await relayCalls('unstake', address);
  expect(await rig.agreement()).toEqual(AGREES);
  const before = rig.ledger.page({ limit: 100, after: null });
  db.exec("DELETE FROM money_cursors; DELETE FROM money_records WHERE list <> 'opening'");
  expect(await rig.agreement()).toEqual(AGREES);
  expect(rig.ledger.page({ limit: 100, after: null })).toEqual(before);
});

it('reports a slash with its task', async () => {
  const rig = await chainRig(world);
  const { staking, address } = rig.client;
  await rig.sync.sync();
  await staking.setStake(400n * CNX, { id: 'stake' });
  rig.events.push(slashedEvent(address, commitmentOf(5), 400n * CNX));
  await relayCalls('slashStaking', address);
  expect(await rig.agreement()).toEqual(AGREES);
  expect(rig.ledger.page({ limit: 9, after: null, kinds: ['slash'] })).toMatchObject([
    { from: 'stake', to: 'slashed', wei: 400n * CNX, task: commitmentOf(5), source: expect.stringMatching(/^log:0x/) },
  ]);
});

it('shows coins from elsewhere as a difference until acknowledged', async () => {
  const rig = await chainRig(world);
  await rig.sync.sync();
  await world.chain.addBalance(rig.client.address, 5n);
  await world.chain.anvil.control.mine();
  expect(await rig.agreement()).toEqual(['wallet differs 5', 'stake agrees']);
});

it('starts with an existing stake, and ignores what happened before the start', async () => {
  const rig = await chainRig(world);
  await rig.client.staking.setStake(400n * CNX, { id: 'before' });
  expect(await rig.agreement()).toEqual(AGREES);
  expect(rig.ledger.balanceWei('stake')).toBe(400n * CNX);
  await rig.client.staking.tryUnstake({ id: 'leave' });
  await relayCalls('unstake', rig.client.address);
  expect(await rig.agreement()).toEqual(AGREES);
});

it('does not treat blocks as final too early', async () => {
  const rig = await chainRig(world, { preset: { confirmations: 3 } });
  const { control } = world.chain.anvil;
  // The coins have just arrived: the ledger waits until they stop moving.
  expect((await rig.sync.sync()).chain).toMatchObject({ kind: 'read', scannedTo: null });
  for (let i = 0; i < 3; i++) await control.mine();
  expect(await rig.agreement()).toEqual(AGREES);
  const staked = rig.client.staking.setStake(400n * CNX, { id: 'stake' });
  for (let i = 0; i < 20 && (await world.count(rig.client.address)) === 0; i++) await rig.sync.sync();
  await rig.sync.sync();
  expect(rig.ledger.balanceWei('stake')).toBe(0n);
  await control.mine();
  await control.mine();
  await staked;
  expect(await rig.agreement()).toEqual(AGREES);
  expect(rig.ledger.balanceWei('stake')).toBe(400n * CNX);
});
