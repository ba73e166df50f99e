/** A whole node on a network whose tasks are on a chain: everything is real except the engine. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { NodeConfigInput } from '../../../contract/node-config.ts';
import { taskContractInterface } from '../../../devnet/chain-mode/compiled.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { FakeEngine, failing } from '../../testing/fake-engine.ts';
import { startHttpRelay } from '../../testing/http-relay.ts';
import { type OpenRig, openRig } from '../../testing/open-rig.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { nodeConfig, startWorkerRig } from '../../testing/worker-rig.ts';
import { CarryingRelay } from './testing/chain-rig.ts';
import { CNX, GPU, newKey, STAKE, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
/** The contract's status numbers. */
const [AVAILABLE, PAUSED] = [1, 5];
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

interface Host {
  readonly key: Hex;
  readonly address: Hex;
  readonly relay: CarryingRelay;
  readonly config: NodeConfigInput;
  open(): Promise<OpenRig>;
}

async function host(changes: Partial<NodeConfigInput> = {}): Promise<Host> {
  const key = newKey();
  const address = addressOf(key);
  const relay = new CarryingRelay(world, await startHttpRelay());
  const base = nodeConfig({ dataDir: tempDir(), relayUrl: relay.url });
  const gas = { ...world.preset.gas, maxFeePerGasWei: String(world.preset.gas.maxFeePerGasWei) };
  const config: NodeConfigInput = {
    ...base,
    network: { ...base.network, mode: 'chain', minStakeWei: String(STAKE), taskChain: { ...world.preset, gas } },
    gpu: { name: GPU, vramGib: 24, uuids: [] },
    ...changes,
  };
  await world.give(address, 1_000n * CNX);
  const open = () => {
    const engine = new FakeEngine();
    // The tasks of this world require this version.
    engine.version = '2.5.0';
    return openRig({ config, privateKey: key, engine });
  };
  return { key, address, relay, config, open };
}

const statusOf = async ({ parts }: OpenRig) => (await parts.network.nodeInfo()).status;
const until = (look: () => Promise<unknown>, wanted: unknown) =>
  vi.waitFor(async () => expect(await look()).toEqual(wanted), { timeout: 150_000, interval: 50 });

it('law 7: if the network does not accept its engine, starts no engine and stakes nothing', async () => {
  const { config, key, address } = await host({ engine: { kind: 'embedded' } });
  const rig = startWorkerRig();
  await expect(rig.client.start(config, key)).rejects.toMatchObject({ data: { reason: 'ENGINE_NOT_ACCEPTED' } });
  expect(rig.engineOptions()).toBeNull();
  expect(await world.anvil.control.provider.getTransactionCount(address)).toBe(0);
});

it('law 6: announces to the contract the card that its engine is confined to; with a different one it takes no task', async () => {
  const { config, key, address } = await host({ gpu: { name: GPU, vramGib: 24, uuids: ['GPU-1'] } });
  const engine = () => Object.assign(new FakeEngine(), { version: '2.5.0' });
  const first = startWorkerRig({ engine: engine() });
  await first.client.start(config, key);
  expect(first.engineOptions()?.gpuUuids).toEqual(['GPU-1']);
  const known = async () => {
    const face = taskContractInterface('Node');
    const data = face.encodeFunctionData('getNodeInfo', [address]);
    const answer = await world.anvil.control.provider.call({ to: world.preset.contracts.node, data });
    const [info] = face.decodeFunctionResult('getNodeInfo', answer);
    return { status: Number(info[0]), card: info[2][0], vramGib: Number(info[2][1]) };
  };
  expect(await known()).toEqual({ status: AVAILABLE, card: GPU, vramGib: 24 });
  await first.client.stop({ quitNetwork: false });
  const gpu = { name: 'another card+Linux', vramGib: 48, uuids: ['GPU-2'] };
  const second = startWorkerRig({ engine: engine() });
  second.client.start({ ...config, gpu }, key).catch(() => {});
  await second.client.until(({ error }) => error?.code === 'NODE_CARD_CHANGED');
  expect(await known()).toEqual({ status: PAUSED, card: GPU, vramGib: 24 });
  await second.client.stop({ quitNetwork: true });
});

it('stakes by joining, runs a task for its fee, survives a restart, and leaves with its stake', async () => {
  const { address, relay, open } = await host();
  let rig = await open();
  await rig.until((view) => view.state === 'running');
  expect(await statusOf(rig)).toBe('Available');
  expect((await rig.parts.network.nodeInfo()).operatorStakingWei).toBe(STAKE);
  const task = await world.create({ type: 1, feeWei: 3n * CNX });
  relay.args.set(task.commitment, ARGS);
  await world.parametersUploaded(task.commitment);
  await until(() => world.statusOf(task.commitment), 4);
  const ended = rig.end();
  rig.parts.node.stopNow();
  await ended;

  rig = await open();
  const before = await world.balance(address);
  await world.validateSingle(task);
  await until(() => world.statusOf(task.commitment), 8);
  await until(async () => rig.parts.store.tasks.get(task.commitment).paymentWei, 3n * CNX);
  await rig.until((view) => view.state === 'running');
  expect(rig.engine.jobs).toEqual([]);
  expect(await world.balance(address)).toBeGreaterThan(before + 2n * CNX);
  rig.parts.node.unstake();
  await rig.until((view) => view.state === 'stopped');
  expect(await statusOf(rig)).toBe('Quit');
  expect(await world.balance(address)).toBeGreaterThan(1_002n * CNX);
});

it("ends a task that nobody else ends, by the chain's time", async () => {
  const { open } = await host();
  const rig = await open();
  await rig.until((view) => view.state === 'running');
  const task = await world.create({ type: 1 });
  await rig.until((view) => view.currentTask === task.commitment);
  await world.pass(181);
  await until(() => world.statusOf(task.commitment), 9);
  await until(() => statusOf(rig), 'Available');
});

it('that is slashed does not rejoin by itself; its host can let it', async () => {
  const { relay, open } = await host();
  const rig = await open();
  await rig.until((view) => view.state === 'running');
  const peers = [await world.peer(), await world.peer()];
  const tasks = await world.createGroup();
  for (const { commitment } of tasks) {
    relay.args.set(commitment, ARGS);
    await world.parametersUploaded(commitment);
  }
  for (const peer of peers) await world.submitScore(peer, `0x${'99'.repeat(32)}`);
  const own = (await rig.parts.network.currentTask()) ?? expect.fail();
  await until(() => world.statusOf(own), 4);
  await world.validateGroup(tasks);
  await rig.until((view) => view.state === 'slashed');
  expect(await statusOf(rig)).toBe('Quit');
  for (const { commitment } of tasks) if ((await world.statusOf(commitment)) === 6) await world.resultUploaded(commitment);
  rig.parts.node.resume();
  await rig.until((view) => view.state === 'running');
  expect((await rig.parts.network.nodeInfo()).operatorStakingWei).toBe(STAKE);
});

it('that is kicked out reports it, and gets its stake back', async () => {
  const { relay, address, open } = await host();
  const rig = await open();
  rig.engine.answer = failing;
  await rig.until((view) => view.state === 'running');
  for (let n = 0; n < 2; n++) {
    await until(() => statusOf(rig), 'Available');
    const { commitment } = await world.create({ type: 1 });
    relay.args.set(commitment, ARGS);
    await world.parametersUploaded(commitment);
    await world.pass(181);
    await until(() => world.statusOf(commitment), 9);
  }
  await rig.until((view) => view.state === 'kickedOut');
  expect(await world.balance(address)).toBeGreaterThan(999n * CNX);
});

it('without enough coins for stake and gas does not start, and reports what is missing', async () => {
  const { open, address } = await host({ stakeWei: String(2_000n * CNX) });
  const rig = await open();
  await rig.until(({ error }) => error?.code === 'PREFLIGHT_STAKE_UNCOVERED');
  expect(await statusOf(rig)).toBe('Quit');
  expect(await world.balance(address)).toBe(1_000n * CNX);
});

it('whose address joined through another directory waits for its host’s confirmation', async () => {
  const first = await host();
  const rig = await first.open();
  await rig.until((view) => view.state === 'running');
  await rig.end();
  const twin = await openRig({ config: { ...first.config, dataDir: tempDir() }, privateKey: first.key });
  await twin.until(({ error }) => error?.code === 'PREFLIGHT_FOREIGN_MEMBER');
});
