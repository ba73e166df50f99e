/** Every transition of a task on a chain, each by its actor, and the effects of each end on fee, stake and standing. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { downloadModelArgsSchema, type RelayEvent } from '../../../protocol/wire/event.ts';
import { EventFeed } from '../../loop/event-feed.ts';
import { moneyOf, pollPayment } from '../../money/testing/task-chain-money.ts';
import { failing, invalidArgs } from '../../testing/fake-engine.ts';
import { type ChainRig, chainRig } from './testing/chain-rig.ts';
import { ownScore, startGroup, uploadWinner } from './testing/task-group.ts';
import { CNX, type Created, STAKE, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

/** A node that has joined and gets the next task; an LLM task, whose score is one hash. */
async function withTask(options: Parameters<TaskWorld['create']>[0] = {}): Promise<{ rig: ChainRig; task: Created }> {
  const rig = await chainRig(world);
  await rig.join();
  const task = await world.create({ type: 1, ...options });
  expect(await rig.network.currentTask()).toBe(task.commitment);
  return { rig, task };
}

/** Brings a task of the rig to its verdict. */
async function judged(rig: ChainRig, commitment: Hex): Promise<void> {
  rig.relay.args.set(commitment, ARGS);
  await world.parametersUploaded(commitment);
  await rig.until(commitment, 'awaitingValidation');
}

const statusOf = async (rig: ChainRig, commitment: Hex) => {
  const task = await rig.network.task(commitment);
  return task === 'notFound' ? task : task.status;
};
const nodeStatus = async (rig: ChainRig) => (await rig.network.nodeInfo()).status;
const stakeOf = async (rig: ChainRig) => (await rig.network.nodeInfo()).operatorStakingWei;

/** Reads all of the node's events; returns those about the node itself. */
async function readEvents(rig: ChainRig): Promise<string[]> {
  const types: string[] = [];
  const feed = new EventFeed(rig.context, {
    wakeTask: () => {},
    onTask: () => {},
    onNodeEvent: (event) => types.push(event.type),
  });
  while (await feed.poll()) {}
  await feed.poll();
  return types;
}

describe('one task for one node', () => {
  it('Started → ParametersUploaded → ScoreReady → Validated → EndSuccess: the fee is the node’s', async () => {
    const { rig, task } = await withTask({ feeWei: 7n * CNX });
    const money = await moneyOf(rig);
    const { commitment } = task;
    await rig.until(commitment, 'awaitingArguments');
    rig.relay.args.set(commitment, ARGS);
    await rig.until(commitment, 'reportNotAccepted');
    expect(rig.engine.jobs.map(({ job }) => job.taskArgs)).toEqual([ARGS]);
    await world.parametersUploaded(commitment);
    expect(await statusOf(rig, commitment)).toBe('ParametersUploaded');
    await rig.until(commitment, 'awaitingValidation');
    expect(await statusOf(rig, commitment)).toBe('ScoreReady');
    await world.validateSingle(task);
    expect(await statusOf(rig, commitment)).toBe('Validated');
    const before = await world.balance(rig.address);
    await rig.until(commitment, 'close EndSuccess');
    expect((await world.balance(rig.address)) - before).toBe(7n * CNX);
    expect(await pollPayment(rig, money, commitment)).toBe(7n * CNX);
    expect(await nodeStatus(rig)).toBe('Available');
    // The relay has deleted them, but the node has not.
    expect(rig.store.tasks.get(commitment).taskArgs).toBe(ARGS);
  });

  it('invalid arguments: ErrorReported → EndAborted, the fee is refunded, and nothing is uploaded', async () => {
    const { rig, task } = await withTask();
    rig.engine.answer = invalidArgs;
    await judged(rig, task.commitment);
    expect(await statusOf(rig, task.commitment)).toBe('ErrorReported');
    await world.validateSingle(task);
    await rig.until(task.commitment, 'close EndAborted');
    expect(rig.store.tasks.get(task.commitment)).toMatchObject({ abortReason: 'IncorrectResult', paymentWei: 0n });
    expect(rig.relay.uploads).toEqual([]);
    expect(await nodeStatus(rig)).toBe('Available');
  });

  it('Queued → Started: a waiting task starts in the same transaction that lets the node join or resume', async () => {
    const first = await world.create({ type: 1 });
    const second = await world.create({ type: 1 });
    const rig = await chainRig(world);
    expect(await statusOf(rig, first.commitment)).toBe('Queued');
    await rig.join();
    const commitment = (await rig.network.currentTask()) ?? expect.fail();
    expect([first.commitment, second.commitment]).toContain(commitment);
    await rig.network.pause();
    expect(await nodeStatus(rig)).toBe('PendingPause');
    await judged(rig, commitment);
    await world.validateSingle(commitment === first.commitment ? first : second);
    await rig.until(commitment, 'close EndSuccess');
    expect(await nodeStatus(rig)).toBe('Paused');
    await rig.network.resume();
    expect(await nodeStatus(rig)).toBe('Busy');
    const next = (await rig.network.currentTask()) ?? expect.fail();
    await world.pass(181);
    await rig.until(next, 'close EndAborted');
  });

  it("Queued → EndAborted: only the application can, and at once; it is no node's task", async () => {
    const task = await world.create({ type: 1 });
    await world.abortByCreator(task.commitment);
    const rig = await chainRig(world);
    expect(await rig.network.task(task.commitment)).toMatchObject({ status: 'EndAborted', selectedNode: null });
    expect(await rig.driver.cycle(task.commitment)).toBe('notOurs');
    expect(await rig.network.task(`0x${'77'.repeat(32)}`)).toBe('notFound');
  });
});

describe('the node’s duty to abort, strictly after the deadline', () => {
  const failed = async (rig: ChainRig, task: Created) => {
    rig.engine.answer = failing;
    rig.relay.args.set(task.commitment, ARGS);
    await world.parametersUploaded(task.commitment);
    await rig.until(task.commitment, 'silent');
  };
  const cases: readonly (readonly [string, (rig: ChainRig, task: Created) => Promise<void>])[] = [
    ['Started', async (rig, task) => rig.until(task.commitment, 'awaitingArguments')],
    ['ParametersUploaded', failed],
    ['ScoreReady', (rig, task) => judged(rig, task.commitment)],
    [
      'ErrorReported',
      async (rig, task) => {
        rig.engine.answer = invalidArgs;
        await judged(rig, task.commitment);
      },
    ],
    [
      'Validated',
      async (rig, task) => {
        await judged(rig, task.commitment);
        await world.validateSingle(task);
        // The upload succeeded, but the relay never reports it.
        rig.relay.uploads.push(task.commitment);
        rig.store.tasks.markUploaded(task.commitment, 1);
        await rig.until(task.commitment, 'awaitingEnd');
      },
    ],
  ];

  it.each(cases)('%s → EndAborted: fee to the application, node and stake free', async (status, bring) => {
    const { rig, task } = await withTask();
    await bring(rig, task);
    expect(await statusOf(rig, task.commitment)).toBe(status);
    await world.pass(150);
    const waiting = await rig.driver.cycle(task.commitment);
    expect(waiting !== 'notOurs' && waiting.kind).toBe('wait');
    await world.pass(status === 'Validated' ? 62 : 32);
    await rig.until(task.commitment, 'close EndAborted');
    expect(rig.store.tasks.get(task.commitment)).toMatchObject({ abortReason: 'Timeout', paymentWei: 0n });
    expect(await nodeStatus(rig)).toBe('Available');
    expect(await stakeOf(rig)).toBe(STAKE);
    // After a hundred cycles, it is still one transaction.
    expect(rig.chain.journal.settledAfter(0).filter(({ intent }) => intent.kind === 'VSSTask.abortTask')).toHaveLength(1);
  });

  it('a task that is unknown to this process is found and ended as well', async () => {
    const { rig, task } = await withTask();
    await world.pass(200);
    await rig.until(task.commitment, 'close EndAborted');
    expect(await nodeStatus(rig)).toBe('Available');
  });
});

describe('a validation group', () => {
  const withGroup = () => startGroup(world, ARGS);

  it('of equals: the winner’s fee is shared 10 : 9 : 6, also with those released before', async () => {
    const group = await withGroup();
    const { rig, own, peers, tasks } = group;
    const money = await moneyOf(rig);
    const start = await world.balance(rig.address);
    for (const peer of peers) await world.submitScore(peer, ownScore(group));
    await world.validateGroup(group.tasks);
    const isWinner = tasks[0] === own;
    expect(await statusOf(rig, own.commitment)).toBe(isWinner ? 'GroupValidated' : 'EndGroupRefund');
    if (!isWinner) {
      await rig.until(own.commitment, 'close EndGroupRefund');
      expect(await pollPayment(rig, money, own.commitment)).toBeNull();
    }
    await uploadWinner(world, group);
    const share = [10n, 9n, 6n][tasks.indexOf(own)] ?? 0n;
    expect((await world.balance(rig.address)) - start).toBe(share * CNX);
    expect(await pollPayment(rig, money, own.commitment)).toBe(share * CNX);
    expect(await nodeStatus(rig)).toBe('Available');
  });

  it('one that differs from two equals is slashed: the owner gets the whole stake, and no file is offered', async () => {
    const group = await withGroup();
    const { rig, own, peers } = group;
    await readEvents(rig);
    for (const peer of peers) await world.submitScore(peer, `0x${'99'.repeat(32)}`);
    const before = await world.balance(world.owner);
    await world.validateGroup(group.tasks);
    await rig.until(own.commitment, 'close EndInvalidated');
    expect((await world.balance(world.owner)) - before).toBe(STAKE);
    expect(rig.relay.uploads).toEqual([]);
    expect(await nodeStatus(rig)).toBe('Quit');
    expect(await stakeOf(rig)).toBe(0n);
    expect(await readEvents(rig)).toContain('NodeSlashed');
    await uploadWinner(world, group);
  });

  it('of three different scores: all aborted, nobody slashed', async () => {
    const { rig, own, peers, tasks } = await withGroup();
    for (const [index, peer] of peers.entries()) await world.submitScore(peer, `0x${`${index + 2}0`.repeat(32)}`);
    await world.validateGroup(tasks);
    await rig.until(own.commitment, 'close EndAborted');
    expect(await stakeOf(rig)).toBe(STAKE);
  });

  it('whose winner is aborted before its result is uploaded: the others are never paid, and the node knows it', async () => {
    const group = await withGroup();
    const { rig, own, peers, tasks } = group;
    const money = await moneyOf(rig);
    for (const peer of peers) await world.submitScore(peer, ownScore(group));
    await world.validateGroup(tasks);
    await world.pass(300);
    // Of equals, the first argument is the winner.
    if (tasks[0] === own) {
      rig.store.tasks.markUploaded(own.commitment, 1);
      await rig.until(own.commitment, 'close EndAborted');
    } else {
      await world.abortByCreator(tasks[0].commitment);
      await rig.until(own.commitment, 'close EndGroupRefund');
      expect(await pollPayment(rig, money, own.commitment)).toBe(0n);
    }
    expect(await nodeStatus(rig)).toBe('Available');
  });

  it('validated by the group and never reported: GroupValidated → EndAborted by the node', async () => {
    let group = await withGroup();
    // Of equals, the first argument is the winner.
    while (group.tasks[0] !== group.own) {
      for (const peer of group.peers) await world.submitScore(peer, ownScore(group));
      await world.validateGroup(group.tasks);
      await uploadWinner(world, group);
      await world.clear();
      group = await withGroup();
    }
    const { rig, own, peers, tasks } = group;
    for (const peer of peers) await world.submitScore(peer, ownScore(group));
    await world.validateGroup(tasks);
    rig.store.tasks.markUploaded(own.commitment, 1);
    await rig.until(own.commitment, 'awaitingEnd');
    await world.pass(212);
    await rig.until(own.commitment, 'close EndAborted');
    expect(await nodeStatus(rig)).toBe('Available');
  });
});

describe('a member', () => {
  it('joins with its whole stake, announces version and models, pauses, and leaves with the stake', async () => {
    const rig = await chainRig(world);
    const before = await world.balance(rig.address);
    await rig.join();
    expect(await rig.network.nodeInfo()).toMatchObject({
      status: 'Available',
      gpuName: rig.context.gpu.name,
      gpuVramGib: 24,
      version: '2.5.0',
      modelIds: ['base:tiny/model'],
      operatorStakingWei: STAKE,
      qosScore: 20 / 25,
    });
    const present = { gpu: rig.context.gpu, version: '2.6.1', modelIds: ['base:tiny/model', 'base:other/model'] };
    await rig.network.updateCapabilities(present);
    expect(await rig.network.nodeInfo()).toMatchObject({ version: '2.6.1', modelIds: present.modelIds });
    await rig.network.pause();
    expect(await nodeStatus(rig)).toBe('Paused');
    await rig.network.resume();
    expect(await nodeStatus(rig)).toBe('Available');
    await rig.network.quit();
    expect(await nodeStatus(rig)).toBe('Quit');
    expect(await stakeOf(rig)).toBe(0n);
    const gasWei = rig.chain.journal
      .settledAfter(0)
      .reduce((sum, { state }) => sum + ('inclusion' in state ? state.inclusion.feeWei : 0n), 0n);
    expect(await world.balance(rig.address)).toBe(before - gasWei);
  });

  it('law 6: with a different card than the network knows, is paused and reports it', async () => {
    const rig = await chainRig(world);
    await rig.join();
    const other = { gpu: { name: 'another card+Linux', vramGib: 24 }, version: '2.5.0', modelIds: [] };
    await expect(rig.network.updateCapabilities(other)).rejects.toMatchObject({ code: 'NODE_CARD_CHANGED' });
    expect(await nodeStatus(rig)).toBe('Paused');
    await rig.network.quit();
  });

  it('that quits while busy leaves at the task’s end, when its stake is returned', async () => {
    const { rig, task } = await withTask();
    await rig.network.quit();
    expect(await nodeStatus(rig)).toBe('PendingQuit');
    await judged(rig, task.commitment);
    await world.validateSingle(task);
    const before = await world.balance(rig.address);
    await rig.until(task.commitment, 'close EndSuccess');
    expect((await world.balance(rig.address)) - before).toBe(STAKE + CNX);
    expect(await nodeStatus(rig)).toBe('Quit');
  });

  it('that lets two tasks time out is kicked out, its stake is returned, and it learns of both', async () => {
    const { rig, task } = await withTask();
    await readEvents(rig);
    rig.engine.answer = failing;
    for (const next of [async () => task, () => world.create({ type: 1 })]) {
      const { commitment } = await next();
      await world.parametersUploaded(commitment);
      await world.pass(181);
      await rig.until(commitment, 'close EndAborted');
    }
    expect(await nodeStatus(rig)).toBe('Quit');
    expect(await stakeOf(rig)).toBe(0n);
    expect(await readEvents(rig)).toContain('NodeKickedOut');
  });

  it('is asked to download a model by an event that names it', async () => {
    const rig = await chainRig(world);
    await rig.join();
    await readEvents(rig);
    const task = await world.create({ type: 1, modelIds: ['base:new/model'] });
    const seen: RelayEvent[] = [];
    await new EventFeed(rig.context, { wakeTask: () => {}, onTask: () => {}, onNodeEvent: (event) => seen.push(event) }).poll();
    expect(seen).toMatchObject([{ type: 'DownloadModel', nodeAddress: rig.address, commitment: null }]);
    expect(downloadModelArgsSchema.parse(JSON.parse(seen[0]?.args ?? ''))).toMatchObject({
      model_id: 'base:new/model',
      task_type: 'Llm',
    });
    await rig.network.modelDownloaded('base:new/model');
    expect((await rig.network.nodeInfo()).modelIds).toContain('base:new/model');
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });
});

it('a refusal costs nothing: what the contract would revert is not sent', async () => {
  const { rig, task } = await withTask();
  const before = await world.balance(rig.address);
  await expect(rig.network.submitScore({ commitment: task.commitment, score: '0x11' } as never)).rejects.toMatchObject({
    code: 'CHAIN_REVERTED',
    data: { reason: 'Illegal previous task state' },
  });
  await expect(rig.network.abortExpired(task.commitment)).rejects.toMatchObject({ data: { reason: 'Timeout not reached' } });
  await expect(rig.network.resume()).rejects.toMatchObject({ data: { reason: 'Illegal node status' } });
  expect(await world.balance(rig.address)).toBe(before);
  await world.pass(181);
  await rig.until(task.commitment, 'close EndAborted');
});
