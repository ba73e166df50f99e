/**
 * SIGKILL at every transaction of a node whose tasks are on a chain, with the real worker process: each transaction is
 * on the chain once, a task has one score from one execution, and no stake is stuck.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Hex } from '../protocol/hex.ts';
import { CNX, type Created, STAKE, startTaskWorld, type TaskWorld } from '../worker/networks/chain/testing/task-world.ts';
import { KILL_INSTANTS } from './support/kill-point-proxy.ts';
import { createKillableNode, type KillableNode, WALLET_WEI } from './support/killable-node.ts';
import { sendNodeCommand } from './support/node-command.ts';

const VALID = '{"fake":"success"}';
const INVALID = '{"fake":"invalid"}';

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

async function given({ relay }: KillableNode, args: string): Promise<Created> {
  const task = await world.create({ type: 1, feeWei: 3n * CNX });
  relay.args.set(task.commitment, args);
  await world.parametersUploaded(task.commitment);
  return task;
}

/**
 * Each of these was sent and is on the chain once, and the balance adds up except for gas and what it was paid. The
 * last pause is from the process that was stopped in order.
 */
async function expectOnce(
  node: KillableNode,
  functions: readonly string[],
  { stakedWei = 0n, paidWei = 0n } = {},
): Promise<void> {
  const { sent, inChain, gasWei } = await node.account();
  expect(sent.map(({ fn }) => fn)).toEqual(functions);
  expect(inChain).toBe(functions.length);
  expect(await world.balance(node.address)).toBe(WALLET_WEI - stakedWei + paidWei - gasWei);
}

const isOver = (commitment: Hex) => `SELECT closed_as, payment_wei FROM tasks WHERE commitment = '${commitment}'`;

it('law 3, law 4: at its score and its result: one execution, one score, one fee', async () => {
  const node = await createKillableNode(world);
  const joining = node.start();
  await node.until(joining, ({ state }) => state === 'running');
  const task = await given(node, VALID);
  const [first, ...others] = KILL_INSTANTS;
  await node.killAt('submitTaskScore', first, { worker: joining });
  const score = node.rows('SELECT score FROM score_ledger');
  for (const instant of others) await node.killAt('submitTaskScore', instant);
  expect(await world.statusOf(task.commitment)).toBe(4);
  await world.validateSingle(task);
  await node.killAtUpload('asked');
  expect(await world.statusOf(task.commitment)).toBe(5);
  await node.killAtUpload('taken');
  const last = node.start();
  await node.until(last, ({ state, currentTask }) => state === 'running' && currentTask === null);
  await last.stop({ quitNetwork: false });
  expect(node.rows(isOver(task.commitment))).toMatchObject([{ closed_as: 'EndSuccess' }]);
  expect(node.rows('SELECT score FROM score_ledger')).toEqual(score);
  expect(node.rows('SELECT attempt, outcome FROM executions')).toEqual([{ attempt: 1, outcome: 'scored' }]);
  await expectOnce(node, ['join', 'submitTaskScore', 'pause'], { stakedWei: STAKE, paidWei: 3n * CNX });
});

it('law 2: at an error report and an abort: one of each, and the node is free', async () => {
  const node = await createKillableNode(world);
  const joining = node.start();
  await node.until(joining, ({ state }) => state === 'running');
  const invalid = await given(node, INVALID);
  await node.killAt('reportTaskError', 'before it is sent', { worker: joining });
  await node.killAt('reportTaskError', 'after it is sent');
  expect(await world.statusOf(invalid.commitment)).toBe(3);
  await world.validateSingle(invalid);
  // Nobody uploads its arguments, and only the node ends it.
  const lost = await world.create({ type: 1 });
  const worker = node.start();
  await node.until(worker, ({ currentTask }) => currentTask === lost.commitment);
  await world.pass(181);
  await node.killAt('abortTask', 'before it is sent', { worker });
  await node.killAt('abortTask', 'after it is sent');
  const last = node.start();
  await node.until(last, ({ state, currentTask }) => state === 'running' && currentTask === null);
  await last.stop({ quitNetwork: false });
  for (const { commitment } of [invalid, lost]) {
    expect(node.rows(isOver(commitment))).toEqual([{ closed_as: 'EndAborted', payment_wei: '0' }]);
  }
  expect(node.rows('SELECT outcome FROM executions')).toEqual([{ outcome: 'invalid' }]);
  await expectOnce(node, ['join', 'reportTaskError', 'abortTask', 'pause'], { stakedWei: STAKE });
});

it('at joining, staying in and leaving the network: the stake is sent once and returned once', async () => {
  const node = await createKillableNode(world);
  for (const instant of KILL_INSTANTS) await node.killAt('join', instant);
  // It returns with another engine and another model.
  Object.assign(node.config, { modelIds: ['base:tiny/model', 'base:tiny/other'] });
  await node.killAt('reportModelDownloaded', 'after it is sent');
  const worker = node.start();
  await node.until(worker, ({ state }) => state === 'running');
  sendNodeCommand(worker, 'pause');
  await node.killAt('pause', 'after it is sent', { worker });
  const paused = node.start();
  await node.until(paused, ({ state }) => state === 'paused');
  sendNodeCommand(paused, 'resume');
  await node.killAt('resume', 'after it is sent', { worker: paused });
  const leaving = node.start();
  await node.until(leaving, ({ state }) => state === 'running');
  sendNodeCommand(leaving, 'unstake');
  await node.killAt('quit', 'before it is sent', { worker: leaving });
  await node.killAt('quit', 'after it is sent');
  const last = node.start();
  await node.until(last, ({ life }) => life?.kind === 'out');
  await last.stop({ quitNetwork: false });
  await expectOnce(node, ['join', 'reportModelDownloaded', 'pause', 'resume', 'quit']);
});
