/** Whole workers against the devnet's relay over HTTP; only the engines are doubles. */
import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNodeClient } from '../../contract/rpc-client.ts';
import type { TaskRow } from '../../contract/tasks.ts';
import { createApplication } from '../../devnet/application/application.ts';
import { createRelay, type Relay } from '../../devnet/relay/relay.ts';
import { systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { vrfOutputs } from '../../protocol/vrf/ecvrf.ts';
import { isSampled } from '../../protocol/vrf/sampling.ts';
import { systemClock } from '../kit/system-clock.ts';
import { FakeEngine, failing, invalidArgs, succeedWith } from '../testing/fake-engine.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeConfig, startWorkerRig, type WorkerRig, type WorkerRigOptions } from '../testing/worker-rig.ts';

const CNX = 10n ** 18n;
const FEE = 7n * CNX + 1n;
const MODULUS = 10;
const keyOf = (name: string): Hex => bytesToHex(new Uint8Array(createHash('sha256').update(`worker test ${name}`).digest()));
const APPLICATION = keyOf('application');

/** A seed for which the application's proof selects the task for group validation, or does not. */
function seedThat(sampled: boolean): Hex {
  const outputFor = vrfOutputs(APPLICATION);
  for (let n = 0; n < 1_000; n++) {
    const seed = bytesToHex(new Uint8Array(createHash('sha256').update(`seed ${n}`).digest()));
    if (isSampled(outputFor(seed), MODULUS) === sampled) return seed;
  }
  return expect.fail('no seed found');
}

interface World {
  readonly relay: Relay;
  readonly url: string;
  readonly runTask: (options?: {
    prompt?: string;
    sampled?: boolean;
  }) => ReturnType<ReturnType<typeof createApplication>['runTask']>;
  node(
    name: string,
    options?: WorkerRigOptions & { dataDir?: string },
  ): Promise<WorkerRig & { key: Hex; address: Hex; dataDir: string }>;
}

async function world(names: readonly string[], executionSeconds = 20): Promise<World> {
  let sampled = false;
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    samplingSeed: () => seedThat(sampled),
    config: {
      samplingModulus: MODULUS,
      times: { scan: 0.05, executionMin: executionSeconds, executionMax: executionSeconds },
      genesis: {
        accounts: [{ address: addressOf(APPLICATION), balanceWei: 100n * FEE }],
        stakes: names.map((name) => ({ address: addressOf(keyOf(name)), stakeWei: 400n * CNX })),
      },
    },
  });
  const url = await relay.listen();
  onTestFinished(() => relay.close());
  const application = createApplication({
    relayUrl: url,
    privateKey: APPLICATION,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: MODULUS,
    pollMs: 50,
  });
  return {
    relay,
    url,
    runTask: ({ prompt = 'hello', sampled: group = false } = {}) => {
      sampled = group;
      const args = { model: 'tiny/model', messages: [{ role: 'user', content: prompt }] };
      return application.runTask({
        type: 'Llm',
        args: JSON.stringify(args),
        modelIds: ['base:tiny/model'],
        feeWei: FEE.toString(),
      } as never);
    },
    node: async (name, { dataDir = tempDir(), ...options } = {}) => {
      const rig = startWorkerRig(options);
      const key = keyOf(name);
      onTestFinished(async () => {
        rig.disconnect();
        rig.disconnect();
        await rig.client.exited;
      });
      await rig.client.start(nodeConfig({ dataDir, relayUrl: url }), key);
      return { ...rig, key, address: addressOf(key), dataDir };
    },
  };
}

describe('a task in a network', () => {
  it('is executed, scored, validated, uploaded and paid', async () => {
    const { relay, runTask, node } = await world(['n1']);
    const worker = await node('n1');
    expect((await runTask()).kind).toBe('success');
    const paid = await taskWhere(worker, (task) => task.paymentWei !== null);
    expect(paid).toMatchObject({ status: 'EndSuccess', local: 'closed', paymentWei: FEE.toString(), error: null });
    expect(paid.transitions.filter(({ source }) => source === 'relay').map(({ status }) => status)).toEqual([
      'Queued',
      'Started',
      'ScoreReady',
      'Validated',
      'EndSuccess',
    ]);
    expect(relay.balanceWei(worker.address)).toBe(FEE);
  });

  it('law 2: if its arguments are invalid, is reported, and nobody is paid', async () => {
    const { relay, runTask, node } = await world(['n1']);
    const engine = new FakeEngine();
    engine.answer = invalidArgs;
    const worker = await node('n1', { engine });
    expect((await runTask()).kind).toBe('errorReported');
    const task = await taskWhere(worker, ({ local }) => local === 'closed');
    expect(task).toMatchObject({
      status: 'EndAborted',
      abortReason: 'ErrorReported',
      paymentWei: '0',
      error: { code: 'TASK_INVALID' },
    });
    expect(relay.balanceWei(worker.address)).toBe(0n);
  });

  it('law 2: if it fails on this machine, stays silent until the network’s timeout', async () => {
    const { runTask, node } = await world(['n1'], 4);
    const engine = new FakeEngine();
    engine.answer = failing;
    const worker = await node('n1', { engine });
    expect(await runTask()).toMatchObject({ kind: 'aborted', reason: 'Timeout' });
    const task = await taskWhere(worker, ({ local }) => local === 'closed');
    expect(task).toMatchObject({
      abortReason: 'Timeout',
      missedDeadline: 'execution',
      paymentWei: '0',
      error: { code: 'EXECUTION_FAILED' },
    });
  });

  it('in a group of three is paid to all by rank, to the wei', async () => {
    const { relay, runTask, node } = await world(['n1', 'n2', 'n3']);
    const workers = await Promise.all(['n1', 'n2', 'n3'].map((name) => node(name)));
    expect((await runTask({ sampled: true })).kind).toBe('success');
    let sum = 0n;
    for (const worker of workers) {
      const task = await taskWhere(worker, ({ paymentWei }) => paymentWei !== null);
      expect(BigInt(task.paymentWei ?? 0)).toBe(relay.balanceWei(worker.address));
      sum += relay.balanceWei(worker.address);
    }
    expect(sum).toBe(FEE);
  });

  it('in a group, the one that disagrees is slashed, reports it, and does not rejoin by itself', async () => {
    const { relay, runTask, node, url } = await world(['n1', 'n2', 'n3']);
    const cheat = new FakeEngine();
    cheat.answer = succeedWith('something else');
    const [worker] = await Promise.all([node('n1', { engine: cheat }), node('n2'), node('n3')]);
    expect((await runTask({ sampled: true })).kind).toBe('success');
    await worker.client.until(({ state }) => state === 'slashed');
    expect(worker.client.node()?.error?.code).toBe('NODE_SLASHED');
    expect(relay.node(worker.address)?.status).toBe('Quit');
    await worker.client.stop({ quitNetwork: false });
    const again = startWorkerRig({ engine: new FakeEngine('M') });
    onTestFinished(async () => {
      again.disconnect();
      await again.client.exited;
    });
    const start = again.client.start(nodeConfig({ dataDir: worker.dataDir, relayUrl: url }), worker.key);
    start.catch(() => {});
    await again.client.until(({ state }) => state === 'slashed');
    expect(relay.node(worker.address)?.status).toBe('Quit');
  });
});

describe('the supervisor’s channel', () => {
  it('pauses, resumes, stops without quitting, and starts again', async () => {
    const { relay, node } = await world(['n1']);
    const worker = await node('n1');
    const status = () => relay.node(worker.address)?.status;
    const { node: asked } = createNodeClient(worker.client.connect('own'));
    await asked.pause({});
    await worker.client.until(({ state }) => state === 'paused');
    expect(status()).toBe('Paused');
    await asked.resume({});
    await worker.client.until(({ state }) => state === 'running');
    expect(status()).toBe('Available');
    expect(await worker.client.stop({ quitNetwork: false })).toEqual({ code: 0, signal: null });
    expect(status()).toBe('Paused');
    const again = await node('n1', { dataDir: worker.dataDir, engine: new FakeEngine('M') });
    expect(status()).toBe('Available');
    await again.client.stop({ quitNetwork: true });
    expect(status()).toBe('Quit');
  });

  it('ends in an orderly way when the supervisor is gone', async () => {
    const { relay, node } = await world(['n1']);
    const worker = await node('n1');
    worker.disconnect();
    expect(await worker.client.exited).toEqual({ code: 0, signal: null });
    expect(worker.engine.state().kind).toBe('stopped');
    expect(relay.node(worker.address)?.status).toBe('Paused');
  });

  it('one data directory has one owner and belongs to one key', async () => {
    const { node, url } = await world(['n1', 'n2']);
    const worker = await node('n1');
    const config = nodeConfig({ dataDir: worker.dataDir, relayUrl: url });
    await expect(startWorkerRig().client.start(config, worker.key)).rejects.toMatchObject({ data: { reason: 'STORE_IN_USE' } });
    await worker.client.stop({ quitNetwork: true });
    const rig = startWorkerRig();
    await expect(rig.client.start(config, keyOf('n2'))).rejects.toMatchObject({ data: { reason: 'STORE_OTHER_KEY' } });
    expect(await rig.client.exited).toEqual({ code: 1, signal: null });
  });

  it('law 7: does not even start an engine that the network does not accept', async () => {
    const { url } = await world(['n1']);
    const rig = startWorkerRig();
    const config = nodeConfig({ dataDir: tempDir(), relayUrl: url });
    const start = rig.client.start({ ...config, engine: { kind: 'embedded' } }, keyOf('n1'));
    await expect(start).rejects.toMatchObject({ data: { reason: 'ENGINE_NOT_ACCEPTED' } });
    expect(rig.engineOptions()).toBeNull();
  });

  it('law 6: reports the card that the engine is confined to', async () => {
    const { relay, node } = await world(['n1']);
    const worker = await node('n1');
    expect(worker.engineOptions()?.gpuUuids).toEqual(['GPU-1']);
    expect(relay.node(worker.address)).toMatchObject({ gpuName: 'Devnet GPU+Linux' });
  });

  it('answers an invalid message with a code, and never echoes the message', async () => {
    const rig = startWorkerRig();
    const failed = rig.client.until(() => false);
    rig.sendRaw({ type: 'start', config: {}, privateKey: keyOf('n1') });
    await expect(failed).rejects.toMatchObject({ data: { reason: 'WORKER_BAD_MESSAGE' } });
    expect(JSON.stringify(rig.sent)).not.toContain(keyOf('n1').slice(2));
    expect(await rig.client.exited).toEqual({ code: 1, signal: null });
  });

  it('closes a connection that comes before the start, and serves one that comes after it', async () => {
    const { url } = await world(['n1']);
    const rig = startWorkerRig();
    onTestFinished(async () => {
      rig.disconnect();
      rig.disconnect();
      await rig.client.exited;
    });
    await new Promise<void>((resolve) => rig.client.connect().onClose(() => resolve()));
    await rig.client.start(nodeConfig({ dataDir: tempDir(), relayUrl: url }), keyOf('n1'));
    const port = rig.client.connect();
    const ended = new Promise<void>((resolve) => port.onClose(() => resolve()));
    expect(await createNodeClient(port).tasks.page({ limit: 1 })).toMatchObject({ total: 0 });
    const stopped = rig.client.stop({ quitNetwork: false });
    await ended;
    expect(await stopped).toEqual({ code: 0, signal: null });
  });

  it('a running node ignores an invalid message', async () => {
    const { node } = await world(['n1']);
    const worker = await node('n1');
    worker.sendRaw({ type: 'dance' });
    worker.sendRaw(null);
    worker.sendRaw({
      type: 'start',
      config: nodeConfig({ dataDir: worker.dataDir, relayUrl: 'http://x' }),
      privateKey: worker.key,
    });
    const { tasks } = createNodeClient(worker.client.connect('own'));
    expect(await tasks.page({ limit: 5 })).toMatchObject({ rows: [] });
    expect(worker.client.node()?.state).toBe('running');
  });
});

/** Waits until the worker reports a task that fits. */
async function taskWhere({ sent, client }: WorkerRig, fits: (task: TaskRow) => boolean): Promise<TaskRow> {
  const { tasks } = createNodeClient(client.connect('own'));
  for (let i = 0; i < 600; i++) {
    const [found] = (await tasks.page({ limit: 50 })).rows.filter(fits);
    if (found !== undefined) return found;
    await systemClock.sleep(50);
  }
  return expect.fail(`no such task; last message ${JSON.stringify(sent.at(-1))}`);
}
