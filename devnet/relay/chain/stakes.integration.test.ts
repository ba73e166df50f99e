/** A relay and nodes on a real chain: who may join, and what happens to the stake. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { DevnetAccount } from '../../chain/devnet-account.ts';
import { RelayChain } from '../../chain/relay-chain.ts';
import { CNX, startWorld, type World } from '../../chain/testing/world.ts';
import { releaseNode } from '../node-departure.ts';
import { joinNode } from '../nodes.ts';
import { setChainStake } from '../stakes.ts';
import { nodeRow, taskRow, testContext } from '../testing/context.ts';
import { type Actor, createHarness, type Harness, keyOf, llmResult, STAKE } from '../testing/harness.ts';
import { failed, refused, SUCCESS } from '../testing/refusals.ts';
import { requestWithdrawal as askForWithdrawal } from '../testing/withdraw.ts';
import { fulfilWithdrawal, rejectWithdrawal, requestWithdrawal } from '../withdrawals.ts';
import { ChainBridge } from './chain-bridge.ts';

let world: World;
let relayChain: RelayChain;
beforeAll(async () => {
  world = await startWorld({ generation: 'J26' });
  const { anvil, contracts } = world.chain;
  relayChain = new RelayChain({ account: world.relay, control: anvil.control, contracts });
});
afterAll(() => world.chain.stop());

function relayOnChain(options: Parameters<typeof createHarness>[0] = {}): Harness {
  const harness = createHarness({ nodes: [], chain: relayChain, ...options });
  onTestFinished(() => harness.relay.close());
  return harness;
}

/** A node's account with 10,000 CNX, and a stake of `wei`. */
async function staked(node: Actor, wei = STAKE): Promise<DevnetAccount> {
  const { control } = world.chain.anvil;
  await control.setBalance(node.address, 10_000n * CNX);
  const account = new DevnetAccount(node.key, control);
  if (wei > 0n) await world.contract('NodeStaking').send(account, 'stake', [wei], wei);
  return account;
}

const quit = (node: Actor) => node.post(`/v1/node/${node.address}/quit`, { address: node.address });
const status = async (node: Actor) => (await relayChain.stake(node.address)).status;

test('a join is refused unless it states exactly the stake on the chain', async () => {
  const harness = relayOnChain();
  const node = harness.actor('joiner');
  expect(await node.join()).toMatchObject(failed('staking amount mismatch'));
  const account = await staked(node);
  expect(await node.join({ staking: (STAKE + 1n).toString() })).toMatchObject(failed('staking amount mismatch'));
  expect(await node.join({ staking: '0' })).toMatchObject({ status: 200, json: SUCCESS });
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'Available', stakeWei: STAKE });

  const more = STAKE + 7n;
  await world.contract('NodeStaking').send(account, 'stake', [more], 7n);
  await harness.relay.followChain();
  expect(harness.relay.node(node.address)).toMatchObject({ stakeWei: more });
  const events = await harness.send({ method: 'GET', url: `/v1/events?node_address=${node.address}` });
  expect(events.json).toMatchObject({
    data: [{ type: 'NodeJoin' }, { type: 'NodeStaking', args: expect.stringContaining(`${more}`) }],
  });
});

test('credits do not count towards the stake that a join states', async () => {
  const harness = relayOnChain();
  const node = harness.actor('credited');
  const account = await staked(node, 0n);
  await world.chain.createCredits(node.address, 100n * CNX);
  await world.contract('NodeStaking').send(account, 'stake', [STAKE], STAKE - 100n * CNX);
  expect(await node.join()).toMatchObject(failed('staking amount mismatch'));
  expect(harness.relay.stakeWei(node.address)).toBe(STAKE - 100n * CNX);
});

test('a node may quit once it has requested its stake, and then gets all of it back', async () => {
  const harness = relayOnChain();
  const node = harness.actor('quitter');
  const account = await staked(node);
  await node.join();
  expect(await quit(node)).toMatchObject(refused('staking_status', 'Staking status is staked'));

  await world.contract('NodeStaking').send(account, 'tryUnstake');
  const before = await world.balance(node.address);
  expect(await quit(node)).toMatchObject({ status: 200 });
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'Quit', stakeWei: 0n });
  await harness.relay.followChain();
  expect(await status(node)).toBe('Unstaked');
  expect((await world.balance(node.address)) - before).toBe(STAKE);
  expect(harness.relay.stakeWei(node.address)).toBe(0n);

  // A stake that is being returned is not enough to join.
  expect(await node.join()).toMatchObject(failed('staking amount mismatch'));
  await staked(node);
  expect(await node.join()).toMatchObject({ status: 200 });
  const totals = harness.relay.totals();
  expect(totals.totalWei).toBe(totals.issuedWei);
});

test('requesting the stake on the chain removes a busy node after its task, an idle one at once', async () => {
  const harness = relayOnChain();
  const [node, app] = [harness.actor('leaver'), harness.actor('app')];
  const account = await staked(node);
  await node.join();
  await app.createTask();
  harness.relay.runRound();
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'Busy' });
  await world.contract('NodeStaking').send(account, 'tryUnstake');
  await harness.relay.followChain();
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'PendingQuit' });
  expect(await status(node)).toBe('PendingUnstaked');

  await harness.clock.tick(600_000);
  harness.relay.runRound();
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'Quit' });
  await harness.relay.followChain();
  expect(await status(node)).toBe('Unstaked');

  await staked(node);
  await node.join();
  await world.contract('NodeStaking').send(account, 'tryUnstake');
  await harness.relay.followChain();
  expect(harness.relay.node(node.address)).toMatchObject({ status: 'Quit' });
  expect(await status(node)).toBe('Unstaked');
});

test('a slash takes stake and delegations on the chain, and keeps the node out until that is done', async () => {
  const harness = relayOnChain({ sampled: true, config: { samplingModulus: 1 } });
  const app = harness.actor('app');
  const [one, two, cheat] = ['honest-1', 'honest-2', 'cheat'].map((name) => harness.actor(name)) as [Actor, Actor, Actor];
  const accounts = [await staked(one), await staked(two), await staked(cheat)];
  const delegator = await world.account('delegator');
  const delegated = world.contract('DelegatedStaking');
  await delegated.send(accounts[2] as DevnetAccount, 'setDelegatorShare', [20]);
  await delegated.send(delegator, 'stake', [cheat.address, 500n * CNX], 500n * CNX);
  for (const node of [one, two, cheat]) expect(await node.join()).toMatchObject({ status: 200 });
  const info = async () => (await cheat.get(`/v2/node/${cheat.address}`, { address: cheat.address })).json;
  expect(await info()).toMatchObject({ data: { delegator_share: 20, delegators_num: 1, delegator_staking: `${500n * CNX}` } });

  const first = await app.createTask();
  const group = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  harness.relay.runRound();
  for (const { commitment } of group) {
    const selected = harness.relay.task(commitment)?.selectedNode;
    const node = [one, two, cheat].find(({ address }) => address === selected);
    await node?.score(commitment, llmResult(node === cheat ? 'five' : 'four').score);
  }
  expect(await app.validate(group)).toMatchObject({ status: 200 });
  expect(harness.relay.node(cheat.address)).toMatchObject({ status: 'Quit' });
  expect(await cheat.join()).toMatchObject(failed('staking amount mismatch'));

  expect(await relayChain.stake(cheat.address)).toMatchObject({ status: 'Unstaked', balanceWei: 0n });
  expect(await relayChain.delegations(cheat.address)).toEqual(new Map());
  expect(await info()).toMatchObject({ data: { delegators_num: 0 } });
  expect(harness.relay.ledger().filter(({ type, from }) => type === 'Slash' && from === `stake:${cheat.address}`)).toMatchObject([
    { wei: STAKE },
  ]);
  expect(harness.relay.totals().slashedWei).toBe(STAKE);
  expect(await status(one)).toBe('Staked');
});

test('while a slash is still owed to the chain, the node cannot come back', async () => {
  const context = testContext({}, 'chain');
  const node = nodeRow('in-progress');
  context.store.transaction(() => {
    context.store.chainJobs.put({ id: 1, kind: 'slash', node: node.address, open: true, txHash: '' });
  });
  const { gpuName, gpuVramGib, version, modelIds, network, address } = node;
  const join = () => joinNode(context, { address, network, stakingWei: STAKE, gpuName, gpuVramGib, version, modelIds });
  expect(join).toThrow('Delegated slash job in progress');
});

test('a kick-out returns the stake', async () => {
  const context = testContext({}, 'chain');
  const bridge = new ChainBridge(context, relayChain);
  const harness = relayOnChain();
  const node = harness.actor('kicked');
  await staked(node);
  const task = taskRow({ status: 'EndSuccess', selectedNode: node.address });
  const qos = { ...nodeRow('kicked').qos, pool: Array<number>(50).fill(1) };
  await bridge.syncNode(node.address);
  const before = await world.balance(node.address);
  context.store.transaction(() => {
    context.store.nodes.put(nodeRow('kicked', { status: 'Busy', currentTask: task.commitment, qos }));
    releaseNode(context, task);
  });
  expect(context.store.events.values().map(({ type }) => type)).toEqual(['NodeQuit', 'NodeKickedOut']);
  await bridge.sync();
  expect(await status(node)).toBe('Unstaked');
  expect((await world.balance(node.address)) - before).toBe(STAKE);
});

test('a job that was already done, or was cut short before it was marked as done, is done once', async () => {
  const context = testContext({}, 'chain');
  const bridge = new ChainBridge(context, relayChain);
  const account = await staked(relayOnChain().actor('twice'));
  await bridge.syncNode(account.address);
  await relayChain.unstake(account.address);
  context.store.transaction(() => {
    context.store.chainJobs.put({ id: 1, kind: 'unstake', node: account.address, open: true, txHash: '' });
  });
  const nonce = await world.relay.nonce();
  await bridge.sync();
  await bridge.sync();
  expect(context.store.chainJobs.values()).toMatchObject([{ open: false, txHash: '' }]);
  expect(await world.relay.nonce()).toBe(nonce);
});

test('an event that the chain reports twice counts once', () => {
  const context = testContext({}, 'chain');
  const told = { node: nodeRow('told').address, status: 'Staked', balanceWei: STAKE, reason: 'a' } as const;
  for (let times = 0; times < 2; times++) context.store.transaction(() => setChainStake(context, told));
  expect(context.store.ledger.values()).toHaveLength(1);
});

test('coin sent to the relay is a deposit; a withdrawal pays coin to the beneficial address', async () => {
  const harness = relayOnChain({ config: { relayAddress: world.relay.address, withdraw: { feeWei: 10n } } });
  const { relay } = harness;
  const payer = new DevnetAccount(keyOf('payer'), world.chain.anvil.control);
  const [node, benefit] = [harness.actor('payer'), harness.actor('cold wallet').address];
  await world.chain.anvil.control.setBalance(payer.address, 100n * CNX);
  const { hash } = await payer.send({ to: world.relay.address, data: '0x', valueWei: 5n * CNX });
  await relay.followChain();
  expect(relay.balanceWei(payer.address)).toBe(5n * CNX);
  expect(relay.ledger().at(-1)).toMatchObject({ type: 'Deposit', reason: `3-${hash}`, wei: 5n * CNX });

  const ask = () => askForWithdrawal(harness, node, { amountWei: 2n * CNX, benefitAddress: benefit });
  expect(await ask()).toMatchObject(refused('benefit_address', 'Benefit address mismatch'));
  await world.contract('BenefitAddress').send(payer, 'setBenefitAddress', [benefit]);
  expect(await ask()).toMatchObject({ status: 200 });
  await relay.followChain();
  await relay.followChain();
  expect(await world.balance(benefit)).toBe(2n * CNX);
  expect(relay.balanceWei(payer.address)).toBe(3n * CNX - 10n);
  const totals = relay.totals();
  expect(totals).toMatchObject({ escrowWei: 0n, totalWei: totals.issuedWei });
});

test('a withdrawal whose payment was sent before a crash is not paid again', async () => {
  const context = testContext({}, 'chain');
  const benefitAddress = nodeRow('crashed benefit').address;
  const address = nodeRow('crashed').address;
  context.store.transaction(() => context.store.accounts.put({ name: address, wei: 100n }));
  const row = requestWithdrawal(context, {
    address,
    benefitAddress,
    network: 'devnet',
    amountWei: 40n,
    isBenefit: true,
    timestamp: 0,
    signature: '0x',
  });
  // The coin was moved, but the books were not written.
  const signedHash = await relayChain.pay(benefitAddress, 40n, () => {});
  context.store.transaction(() => context.store.withdrawals.put({ ...row, signedHash }));
  const lost = requestWithdrawal(context, {
    address,
    benefitAddress,
    network: 'devnet',
    amountWei: 2n,
    isBenefit: true,
    timestamp: 0,
    signature: '0x',
  });
  context.store.transaction(() => context.store.withdrawals.put({ ...lost, signedHash: `0x${'ab'.repeat(32)}` }));
  await new ChainBridge(context, relayChain).sync();
  expect(await world.balance(benefitAddress)).toBe(42n);
  expect(context.store.withdrawals.values()).toMatchObject([{ status: 'Success', txHash: signedHash }, { status: 'Success' }]);
  const booked = context.store.ledger.size;
  fulfilWithdrawal(context, { id: row.id, txHash: signedHash });
  expect(context.store.ledger.size, 'reported twice, booked once').toBe(booked);
  expect(() => rejectWithdrawal(context, row.id)).toThrow('not pending');
});
