import { ZeroAddress } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { revertError } from '../chain/testing/world.ts';
import { chainTask, readChainTask } from './chain-task.ts';
import type { CreatedTask } from './creator.ts';
import { CHAT, CNX, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const TIMEOUT = 1;
const SCORE = `0x${'ab'.repeat(32)}` as Hex;

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.rewind());
afterAll(() => world.stop());

const tasks = () => world.chain.contract('VSSTask');
const statusOf = async ({ commitment }: { readonly commitment: Hex }) => (await chainTask(world.chain, commitment)).status;
const parameters = (task: CreatedTask, by: DevnetAccount = world.relay) =>
  tasks().send(by, 'reportTaskParametersUploaded', [task.commitment]);
const result = (task: CreatedTask, by: DevnetAccount = world.relay) =>
  tasks().send(by, 'reportTaskResultUploaded', [task.commitment]);
const score = (task: CreatedTask, by: DevnetAccount, bytes: Hex = SCORE) =>
  tasks().send(by, 'submitTaskScore', [task.commitment, bytes]);
const error = (task: CreatedTask, by: DevnetAccount) => tasks().send(by, 'reportTaskError', [task.commitment, 1]);
const abort = (task: CreatedTask, by: DevnetAccount) => tasks().send(by, 'abortTask', [task.commitment, TIMEOUT]);

/** Brings a single task to a state by the shortest way. */
async function reach(status: TaskStatus): Promise<{ task: CreatedTask; node: DevnetAccount }> {
  const node = await world.node('node');
  const task = await world.creator.create(CHAT, { sampled: false });
  if (status === 'Started') return { task, node };
  await parameters(task);
  if (status === 'ParametersUploaded') return { task, node };
  if (status === 'ErrorReported') {
    await error(task, node);
    return { task, node };
  }
  await score(task, node);
  if (status === 'ScoreReady') return { task, node };
  await world.creator.validateSingle(task);
  if (status === 'Validated') return { task, node };
  await result(task);
  return { task, node };
}

describe('a single task', () => {
  it('goes from creation to payment, each step by its actor and with its event', async () => {
    const node = await world.node('node');
    const { contracts } = world.chain;
    const before = await world.chain.balance(node.address);
    const task = await world.creator.create(CHAT, { sampled: false });
    expect(task.task).toMatchObject({
      type: 'Llm',
      creator: world.creator.address,
      status: 'Started',
      selectedNode: node.address,
      timeoutSeconds: 180,
      sequence: 1,
      score: '0x',
      feeWei: CHAT.feeWei,
      version: '3.0.0',
      abortReason: 'None',
      payments: [],
    });
    expect(await tasks().read('getNodeTask', node.address)).toEqual([task.commitment]);
    expect(await world.chain.balance(contracts.task)).toBe(CHAT.feeWei);

    expect(world.events(await parameters(task))).toEqual([['TaskParametersUploaded', task.commitment, node.address]]);
    const scored = await score(task, node);
    expect(world.events(scored)).toEqual([['TaskScoreReady', task.commitment, node.address, SCORE]]);
    expect(world.events(await world.creator.validateSingle(task))).toEqual([['TaskValidated', task.commitment]]);
    expect(await statusOf(task)).toBe('Validated');
    expect(world.events(await result(task))).toEqual([['TaskEndSuccess', task.commitment]]);

    expect(await statusOf(task)).toBe('EndSuccess');
    expect(await world.chain.balance(node.address)).toBe(before + CHAT.feeWei - scored.gasUsed * scored.gasPrice);
    expect(await world.chain.balance(contracts.task)).toBe(0n);
    expect(await tasks().read('getNodeTask', node.address)).toEqual([`0x${'0'.repeat(64)}`]);
    expect(await world.chain.contract('Node').read('getNodeStatus', node.address)).toEqual([1n]);
    expect(await world.chain.contract('QOS').read('getCurrentTaskScore', node.address)).toEqual([10n]);
  });

  it('with invalid arguments is aborted by its validation and refunded', async () => {
    const { task, node } = await reach('ParametersUploaded');
    const before = await world.chain.balance(world.creator.address);
    expect(world.events(await error(task, node))).toEqual([['TaskErrorReported', task.commitment, node.address, 1n]]);
    expect(await statusOf(task)).toBe('ErrorReported');
    const receipt = await world.creator.validateSingle(task);
    expect(world.events(receipt)).toEqual([['TaskEndAborted', task.commitment, world.creator.address, 3n, 3n]]);
    expect(await chainTask(world.chain, task.commitment)).toMatchObject({ status: 'EndAborted', abortReason: 'IncorrectResult' });
    const gasWei = receipt.gasUsed * receipt.gasPrice;
    expect(await world.chain.balance(world.creator.address)).toBe(before + CHAT.feeWei - gasWei);
    // Ten each for the validation and the abort.
    expect(await world.chain.contract('QOS').read('getCurrentTaskScore', node.address)).toEqual([20n]);
  });

  it('reads as all zeros if unknown', async () => {
    expect(await readChainTask(world.chain, SCORE)).toBeNull();
    for (const [fn, ...args] of [
      ['reportTaskParametersUploaded'],
      ['submitTaskScore', '0x01'],
      ['reportTaskError', 1],
      ['validateSingleTask', '0x', '0x'],
      ['reportTaskResultUploaded'],
      ['abortTask', 1],
    ] as const) {
      await expect(tasks().send(world.relay, fn, [SCORE, ...args])).rejects.toMatchObject(revertError('Task not found'));
    }
  });
});

const ALL = ['Started', 'ParametersUploaded', 'ErrorReported', 'ScoreReady', 'Validated', 'EndSuccess'] as const;

describe('what a state does not allow', () => {
  it.each(ALL)('%s', async (status) => {
    const { task, node } = await reach(status);
    const words = status === 'EndSuccess' ? 'Wrong task' : 'Illegal previous task state';
    const allowed: Record<(typeof ALL)[number], readonly string[]> = {
      Started: ['parameters'],
      ParametersUploaded: ['score', 'error'],
      ErrorReported: ['validate'],
      ScoreReady: ['validate'],
      Validated: ['result'],
      EndSuccess: [],
    };
    const acts: Record<string, () => Promise<unknown>> = {
      parameters: () => parameters(task),
      score: () => score(task, node),
      error: () => error(task, node),
      validate: () => world.creator.validateSingle(task),
      result: () => result(task),
    };
    for (const [name, act] of Object.entries(acts)) {
      if (!allowed[status].includes(name)) await expect(act(), name).rejects.toMatchObject(revertError(words));
    }
    const tooEarly = status === 'EndSuccess' ? 'Wrong task' : 'Timeout not reached';
    await expect(abort(task, node)).rejects.toMatchObject(revertError(tooEarly));
    expect(await statusOf(task)).toBe(status);
  });

  it('a score before the relay has reported the arguments, an empty one, and a second one', async () => {
    const { task, node } = await reach('Started');
    await expect(score(task, node)).rejects.toMatchObject(revertError('Illegal previous task state'));
    await parameters(task);
    await expect(score(task, node, '0x')).rejects.toMatchObject(revertError('Invalid task score'));
    await score(task, node);
    await expect(score(task, node, '0x01')).rejects.toMatchObject(revertError('Illegal previous task state'));
    expect((await chainTask(world.chain, task.commitment)).score).toBe(SCORE);
  });
});

describe('permissions', () => {
  it('only the actor of each step may take it', async () => {
    const { task, node } = await reach('Started');
    const stranger = await world.account('stranger');
    const refused = revertError('Invalid caller');
    await expect(parameters(task, node)).rejects.toMatchObject(refused);
    await parameters(task);
    await expect(score(task, stranger)).rejects.toMatchObject(refused);
    await expect(error(task, world.relay)).rejects.toMatchObject(refused);
    await score(task, node);
    await expect(tasks().send(stranger, 'validateSingleTask', [task.commitment, '0x', '0x'])).rejects.toMatchObject(refused);
    await world.creator.validateSingle(task);
    await expect(result(task, node)).rejects.toMatchObject(refused);
    await expect(abort(task, stranger)).rejects.toMatchObject(refused);
    // The caller is checked before the state.
    await expect(score(task, stranger)).rejects.toMatchObject(refused);
  });

  it('only the owner may change the settings', async () => {
    const stranger = await world.account('stranger');
    const refused = revertError(`OwnableUnauthorizedAccount(${stranger.address})`);
    await expect(tasks().send(stranger, 'setRelayAddress', [ZeroAddress])).rejects.toMatchObject(refused);
    await expect(tasks().send(stranger, 'updateTimeout', [1])).rejects.toMatchObject(refused);
    await expect(tasks().send(stranger, 'updateDistanceThreshold', [1])).rejects.toMatchObject(refused);
  });

  it('only the contracts may make the inner calls', async () => {
    const { node } = await reach('Started');
    const nodes = world.chain.contract('Node');
    const byTask = revertError('Not called by the task contract');
    for (const fn of ['startTask', 'finishTask', 'slash']) {
      await expect(nodes.send(node, fn, [node.address])).rejects.toMatchObject(byTask);
    }
    await expect(world.chain.contract('QOS').send(node, 'addTaskScore', [node.address, 0])).rejects.toMatchObject(byTask);
    const byNode = revertError('Not called by the node contract');
    await expect(world.chain.contract('QOS').send(node, 'kickout', [node.address])).rejects.toMatchObject(byNode);
    await expect(world.chain.contract('NetworkStats').send(node, 'nodeQuit')).rejects.toMatchObject(byNode);
    await expect(world.chain.contract('TaskQueue').send(node, 'removeTask', [SCORE])).rejects.toMatchObject(byTask);
  });
});

describe('an abort', () => {
  const POINTS = { Started: 10n, ParametersUploaded: 0n, ErrorReported: 10n, ScoreReady: 10n, Validated: 20n } as const;
  const NUMBER = { Started: 1n, ParametersUploaded: 2n, ErrorReported: 3n, ScoreReady: 4n, Validated: 5n } as const;

  it.each(Object.keys(POINTS) as (keyof typeof POINTS)[])('from %s, by the node, refunds the creator', async (status) => {
    const { task, node } = await reach(status);
    await world.passSeconds(181);
    const before = await world.chain.balance(world.creator.address);
    const receipt = await abort(task, node);
    expect(world.events(receipt)).toEqual([['TaskEndAborted', task.commitment, node.address, NUMBER[status], 1n]]);
    expect(await chainTask(world.chain, task.commitment)).toMatchObject({ status: 'EndAborted', abortReason: 'Timeout' });
    expect(await world.chain.balance(world.creator.address)).toBe(before + CHAT.feeWei);
    expect(await world.chain.balance(world.chain.contracts.task)).toBe(0n);
    expect(await world.chain.contract('QOS').read('getCurrentTaskScore', node.address)).toEqual([POINTS[status]]);
    expect(await world.chain.contract('Node').read('getNodeStatus', node.address)).toEqual([1n]);
    await expect(abort(task, node)).rejects.toMatchObject(revertError('Wrong task'));
    await expect(world.creator.abort(task.commitment)).rejects.toMatchObject(revertError('Wrong task'));
  });

  it('is only possible after the deadline, for the creator too', async () => {
    const { task, node } = await reach('Started');
    const { startSeconds, timeoutSeconds } = await chainTask(world.chain, task.commitment);
    const { provider } = world.chain.anvil.control;
    await provider.send('evm_setNextBlockTimestamp', [startSeconds + timeoutSeconds]);
    await expect(world.creator.abort(task.commitment)).rejects.toMatchObject({ code: 'DEVNET_CHAIN_REVERTED' });
    expect(await statusOf(task)).toBe('Started');
    await provider.send('evm_setNextBlockTimestamp', [startSeconds + timeoutSeconds + 1]);
    await abort(task, node);
    expect(await statusOf(task)).toBe('EndAborted');
  });

  it('of a waiting task is possible for its creator at any time, and the fee stays in the contract', async () => {
    const task = await world.creator.create(CHAT);
    expect(task.task).toMatchObject({ status: 'Queued', selectedNode: null, startSeconds: 0 });
    const before = await world.chain.balance(world.creator.address);
    const receipt = await world.creator.abort(task.commitment);
    expect(world.events(receipt)).toEqual([['TaskEndAborted', task.commitment, world.creator.address, 0n, 1n]]);
    const gasWei = receipt.gasUsed * receipt.gasPrice;
    expect(await world.chain.balance(world.creator.address)).toBe(before - gasWei);
    expect(await world.chain.balance(world.chain.contracts.task)).toBe(CHAT.feeWei);
    expect(await world.chain.contract('TaskQueue').read('size')).toEqual([0n]);
    // A second abort overwrites the reason, and nothing else happens.
    const again = await tasks().send(world.creator.account, 'abortTask', [task.commitment, 4]);
    expect(world.events(again)).toEqual([]);
    expect(await chainTask(world.chain, task.commitment)).toMatchObject({ status: 'EndAborted', abortReason: 'TaskFeeTooLow' });
  });

  it('of a task uses the timeout from its creation', async () => {
    await world.node('node');
    await world.chain.setTimeoutSeconds(10);
    const task = await world.creator.create(CHAT);
    await world.chain.setTimeoutSeconds(1000);
    expect(task.task.timeoutSeconds).toBe(10);
    await world.passSeconds(11);
    await world.creator.abort(task.commitment);
  });
});

describe('a creation', () => {
  it('needs a card by name for chats and fine-tuning, and a fee', async () => {
    const { requiredGpu: _, ...withoutCard } = CHAT;
    await expect(world.creator.create(withoutCard)).rejects.toMatchObject(revertError('GPU name is empty'));
    await expect(world.creator.create({ ...withoutCard, type: 'FineTuneLora' })).rejects.toMatchObject(
      revertError('GPU name is empty'),
    );
    await expect(world.creator.create({ ...CHAT, feeWei: 0n })).rejects.toMatchObject(revertError('Task fee cannot be 0'));
    await world.creator.create({ ...withoutCard, type: 'StableDiffusion' });
  });

  it('accepts a nonce once; on a chain of fewer than 100,000 blocks the second use panics', async () => {
    const { nonce } = await world.creator.create(CHAT);
    const args = [1, SCORE, nonce, [], 0, 'x', 1, [1, 0, 0], 1];
    const again = tasks().send(world.creator.account, 'createTask', args, CNX);
    await expect(again).rejects.toMatchObject(revertError('Panic(17)'));
  });
});

describe('the sampling', () => {
  it('forbids validating a sampled task alone, and an unsampled one as a group', async () => {
    const node = await world.node('node');
    const task = await world.creator.create(CHAT, { sampled: true });
    await parameters(task);
    await score(task, node);
    await expect(world.creator.validateSingle(task)).rejects.toMatchObject(revertError('Task is selected for validation'));
  });

  it('checks key and proof in this order', async () => {
    const { task } = await reach('ScoreReady');
    const validate = (proof: string, key: string) =>
      tasks().send(world.creator.account, 'validateSingleTask', [task.commitment, proof, key]);
    const own = world.creator.publicKey;
    const foreign = `0x${'11'.repeat(64)}`;
    await expect(validate('0x', '0x11')).rejects.toMatchObject(revertError('Invalid public key length'));
    await expect(validate('0x', foreign)).rejects.toMatchObject(revertError('Not task creator'));
    await expect(validate('0x02', own)).rejects.toMatchObject(revertError('Malformed VRF proof'));
    const zeros = '00'.repeat(80);
    await expect(validate(`0x04${zeros}`, own)).rejects.toMatchObject(revertError('Invalid compressed EC point prefix'));
    await expect(validate(`0x02${zeros}`, own)).rejects.toMatchObject(revertError('Invalid VRF proof'));
  });
});
