/** The ledger of a node on a chain: what the contracts did, booked to the wei and compared with the balances of a block. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { type ChainRig, chainRig } from '../../networks/chain/testing/chain-rig.ts';
import { CNX, type Created, STAKE, startTaskWorld, type TaskWorld } from '../../networks/chain/testing/task-world.ts';
import { failing } from '../../testing/fake-engine.ts';
import type { Money } from '../money.ts';
import { moneyOf } from '../testing/task-chain-money.ts';
import { flowSchema } from './flows.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

interface Books {
  readonly rig: ChainRig;
  readonly money: Money;
  /** Reads everything and compares it with the chain. */
  settle(): Promise<void>;
  /** Amounts by kind, in CNX if they are whole CNX. */
  booked(kind: string): readonly bigint[];
}

async function books(): Promise<Books> {
  const rig = await chainRig(world);
  const money = await moneyOf(rig);
  await rig.join();
  const settle = async () => {
    // Mined transactions must be settled in the journal before they can be booked.
    const done = new AbortController();
    const following = rig.chain.run(done.signal);
    await expect
      .poll(async () => rig.chain.journal.open({ chainId: await rig.chain.rpc.chainId(), address: rig.address }).length)
      .toBe(0);
    done.abort();
    await following;
    const { checks } = await money.reconciler.reconcile();
    // There is no account between the contracts and the wallet.
    expect(checks.map(({ account, agreement }) => [account, agreement.kind])).toEqual([
      ['wallet', 'agrees'],
      ['stake', 'agrees'],
    ]);
  };
  const booked = (kind: string) =>
    money.ledger
      .page({ limit: 500, after: null })
      .filter((entry) => entry.kind === kind)
      .map(({ wei }) => wei);
  return { rig, money, settle, booked };
}

async function judged(rig: ChainRig, { commitment }: Created): Promise<void> {
  rig.relay.args.set(commitment, ARGS);
  await world.parametersUploaded(commitment);
  await rig.until(commitment, 'awaitingValidation');
}

it('a stake, a fee, gas, and the return of the stake', async () => {
  const { rig, settle, booked, money } = await books();
  await settle();
  expect(booked('stake')).toEqual([STAKE]);
  const task = await world.create({ type: 1, feeWei: 3n * CNX + 1n });
  await judged(rig, task);
  await world.validateSingle(task);
  await rig.until(task.commitment, 'close EndSuccess');
  await settle();
  expect(booked('taskPayment')).toEqual([3n * CNX + 1n]);
  await rig.network.quit();
  await settle();
  expect(booked('unstake')).toEqual([STAKE]);
  expect(money.ledger.balanceWei('stake')).toBe(0n);
  expect(booked('gas').length).toBe(3);
  expect(money.ledger.conflicts()).toEqual([]);
});

it('a fee that a deep reorganisation reverted and that was paid again is booked once', async () => {
  const { rig, settle, booked, money } = await books();
  const task = await world.create({ type: 1, feeWei: 3n * CNX });
  await judged(rig, task);
  await world.validateSingle(task);
  await rig.until(task.commitment, 'close EndSuccess');
  await settle();
  await world.anvil.control.reorganise(1);
  // The relay reports again, in another block.
  await world.anvil.control.mine(2);
  await world.resultUploaded(task.commitment);
  await settle();
  expect(booked('taskPayment')).toEqual([3n * CNX]);
  expect(money.ledger.conflicts()).toEqual([]);
  await rig.network.quit();
  await settle();
});

it('a stake that is returned at the end of the task, for a node that quit while busy', async () => {
  const { rig, settle, booked } = await books();
  const task = await world.create({ type: 1 });
  await rig.network.quit();
  await settle();
  expect(booked('unstake')).toEqual([]);
  await judged(rig, task);
  await world.validateSingle(task);
  await rig.until(task.commitment, 'close EndSuccess');
  await settle();
  expect([booked('unstake'), booked('taskPayment')]).toEqual([[STAKE], [CNX]]);
});

it('a stake that is returned with a kick-out', async () => {
  const { rig, settle, booked } = await books();
  rig.engine.answer = failing;
  for (let n = 0; n < 2; n++) {
    const { commitment } = await world.create({ type: 1 });
    await world.parametersUploaded(commitment);
    await world.pass(181);
    await rig.until(commitment, 'close EndAborted');
  }
  await settle();
  expect(booked('unstake')).toEqual([STAKE]);
});

async function group({ rig }: Books) {
  const peers = [await world.peer(), await world.peer()];
  const tasks = await world.createGroup({ feeWei: 25n * CNX });
  const at = (await rig.network.currentTask()) ?? expect.fail();
  const own = tasks.find(({ commitment }) => commitment === at) ?? expect.fail();
  for (const { commitment } of tasks) if (commitment !== own.commitment) await world.parametersUploaded(commitment);
  await judged(rig, own);
  const submit = async (score: Hex) => {
    for (const peer of peers) await world.submitScore(peer, score);
  };
  return { tasks, own, submit };
}

it('a share of a group, whether this node or another one must upload', async () => {
  const all = await books();
  const { rig, settle, booked } = all;
  const { tasks, own, submit } = await group(all);
  await submit(rig.store.ledger.find(own.commitment)?.score ?? expect.fail());
  await world.validateGroup(tasks);
  await settle();
  if (tasks[0] === own) await rig.until(own.commitment, 'close EndGroupSuccess');
  else await world.resultUploaded(tasks[0].commitment);
  await settle();
  const share = ([10n, 9n, 6n][tasks.indexOf(own)] ?? 0n) * CNX;
  expect(booked(tasks[0] === own ? 'groupShare' : 'refundShare')).toEqual([share]);
});

it('a share that never comes because the winner was aborted, reported as such', async () => {
  const all = await books();
  const { rig, settle, booked, money } = all;
  const { tasks, own, submit } = await group(all);
  await submit(rig.store.ledger.find(own.commitment)?.score ?? expect.fail());
  await world.validateGroup(tasks);
  await settle();
  await world.pass(300);
  await world.abortByCreator(tasks[0].commitment);
  await settle();
  expect([booked('refundShare'), booked('groupShare')]).toEqual([[], []]);
  const flows = money.records.all('chainFlow').map(({ json }) => flowSchema.parse(JSON.parse(json)));
  const unpaid = flows.filter(({ event }) => event === 'unpaid');
  expect(unpaid.length).toBe(tasks[0] === own ? 0 : 1);
});

it('a stake that is slashed', async () => {
  const all = await books();
  const { settle, booked, money } = all;
  const { tasks, submit } = await group(all);
  await submit(`0x${'99'.repeat(32)}`);
  await world.validateGroup(tasks);
  await settle();
  expect(booked('slash')).toEqual([STAKE]);
  expect(money.ledger.balanceWei('stake')).toBe(0n);
  for (const { commitment } of tasks) if ((await world.statusOf(commitment)) === 6) await world.resultUploaded(commitment);
});
