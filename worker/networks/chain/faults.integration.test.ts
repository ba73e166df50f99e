/** What the chain, its endpoints and sudden ends do to acts: nothing is sent twice, and nothing gets stuck. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { startRpcProxy } from '../../chain/testing/rpc-proxy.ts';
import { FakeEngine } from '../../testing/fake-engine.ts';
import { type ChainRig, type ChainRigOptions, chainRig } from './testing/chain-rig.ts';
import { type Created, STAKE, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
/** For cases in which no block comes. */
const SHORT_MS = 700;
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(async () => {
  await world.anvil.control.setAutomine(true);
  await world.anvil.control.mine();
  await world.clear();
});
afterAll(() => world.stop());

/** Turns off block production during `work`. */
async function withoutBlocks<Result>(work: () => Promise<Result>): Promise<Result> {
  const { control } = world.anvil;
  await control.setAutomine(false);
  try {
    return await work();
  } finally {
    await control.setAutomine(true);
    await control.mine();
  }
}

const sentBy = (address: Hex) => world.anvil.control.provider.getTransactionCount(address);

async function withScore(options: ChainRigOptions = {}): Promise<{ rig: ChainRig; task: Created }> {
  const rig = await chainRig(world, { actWaitMs: SHORT_MS, ...options });
  await rig.join();
  const task = await world.create({ type: 1 });
  rig.relay.args.set(task.commitment, ARGS);
  await world.parametersUploaded(task.commitment);
  await rig.until(task.commitment, 'execute');
  return { rig, task };
}

/** Another process on the same directory, with the same key. */
async function restarted({ privateKey, dataDir, relay, end }: ChainRig): Promise<ChainRig> {
  await end();
  return chainRig(world, { privateKey, dataDir, relay, engine: new FakeEngine('P2L'), wei: 0n, actWaitMs: SHORT_MS });
}

describe('a process that ends while a transaction is pending', () => {
  it('a score is on the chain once, and the task is not executed again', async () => {
    const { rig, task } = await withScore();
    const next = await withoutBlocks(async () => {
      await rig.until(task.commitment, 'submitScore');
      const other = await restarted(rig);
      await other.until(task.commitment, 'submitScore');
      return other;
    });
    await next.until(task.commitment, 'awaitingValidation');
    expect(await sentBy(rig.address)).toBe(2);
    expect(next.engine.jobs).toEqual([]);
    await world.validateSingle(task);
    await next.until(task.commitment, 'close EndSuccess');
  });

  it('an abort is one transaction, and the node is free', async () => {
    const { rig, task } = await withScore();
    await world.pass(200);
    const next = await withoutBlocks(async () => {
      await rig.until(task.commitment, 'abort');
      const other = await restarted(rig);
      await other.until(task.commitment, 'abort');
      return other;
    });
    await next.until(task.commitment, 'close EndAborted');
    expect(await sentBy(rig.address)).toBe(2);
    expect((await next.network.nodeInfo()).status).toBe('Available');
    // A task that somebody queues meanwhile may start within it.
    expect(next.chain.journal.find(`abort:${task.commitment}`)?.gasLimit).toBeGreaterThan(2_500_000n);
  });

  it('a stake goes in once, and comes out once', async () => {
    const rig = await chainRig(world, { actWaitMs: SHORT_MS });
    const before = await world.balance(rig.address);
    const next = await withoutBlocks(async () => {
      await rig.join();
      const other = await restarted(rig);
      await other.join();
      return other;
    });
    expect((await next.network.nodeInfo()).operatorStakingWei).toBe(STAKE);
    // The transaction on the chain is first followed to its end; only then is there a second one, which the contract
    // refuses at no cost.
    await next.join();
    await expect(next.join()).rejects.toMatchObject({ data: { reason: 'Node already joined' } });
    expect(await sentBy(rig.address)).toBe(1);
    const last = await withoutBlocks(async () => {
      await next.network.quit();
      const other = await restarted(next);
      await other.network.quit();
      return other;
    });
    expect((await last.network.nodeInfo()).status).toBe('Quit');
    expect(await sentBy(rig.address)).toBe(2);
    expect(before - (await world.balance(rig.address))).toBeLessThan(10n ** 17n);
  });

  it('a join that was mined unnoticed is not repeated', async () => {
    const rig = await chainRig(world, { actWaitMs: SHORT_MS });
    await world.anvil.control.setAutomine(false);
    await rig.join();
    await rig.end();
    await world.anvil.control.setAutomine(true);
    await world.anvil.control.mine();
    const next = await restarted(rig);
    expect((await next.network.nodeInfo()).status).toBe('Available');
    await next.network.pause();
    expect((await next.network.nodeInfo()).status).toBe('Paused');
    expect(await sentBy(rig.address)).toBe(2);
    await next.network.quit();
  });
});

describe('a reorganisation', () => {
  it('that removes a final score from the chain: the same transaction is there again', async () => {
    const { rig, task } = await withScore();
    await rig.until(task.commitment, 'awaitingValidation');
    await world.anvil.control.reorganise(1);
    expect(await world.statusOf(task.commitment)).toBe(2);
    await rig.until(task.commitment, 'submitScore');
    const running = new AbortController();
    const followed = rig.chain.run(running.signal);
    await rig.until(task.commitment, 'awaitingValidation');
    running.abort();
    await followed;
    expect(await sentBy(rig.address)).toBe(2);
    expect(rig.chain.journal.settledAfter(0).filter(({ intent }) => intent.kind === 'VSSTask.submitTaskScore')).toHaveLength(1);
    await world.validateSingle(task);
    await rig.until(task.commitment, 'close EndSuccess');
  });

  it('that reverts an end that was not final: the task continues as if nothing had happened', async () => {
    const { rig, task } = await withScore({ preset: { confirmations: 3 } });
    const { control } = world.anvil;
    await rig.until(task.commitment, 'submitScore');
    await control.mine(3);
    await rig.until(task.commitment, 'awaitingValidation');
    await world.validateSingle(task);
    await rig.until(task.commitment, 'awaitingFinality');
    await control.reorganise(1);
    expect(await world.statusOf(task.commitment)).toBe(5);
    rig.relay.uploads.length = 0;
    // The relay reports what it has.
    await world.resultUploaded(task.commitment);
    await rig.until(task.commitment, 'awaitingFinality');
    await control.mine(3);
    await rig.until(task.commitment, 'close EndSuccess');
  });

  it('that reverts an end that was final: the task is open again, and neither executed nor scored again', async () => {
    const { rig, task } = await withScore();
    await rig.until(task.commitment, 'awaitingValidation');
    await world.validateSingle(task);
    await rig.until(task.commitment, 'close EndSuccess');
    await world.anvil.control.reorganise(1);
    expect(await world.statusOf(task.commitment)).toBe(5);
    const before = rig.store.ledger.find(task.commitment);
    await rig.driver.cycle(task.commitment);
    expect(rig.store.tasks.get(task.commitment)).toMatchObject({ closedMs: null, closedAs: null, paymentWei: null });
    expect(rig.store.ledger.find(task.commitment)).toEqual(before);
    expect(rig.engine.jobs).toHaveLength(1);
    // The relay reports nothing more: the node must end it.
    await world.pass(240);
    await rig.until(task.commitment, 'close EndAborted');
    expect((await rig.network.nodeInfo()).status).toBe('Available');
    expect(await sentBy(rig.address)).toBe(3);
  });

  it('that reverts an abort that was final: the same transaction is there again', async () => {
    const { rig, task } = await withScore();
    await world.pass(200);
    await rig.until(task.commitment, 'close EndAborted');
    await world.anvil.control.reorganise(1);
    expect(await world.nodeTask(rig.address)).toBe(task.commitment);
    await rig.driver.cycle(task.commitment);
    expect(rig.store.tasks.get(task.commitment).closedMs).toBeNull();
    await rig.until(task.commitment, 'abort');
    await rig.until(task.commitment, 'close EndAborted');
    expect(await sentBy(rig.address)).toBe(2);
    expect((await rig.network.nodeInfo()).status).toBe('Available');
  });
});

describe('endpoints', () => {
  it('that are all unreachable: nothing happens, and the node continues when one is back', async () => {
    const proxy = await startRpcProxy(world.anvil.url);
    const { rig, task } = await withScore({ preset: { rpcUrls: [proxy.url] } });
    for (const mode of ['down', 'reset', 'garbage'] as const) {
      proxy.mode = mode;
      await expect(rig.driver.cycle(task.commitment)).rejects.toMatchObject({
        code: mode === 'garbage' ? 'CHAIN_BAD_ANSWER' : 'CHAIN_UNREACHABLE',
      });
    }
    proxy.mode = 'pass';
    await rig.until(task.commitment, 'awaitingValidation');
    expect(await sentBy(rig.address)).toBe(2);
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });

  it('that accept a transaction and lose the answer: it is on the chain once', async () => {
    const proxy = await startRpcProxy(world.anvil.url);
    const { rig, task } = await withScore({ preset: { rpcUrls: [proxy.url] } });
    proxy.mode = 'loseAnswer';
    proxy.only = ['eth_sendRawTransaction'];
    await rig.until(task.commitment, 'submitScore');
    proxy.mode = 'pass';
    await rig.until(task.commitment, 'awaitingValidation');
    expect(await sentBy(rig.address)).toBe(2);
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });

  it('that disagree: one that still shows the task without its score causes no second transaction', async () => {
    const proxy = await startRpcProxy(world.anvil.url);
    const { rig, task } = await withScore({ preset: { rpcUrls: [proxy.url] } });
    const { provider } = world.anvil.control;
    const data = rig.chain.contracts.task.intent('', 'getTask', [task.commitment]).data;
    const stale = await provider.send('eth_call', [{ to: world.preset.contracts.task, data }, 'latest']);
    await rig.until(task.commitment, 'awaitingValidation');
    proxy.answers.set('eth_call', { result: stale });
    for (let n = 0; n < 5; n++) {
      expect(await rig.driver.cycle(task.commitment)).toMatchObject({ kind: 'submitScore' });
    }
    proxy.answers.clear();
    expect(await sentBy(rig.address)).toBe(2);
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });

  it('with a high gas price: the offer for a score that waits too long is raised, and one of the two transactions is mined', async () => {
    const { rig, task } = await withScore({ preset: { stuckAfterMs: 1 } });
    await withoutBlocks(async () => {
      await rig.until(task.commitment, 'submitScore');
    });
    await rig.until(task.commitment, 'awaitingValidation');
    expect(rig.chain.journal.find(`score:${task.commitment}`)?.attempts.length).toBeGreaterThan(1);
    expect(await sentBy(rig.address)).toBe(2);
    await world.pass(181);
    await rig.until(task.commitment, 'close EndAborted');
  });
});

it('a relay that is unreachable prevents no duty', async () => {
  const rig = await chainRig(world);
  await rig.join();
  const task = await world.create({ type: 1 });
  rig.relay.down = true;
  await rig.until(task.commitment, 'awaitingArguments');
  await world.pass(181);
  await rig.until(task.commitment, 'close EndAborted');
  expect((await rig.network.nodeInfo()).status).toBe('Available');
});
