/** Two live endpoints of a task chain that disagree, and transactions that have no effect in a block. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRpcProxy } from '../../chain/testing/rpc-proxy.ts';
import { invalidArgs } from '../../testing/fake-engine.ts';
import { type ChainRig, type ChainRigOptions, chainRig } from './testing/chain-rig.ts';
import { type LaggingEndpoint, startLaggingEndpoint } from './testing/lagging-endpoint.ts';
import { type Created, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
/** For cases in which a transaction cannot be seen to arrive. */
const SHORT_MS = 300;
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

const sentBy = ({ address }: ChainRig) => world.anvil.control.provider.getTransactionCount(address);
const head = () => world.anvil.control.provider.getBlockNumber();

async function withTask(options: ChainRigOptions): Promise<{ rig: ChainRig; task: Created }> {
  const rig = await chainRig(world, options);
  await rig.join();
  const task = await world.create({ type: 1 });
  rig.relay.args.set(task.commitment, ARGS);
  await world.parametersUploaded(task.commitment);
  return { rig, task };
}

/** Waits however long the chain takes for pending transactions. */
async function settled(rig: ChainRig): Promise<void> {
  const account = { chainId: Number(world.preset.chainId), address: rig.address };
  const running = new AbortController();
  const following = rig.chain.run(running.signal);
  await expect.poll(() => rig.chain.journal.open(account)).toEqual([]);
  running.abort();
  await following;
}

describe('two endpoints that are asked alternately', () => {
  let ends: { readonly late: LaggingEndpoint; readonly good: LaggingEndpoint };

  async function two(options: ChainRigOptions = {}): Promise<{ rig: ChainRig; task: Created }> {
    ends = { late: await startLaggingEndpoint(world.anvil.url), good: await startLaggingEndpoint(world.anvil.url) };
    return withTask({ ...options, actWaitMs: SHORT_MS, preset: { rpcUrls: [ends.late.url, ends.good.url], ...options.preset } });
  }
  /** Only this one answers. */
  const ask = (which: 'late' | 'good') => {
    for (const [name, endpoint] of Object.entries(ends)) endpoint.up = name === which;
  };
  /** Asks this many times the endpoint that lacks the latest blocks. */
  async function askLate(rig: ChainRig, task: Created, cycles = 3): Promise<void> {
    ask('late');
    for (let n = 0; n < cycles; n++) {
      // An endpoint that lags may refuse what it cannot handle; that does no harm.
      await rig.driver.cycle(task.commitment).catch(() => {});
      await rig.driver.untilIdle();
    }
    ask('good');
  }

  it('law 1, law 3, law 4: one that lags at every step causes no second execution, score or transaction', async () => {
    const { rig, task } = await two();
    const { commitment } = task;
    ends.late.head = await head();
    await rig.until(commitment, 'execute');
    await askLate(rig, task);
    await rig.until(commitment, 'awaitingValidation');
    await askLate(rig, task);
    expect(await sentBy(rig)).toBe(2);
    await rig.until(commitment, 'awaitingValidation');
    ends.late.head = await head();
    await world.validateSingle(task);
    await rig.until(commitment, 'uploadResult');
    await askLate(rig, task);
    await rig.until(commitment, 'close EndSuccess');
    // It still shows the task as the node's: the task is reopened, and closed again by the true state.
    await askLate(rig, task);
    await rig.until(commitment, 'close EndSuccess');
    expect(rig.engine.jobs).toHaveLength(1);
    expect(rig.relay.uploads).toEqual([commitment]);
    expect(await sentBy(rig)).toBe(2);
    // What the lagging endpoint has made uncertain is settled before anything new.
    await rig.network.pause();
    await settled(rig);
    expect(await sentBy(rig)).toBe(3);
    await rig.network.quit();
  });

  it('a transaction that one accepts but does not broadcast reaches the chain through the other', async () => {
    const { rig, task } = await two();
    await rig.until(task.commitment, 'execute');
    ends.late.head = await head();
    await rig.until(task.commitment, 'submitScore');
    await expect.poll(() => sentBy(rig)).toBe(2);
    ask('good');
    await rig.until(task.commitment, 'awaitingValidation');
    expect(await sentBy(rig)).toBe(2);
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });

  it('law 2: an error is reported once, whatever they say', async () => {
    const { rig, task } = await two();
    rig.engine.answer = invalidArgs;
    ends.late.head = await head();
    ask('good');
    await rig.until(task.commitment, 'awaitingValidation');
    await askLate(rig, task);
    await rig.until(task.commitment, 'awaitingValidation');
    await world.validateSingle(task);
    await rig.until(task.commitment, 'close EndAborted');
    expect(await sentBy(rig)).toBe(2);
  });

  it('an abort frees the node once, and a returned stake stays where it is', async () => {
    const { rig, task } = await two();
    await rig.until(task.commitment, 'execute');
    ends.late.head = await head();
    ask('good');
    await world.pass(181);
    await rig.until(task.commitment, 'abort');
    await askLate(rig, task);
    await rig.until(task.commitment, 'close EndAborted');
    expect((await rig.network.nodeInfo()).status).toBe('Available');
    await rig.network.quit();
    await settled(rig);
    ask('late');
    await rig.network.quit().catch(() => {});
    ask('good');
    await settled(rig);
    expect((await rig.network.nodeInfo()).status).toBe('Quit');
    expect(await sentBy(rig)).toBe(3);
  });
});

describe('an act that the chain reverts in a block because the task had ended by then', () => {
  it.each([
    ['a score', undefined],
    ['an error report', invalidArgs],
  ] as const)('%s: it is paid for once, settled, and the next task is done', async (_, answer) => {
    const proxy = await startRpcProxy(world.anvil.url);
    const { rig, task } = await withTask({ actWaitMs: SHORT_MS, preset: { rpcUrls: [proxy.url] } });
    if (answer !== undefined) rig.engine.answer = answer;
    proxy.only = ['eth_sendRawTransaction'];
    proxy.mode = 'reset';
    const act = answer === undefined ? 'submitScore' : 'reportError';
    await rig.until(task.commitment, 'execute');
    await rig.driver.cycle(task.commitment).catch(() => {});
    const name = `${answer === undefined ? 'score' : 'taskError'}:${task.commitment}`;
    expect(rig.chain.journal.find(name)?.state.kind).toMatch(/signed|sent/);
    await world.pass(181);
    await world.abortByCreator(task.commitment);
    proxy.mode = 'pass';
    await rig.until(task.commitment, 'close EndAborted');
    const next = await world.create({ type: 1 });
    rig.relay.args.set(next.commitment, ARGS);
    await world.parametersUploaded(next.commitment);
    await rig.until(next.commitment, act);
    await rig.until(next.commitment, 'awaitingValidation');
    expect(rig.chain.journal.find(name)).toMatchObject({ state: { kind: 'reverted' } });
    // The join, the one without effect, and the next task's.
    expect(await sentBy(rig)).toBe(3);
    await world.validateSingle(next);
    await rig.until(next.commitment, answer === undefined ? 'close EndSuccess' : 'close EndAborted');
  });
});
