import { id } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { textScore } from '../../../protocol/scores/score.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { systemClock } from '../../system.ts';
import type { CreatedTask } from '../creator.ts';
import { CHAT, CNX, keyOf, startTaskWorld, type TaskWorld } from '../testing/task-world.ts';
import { type OldRelay, startOldRelay } from './old-relay.ts';

const ARGS = JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'Is 1 < 2 & 3 > 2?' }] });
const FILE = new TextEncoder().encode('{"text":"yes"}');
const SCORE = textScore([FILE]);

let world: TaskWorld;
let relay: OldRelay;
beforeAll(async () => {
  world = await startTaskWorld();
});
beforeEach(async () => {
  relay = await startOldRelay({ chain: world.chain, privateKey: id('old relay') as Hex, clock: systemClock, pollMs: null });
});
afterEach(async () => {
  await relay.close();
  await world.rewind();
});
afterAll(() => world.stop());

interface Signed {
  readonly by: string;
  readonly payload: Readonly<Record<string, string>>;
  readonly ageSeconds?: number;
}
function proofOf({ by, payload, ageSeconds = 0 }: Signed) {
  const timestamp = Math.floor(systemClock.now() / 1000) - ageSeconds;
  return { timestamp: String(timestamp), signature: signRequest({ payload, timestamp, privateKey: keyOf(by) }) };
}

const pathOf = (task: Pick<CreatedTask, 'commitment'>) => `${relay.url}/v1/inference_tasks/${task.commitment}`;
async function answer(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

async function get(task: Pick<CreatedTask, 'commitment'>, by: string, tail = '', extra: Record<string, string> = {}) {
  const payload = { ...extra, task_id_commitment: task.commitment };
  const query = new URLSearchParams(proofOf({ by, payload })).toString();
  return fetch(`${pathOf(task)}${tail}?${query}`);
}

async function upload(task: CreatedTask, by: string, args = ARGS) {
  const proof = proofOf({ by, payload: { task_args: args, task_id_commitment: task.commitment } });
  const body = new URLSearchParams({ task_args: args, ...proof });
  return answer(await fetch(pathOf(task), { method: 'POST', body }));
}

async function deliver(task: CreatedTask, by: string, bytes: Uint8Array = FILE, proof?: Record<string, string>) {
  const form = new FormData();
  const fields = proof ?? proofOf({ by, payload: { task_id_commitment: task.commitment } });
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('files', new Blob([Uint8Array.from(bytes)]), '0.json');
  return answer(await fetch(`${pathOf(task)}/results`, { method: 'POST', body: form }));
}

const refusal = (field_name: string, message: string) => ({
  status: 400,
  body: { message: 'validation_error', data: { field_name, message } },
});
const notReady = refusal('task_id_commitment', 'Task not ready');
const done = { status: 200, body: { message: 'success' } };

async function started(): Promise<CreatedTask> {
  await world.node('node');
  return world.creator.create(CHAT, { sampled: false });
}

describe('the old relay', () => {
  it('reports its time', async () => {
    const { body } = await answer(await fetch(`${relay.url}/v1/now`));
    expect(body).toEqual({ message: 'success', data: { now: expect.any(Number) } });
  });

  it('carries a task from its arguments to its result, and reports both on the chain', async () => {
    const node = await world.node('node');
    const task = await world.creator.create(CHAT, { sampled: false });
    expect(await answer(await get(task, 'node'))).toEqual(refusal('task_id_commitment', 'Task not found'));
    const uploaded = await upload(task, 'creator');
    expect(uploaded).toMatchObject({ status: 200, body: { message: 'success', data: { status: 0, task_fee: 100, ID: 1 } } });
    expect(await upload(task, 'creator')).toEqual(refusal('task_id_commitment', 'Task already uploaded'));
    expect(await answer(await get(task, 'node', '/checkpoint'))).toEqual(notReady);

    await relay.follow();
    expect(await answer(await get(task, 'node'))).toMatchObject({
      body: { data: { task_args: ARGS, task_id_commitment: task.commitment, status: 1, selected_node: node.address } },
    });
    await expect(upload(task, 'creator')).resolves.toEqual(refusal('task_id_commitment', 'Task not started'));
    const contract = world.chain.contract('VSSTask');
    await contract.send(node, 'submitTaskScore', [task.commitment, SCORE]);
    const notValidated = refusal('task_id_commitment', 'Task not validated');
    expect(await deliver(task, 'node')).toEqual(notValidated);
    await world.creator.validateSingle(task);
    expect(await deliver(task, 'node', Uint8Array.of(1))).toEqual(refusal('files', 'Wrong result files uploaded'));
    expect(await answer(await get(task, 'creator', '/results/0', { index: '0' }))).toMatchObject({ status: 400 });
    expect(await deliver(task, 'node')).toEqual(done);
    expect(await deliver(task, 'node')).toEqual(notValidated);
    expect(await answer(await get(task, 'node'))).toEqual(notReady);

    await relay.follow();
    const file = await get(task, 'creator', '/results/0', { index: '0' });
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(FILE);
    expect((await contract.read('getTask', task.commitment))[0][6]).toBe(8n);
    expect(await answer(await get(task, 'creator', '/results/1', { index: '1' }))).toEqual(refusal('index', 'File not found'));
    expect(await answer(await get(task, 'node'))).toEqual(notReady);
  });

  it('no longer returns arguments once the task has ended', async () => {
    const task = await started();
    await upload(task, 'creator');
    await relay.follow();
    await world.passSeconds(181);
    await world.creator.abort(task.commitment);
    expect(await answer(await get(task, 'node'))).toMatchObject({ status: 200 });
    await relay.follow();
    expect(await answer(await get(task, 'node'))).toEqual(notReady);
    expect(await deliver(task, 'node')).toEqual(refusal('task_id_commitment', 'Task not validated'));
  });

  it('accepts arguments only from the creator, for a started task, in the form of its type', async () => {
    const waiting = await world.creator.create(CHAT);
    expect(await upload(waiting, 'creator')).toEqual(refusal('task_id_commitment', 'Task not started'));
    await world.node('node');
    expect(await upload(waiting, 'node')).toEqual(refusal('signature', 'Signer not allowed'));
    expect(await upload(waiting, 'creator', '{"model":7}')).toMatchObject({
      status: 400,
      body: { data: { field_name: 'task_args' } },
    });
    expect(await upload(waiting, 'creator')).toMatchObject({ status: 200 });
    const unknown = { ...waiting, commitment: id('unknown') as Hex };
    expect(await upload(unknown, 'creator')).toEqual(refusal('task_id_commitment', 'Task not found'));
  });

  it('answers only the node and the creator, and no stale or broken signature', async () => {
    const task = await started();
    await upload(task, 'creator');
    expect(await answer(await get(task, 'creator'))).toMatchObject({ status: 200 });
    expect(await answer(await get(task, 'stranger'))).toEqual(refusal('signature', 'Signer not allowed'));
    const payload = { task_id_commitment: task.commitment };
    const stale = proofOf({ by: 'node', payload, ageSeconds: 120 });
    const ask = async (proof: Record<string, string>) => answer(await fetch(`${pathOf(task)}?${new URLSearchParams(proof)}`));
    expect(await ask(stale)).toEqual(refusal('signature', 'Invalid signature'));
    const broken = { ...proofOf({ by: 'node', payload }), signature: '0x1234' };
    expect(await ask(broken)).toEqual(refusal('signature', 'Invalid signature'));
    // The results route calls a broken one an exception.
    expect(await deliver(task, 'node', FILE, broken)).toMatchObject({ status: 500 });
    expect(await deliver(task, 'node', FILE, stale)).toEqual(refusal('Signature', 'Invalid signature'));
    expect(await deliver(task, 'stranger')).toEqual(refusal('signature', 'Signer not allowed'));
  });

  it('is the account from which the contracts accept reports', async () => {
    const task = await started();
    expect(relay.address).toBe(addressOf(id('old relay') as Hex));
    const former = world.chain.contract('VSSTask').send(world.relay, 'reportTaskParametersUploaded', [task.commitment]);
    await expect(former).rejects.toMatchObject({ message: 'Invalid caller' });
    expect(await world.chain.balance(relay.address)).toBeLessThanOrEqual(100n * CNX);
  });
});
