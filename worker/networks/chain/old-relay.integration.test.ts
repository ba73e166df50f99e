/** The node's client for the old relay against the devnet's relay, which behaves like the real one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { taskChainPresetSchema } from '../../../contract/task-chain-preset.ts';
import type { CreatedTask } from '../../../devnet/chain-mode/creator.ts';
import { type OldRelay as DevnetRelay, startOldRelay } from '../../../devnet/chain-mode/old-relay/old-relay.ts';
import { CHAT, keyOf, startTaskWorld, type TaskWorld } from '../../../devnet/chain-mode/testing/task-world.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import { textScore } from '../../../protocol/scores/score.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { createSigner } from '../../kit/signer.ts';
import { openStore } from '../../store/store.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { NetworkClock } from '../network-clock.ts';
import type { OldRelay } from './old-relay.ts';
import { openTaskChain } from './open-task-chain.ts';

const ARGS = JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'Is 1 < 2 & 3 > 2?' }] });
const FINE_TUNE_ARGS = JSON.stringify({ model: { name: 'a/b' }, dataset: { name: 'c/d' }, validation: {}, train_args: {} });
const FILE = new TextEncoder().encode('{"text":"yes"}');
const CHECKPOINT = Uint8Array.of(80, 75, 3, 4, 7);

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.rewind());
afterAll(() => world.stop());

interface Rig {
  readonly devnet: DevnetRelay;
  readonly relay: OldRelay;
  /** Uploads the arguments like the task's creator. */
  upload(task: CreatedTask, args: string, checkpoint?: Uint8Array): Promise<void>;
}

/** @param aheadMs how far the relay's clock is ahead of this machine's */
async function rig(aheadMs = 0): Promise<Rig> {
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const devnet = await startOldRelay({ chain: world.chain, privateKey: keyOf('old relay'), clock, pollMs: null });
  const store = openStore(tempDir(), systemClock.now());
  const node = openTaskChain({
    preset: taskChainPresetSchema.parse(world.chain.preset),
    networkName: 'test',
    relayUrl: devnet.url,
    signer: createSigner(keyOf('node')),
    store,
    chainClock: new NetworkClock(systemClock),
    clock: systemClock,
    random: systemRandom,
    log: QUIET_LOG,
  });
  onTestFinished(async () => {
    await node.network.close();
    await node.close();
    store.close();
    await devnet.close();
  });
  return {
    devnet,
    relay: node.relay,
    async upload({ commitment }, task_args, checkpoint) {
      const timestamp = Math.floor(clock.now() / 1000);
      const payload = { task_args, task_id_commitment: commitment };
      const form = new FormData();
      form.append('task_args', task_args);
      form.append('timestamp', String(timestamp));
      form.append('signature', signRequest({ payload, timestamp, privateKey: keyOf('creator') }));
      if (checkpoint !== undefined) form.append('checkpoint', new Blob([Uint8Array.from(checkpoint)]), 'checkpoint.zip');
      const response = await fetch(`${devnet.url}/v1/inference_tasks/${commitment}`, { method: 'POST', body: form });
      expect(await response.json()).toMatchObject({ message: 'success' });
    },
  };
}

const refused = (reason: string) => ({ code: 'RELAY_REFUSED', data: { reason: expect.stringContaining(reason) } });
const files = [{ name: '0.json', bytes: FILE }];

it('reads arguments while the relay has them, and uploads a result once', async () => {
  const { devnet, relay, upload } = await rig();
  const account = await world.node('node');
  const task = await world.creator.create(CHAT, { sampled: false });
  const { commitment } = task;
  expect(await relay.taskArgs(commitment)).toBeNull();
  await upload(task, ARGS);
  expect(await relay.taskArgs(commitment)).toBe(ARGS);
  await devnet.follow();
  await world.chain.contract('VSSTask').send(account, 'submitTaskScore', [commitment, textScore([FILE])]);
  const result = { commitment, files, checkpointPath: null };
  await expect(relay.uploadResult(result)).rejects.toMatchObject(refused('Task not validated'));
  await world.creator.validateSingle(task);
  const wrong = { ...result, files: [{ name: '0.json', bytes: Uint8Array.of(1) }] };
  await expect(relay.uploadResult(wrong)).rejects.toMatchObject(refused('Wrong result files uploaded'));
  await relay.uploadResult(result);
  await expect(relay.uploadResult(result)).rejects.toMatchObject(refused('Task not validated'));
  expect(await relay.taskArgs(commitment)).toBeNull();
});

it('waits for a checkpoint until the relay has seen its own report', async () => {
  const { devnet, relay, upload } = await rig();
  await world.node('node');
  const task = await world.creator.create({ ...CHAT, type: 'FineTuneLora' }, { sampled: false });
  await upload(task, FINE_TUNE_ARGS, CHECKPOINT);
  const path = join(tempDir(), 'checkpoint.zip');
  expect(await relay.downloadCheckpoint(task.commitment, path)).toBe(false);
  await devnet.follow();
  expect(await relay.downloadCheckpoint(task.commitment, path)).toBe(true);
  expect(new Uint8Array(readFileSync(path))).toEqual(CHECKPOINT);
});

it.each([600_000, -600_000])('signs with the time of a relay whose clock is %d ms ahead', async (aheadMs) => {
  const { relay, upload } = await rig(aheadMs);
  await world.node('node');
  const task = await world.creator.create(CHAT, { sampled: false });
  await upload(task, ARGS);
  expect(await relay.taskArgs(task.commitment)).toBe(ARGS);
});
