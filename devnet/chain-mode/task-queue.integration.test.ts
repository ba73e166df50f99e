import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { revertError } from '../chain/testing/world.ts';
import { chainTask } from './chain-task.ts';
import type { CreatedTask, TaskTerms } from './creator.ts';
import { CARD, CHAT, MODEL, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const IMAGE: TaskTerms = { type: 'StableDiffusion', feeWei: 1000n, modelIds: [MODEL], minVramGib: 8 };

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.rewind());
afterAll(() => world.stop());

const size = async () => Number((await world.chain.contract('TaskQueue').read('size'))[0]);
const started = async (tasks: readonly CreatedTask[]) => {
  const all = await Promise.all(tasks.map(({ commitment }) => chainTask(world.chain, commitment)));
  return all.flatMap(({ status }, index) => (status === 'Started' ? [index] : []));
};
async function waiting(...terms: readonly Partial<TaskTerms>[]): Promise<CreatedTask[]> {
  const created: CreatedTask[] = [];
  for (const change of terms) created.push(await world.creator.create({ ...IMAGE, ...change }));
  return created;
}

describe('a joining node', () => {
  it('starts the task with the best price in the same transaction', async () => {
    const tasks = await waiting({ feeWei: 1000n }, { feeWei: 3000n, size: 4 }, { feeWei: 2000n });
    expect(await size()).toBe(3);
    const account = await world.account('node');
    const receipt = await world.join(account, 'node');
    expect(world.events(receipt)).toEqual([['TaskStarted', tasks[2]?.commitment, account.address]]);
    expect([await started(tasks), await size()]).toEqual([[2], 2]);
  });

  it('takes a task for its own card before other tasks of the same price, but a better paid one first', async () => {
    const same = await waiting({ feeWei: 500n }, { feeWei: 500n, requiredGpu: CARD, requiredGpuVramGib: 24 });
    await world.node('node');
    expect(await started(same)).toEqual([1]);
    await world.rewind();
    const dearer = await waiting({ feeWei: 501n }, { feeWei: 500n, requiredGpu: CARD, requiredGpuVramGib: 24 });
    await world.node('node');
    expect(await started(dearer)).toEqual([0]);
  });

  it('takes no task that needs more memory, another card or a newer version', async () => {
    const tasks = await waiting({ minVramGib: 32 }, { requiredGpu: 'other' }, { version: '3.1.0' }, { version: '4.0.0' });
    await world.node('node');
    expect([await started(tasks), await size()]).toEqual([[], 4]);
  });

  it('is blocked by a better paid task of the same memory size that it cannot run', async () => {
    const tasks = await waiting({ feeWei: 1000n }, { feeWei: 2000n, version: '3.1.0' });
    await world.node('node');
    expect(await started(tasks)).toEqual([]);
    // A new task still starts at once.
    const [direct] = await waiting({ feeWei: 1n });
    expect(direct?.task.status).toBe('Started');
  });

  it('takes, among tasks of the same price, the one whose models it has, then the oldest', async () => {
    const tasks = await waiting({ modelIds: ['base:x'] }, {}, {});
    await world.node('node');
    expect(await started(tasks)).toEqual([1]);
  });

  it('never takes a task of price 0 or without models from the queue', async () => {
    const tasks = await waiting({ feeWei: 1n, size: 2 }, { modelIds: [] });
    await world.node('node');
    expect(await started(tasks)).toEqual([]);
  });
});

describe('a waiting task', () => {
  it('starts when a node is resumed, when its task ends, and when anybody asks', async () => {
    const node = await world.node('node');
    await world.chain.contract('Node').send(node, 'pause');
    const [first, second] = await waiting({}, {});
    await world.chain.contract('Node').send(node, 'resume');
    expect(await started([first, second] as CreatedTask[])).toEqual([0]);
    await world.passSeconds(181);
    const receipt = await world.creator.abort((first as CreatedTask).commitment);
    expect(world.events(receipt).map(([name]) => name)).toEqual(['TaskEndAborted', 'TaskStarted']);
    await world.passSeconds(181);
    await world.creator.abort((second as CreatedTask).commitment);

    const [newer] = await waiting({ version: '3.5.0' });
    await world.chain.contract('Node').send(node, 'updateVersion', [[3, 5, 0]]);
    expect(await started([newer as CreatedTask])).toEqual([]);
    const stranger = await world.account('stranger');
    await world.chain.contract('VSSTask').send(stranger, 'nodeAvailableCallback', [node.address]);
    expect(await started([newer as CreatedTask])).toEqual([0]);
    const again = world.chain.contract('VSSTask').send(stranger, 'nodeAvailableCallback', [node.address]);
    await expect(again).resolves.toBeDefined();
    await waiting({});
    const busy = world.chain.contract('VSSTask').send(stranger, 'nodeAvailableCallback', [node.address]);
    await expect(busy).rejects.toMatchObject(revertError('Node is not available'));
  });

  it('finds the queue full at its limit, however much it pays', async () => {
    await world.chain.contract('TaskQueue').send(world.chain.owner, 'updateSizeLimit', [2]);
    await waiting({}, {});
    await expect(waiting({ feeWei: CHAT.feeWei })).rejects.toMatchObject(revertError('Task queue is full'));
    await expect(waiting({ size: 0 })).rejects.toMatchObject(revertError('Task queue is full'));
    await world.chain.contract('TaskQueue').send(world.chain.owner, 'updateSizeLimit', [3]);
    await expect(waiting({ size: 0 })).rejects.toMatchObject(revertError('Panic(18)'));
  });

  it('is counted', async () => {
    const [task] = await waiting({});
    const stats = world.chain.contract('NetworkStats');
    const counts = async () =>
      [await stats.read('totalTasks'), await stats.read('queuedTasks'), await stats.read('runningTasks')].flat();
    expect(await counts()).toEqual([1n, 1n, 0n]);
    await world.node('node');
    expect(await counts()).toEqual([1n, 0n, 1n]);
    await world.passSeconds(181);
    await world.creator.abort((task as CreatedTask).commitment);
    expect(await counts()).toEqual([1n, 0n, 0n]);
  });
});
