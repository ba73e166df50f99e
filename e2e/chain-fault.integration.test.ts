/**
 * A faulty connection between the node and its chain, with the real worker process: failing, dropped and wrong answers.
 * Nothing is lost, nothing happens twice, and no stake is stuck.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRpcProxy } from '../worker/chain/testing/rpc-proxy.ts';
import { CNX, type Created, STAKE, startTaskWorld, type TaskWorld } from '../worker/networks/chain/testing/task-world.ts';
import { createKillableNode, type KillableNode, WALLET_WEI } from './support/killable-node.ts';

const FEE_WEI = 3n * CNX + 7n;
const MODES = ['down', 'reset', 'garbage', 'loseAnswer'] as const;

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterAll(() => world.stop());

const status = ({ commitment }: Created) => expect.poll(() => world.statusOf(commitment));

async function begin({ relay }: KillableNode): Promise<Created> {
  const task = await world.create({ type: 1, feeWei: FEE_WEI });
  relay.args.set(task.commitment, '{"fake":"success"}');
  await world.parametersUploaded(task.commitment);
  return task;
}

it('law 1, law 2, law 3: whatever every fifth answer of the chain is, each task has one score, one fee and no report', async () => {
  const proxy = await startRpcProxy(world.anvil.url);
  const node = await createKillableNode(world, { rpcUrl: proxy.url });
  const worker = node.start();
  await node.until(worker, ({ state }) => state === 'running');
  for (const mode of MODES) {
    Object.assign(proxy, { mode, every: 5 });
    const task = await begin(node);
    await status(task).toBe(4);
    await world.validateSingle(task);
    await status(task).toBe(8);
    proxy.mode = 'pass';
    await node.until(worker, ({ currentTask }) => currentTask === null);
  }
  // Down completely while a task times out.
  const late = await begin(node);
  proxy.every = 1;
  proxy.mode = 'down';
  await world.pass(181);
  await node.until(worker, ({ relay }) => relay === 'unreachable');
  proxy.mode = 'pass';
  await status(late).toBe(9);
  await node.until(worker, ({ relay, currentTask }) => relay === 'reachable' && currentTask === null);
  await worker.stop({ quitNetwork: false });
  const { sent, gasWei, inChain } = await node.account();
  const scores = sent.filter(({ fn }) => fn === 'submitTaskScore').length;
  // The last task may have had its score before the connection failed.
  expect(scores).toBeGreaterThanOrEqual(MODES.length);
  expect(sent.map(({ fn }) => fn)).toEqual(['join', ...Array(scores).fill('submitTaskScore'), 'abortTask', 'pause']);
  expect(inChain).toBe(sent.length);
  expect(node.rows('SELECT count(*) AS n FROM executions')).toEqual(node.rows('SELECT count(*) AS n FROM score_ledger'));
  const earnedWei = BigInt(MODES.length) * FEE_WEI;
  expect(await world.balance(node.address)).toBe(WALLET_WEI - STAKE + earnedWei - gasWei);
});
