import { afterEach, beforeEach, expect, test } from 'vitest';
import { inferenceTaskSchema } from '../../../protocol/wire/task.ts';
import { type Actor, createHarness, creationFields, FEE, type Harness, llmResult } from '../testing/harness.ts';
import { failed, refused, SUCCESS } from '../testing/refusals.ts';

let harness: Harness;
let app: Actor;
let node: Actor;
beforeEach(() => {
  harness = createHarness({ creators: ['app', 'other'] });
  app = harness.actor('app');
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const path = (commitment: string, rest = '') => `/v1/inference_tasks/${commitment}${rest}`;
const { files, score } = llmResult('four');

async function startedTask() {
  await node.join();
  const task = await app.createTask();
  harness.relay.runRound();
  return task;
}

const imageArgs = (base64: string) =>
  JSON.stringify({ model: 'qwen/qwen3-8b', messages: [{ role: 'user', content: [{ type: 'image', base64 }] }] });

test.each([
  [
    'args that do not match the schema',
    { task_args: '{"model": ""}' },
    { status: 400, json: { data: { field_name: 'task_args' } } },
  ],
  ['args that are not JSON', { task_args: '{' }, { status: 500 }],
  [
    'a fine-tune task without timeout',
    { task_type: 2, task_args: '{}' },
    { status: 400, json: { data: { field_name: 'task_args' } } },
  ],
  [
    'an image that is not base64',
    { task_args: imageArgs('not*base64') },
    failed('decode llm image base64: illegal base64 data at input byte 3'),
  ],
  [
    'an image of an unknown format',
    { task_args: imageArgs('bm90IGFuIGltYWdl') },
    failed('read llm image dimensions: image: unknown format'),
  ],
  ['a version of two parts', { task_version: '3.0' }, refused('task_version', 'Invalid task version')],
  ['a version with letters', { task_version: '3.0.x' }, refused('task_version', 'Invalid task version')],
  ['no min_vram', { min_vram: null }, { status: 500, text: '' }],
  ['no required_gpu', { required_gpu: null }, { status: 500, text: '' }],
  ['too high a fee', { task_fee: (101n * FEE).toString() }, refused('task_fee', 'Insufficient relay account balance')],
  ['no nonce', { nonce: '' }, refused('nonce', 'required')],
  ['no models', { task_model_ids: null }, refused('task_model_ids', 'required')],
  ['a negative fee', { task_fee: '-1' }, refused('', 'not a valid big integer: -1')],
])('creation refuses %s', async (_, overrides, expected) => {
  const { answer } = await app.createTask({ overrides });
  expect(answer).toMatchObject(expected);
  expect(harness.relay.totals().escrowWei).toBe(0n);
});

test('creation checks the version before the money, and the args before the version', async () => {
  const poor = { task_fee: (101n * FEE).toString(), task_version: 'x' };
  expect((await app.createTask({ overrides: poor })).answer).toMatchObject(refused('task_version', 'Invalid task version'));
  const worse = { ...poor, task_args: '{"model": ""}' };
  expect((await app.createTask({ overrides: worse })).answer).toMatchObject({ json: { data: { field_name: 'task_args' } } });
});

test('a commitment can only be used once', async () => {
  const task = await app.createTask();
  const overrides = { task_id_commitment: task.commitment };
  const again = await app.post(
    path(task.commitment),
    JSON.parse(JSON.stringify({ ...creationFields(task.nonce), ...overrides })),
  );
  expect(again).toMatchObject(refused('task_id_commitment', 'Task already uploaded'));
  expect(harness.relay.balanceWei(app.address)).toBe(99n * FEE);
});

test('a task can be created with a form, as the Python tooling does', async () => {
  const commitment = `0x${'ab'.repeat(32)}`;
  const fields = { task_id_commitment: commitment, ...creationFields(`0x${'01'.repeat(32)}`) };
  const { timestamp, signature } = app.sign(fields);
  const body = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...fields, timestamp, signature })) {
    for (const item of [value].flat()) body.append(key, String(item));
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await harness.send({ method: 'POST', url: path(commitment), headers, body: body.toString() });
  expect(answer).toMatchObject({ status: 200, json: { data: { creator: app.address, task_id_commitment: commitment } } });
});

test('stored arguments are canonical, with lower-case model ids', async () => {
  const args = { seed: 7, model: 'Qwen/Qwen3-8B', messages: [{ role: 'user', content: '1 < 2' }] };
  const overrides = { task_args: JSON.stringify(args), task_model_ids: ['base:Qwen/Qwen3-8B'] };
  const { answer } = await app.createTask({ overrides });
  const task = inferenceTaskSchema.parse((answer.json as { data: unknown }).data);
  expect(task.taskArgs).toBe('{"messages":[{"content":"1 \\u003c 2","role":"user"}],"model":"qwen/qwen3-8b","seed":7}');
  expect(task.modelIds).toEqual(['base:qwen/qwen3-8b']);
  expect(task).toMatchObject({ status: 'Queued', selectedNode: null, feeWei: FEE, timeoutSeconds: 0, startTimeMs: null });
});

test('a task is only shown to its creator and its node', async () => {
  const task = await startedTask();
  const payload = { task_id_commitment: task.commitment };
  expect(await app.get(path(task.commitment), payload)).toMatchObject({ status: 200 });
  expect(harness.relay.task(task.commitment)?.deliveredTimeMs).toBeNull();
  await harness.clock.tick(1_000);
  expect(await node.get(path(task.commitment), payload)).toMatchObject({
    status: 200,
    json: { data: { selected_node: node.address } },
  });
  const delivered = harness.relay.task(task.commitment)?.deliveredTimeMs;
  expect(delivered).toBe(harness.clock.now());
  await harness.clock.tick(1_000);
  await node.get(path(task.commitment), payload);
  expect(harness.relay.task(task.commitment)?.deliveredTimeMs).toBe(delivered);
  expect(await harness.actor('other').get(path(task.commitment), payload)).toMatchObject(
    refused('signature', 'Signer not allowed'),
  );
  const unknown = `0x${'00'.repeat(32)}`;
  expect(await app.get(path(unknown), { task_id_commitment: unknown })).toMatchObject(
    refused('task_id_commitment', 'Task not found'),
  );
});

test('a score is refused by state, signer, form, in this order', async () => {
  const queued = await app.createTask();
  expect(await node.score(queued.commitment, 'zz')).toMatchObject(refused('task_id_commitment', 'Illegal task state'));
  await node.join();
  harness.relay.runRound();
  expect(await app.score(queued.commitment, 'zz')).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await node.score(queued.commitment, 'zz')).toMatchObject(refused('score', 'invalid score'));
  expect(await node.score(queued.commitment, '')).toMatchObject(refused('score', 'invalid score'));
  expect(await node.score(queued.commitment, score)).toMatchObject({ status: 200, json: SUCCESS });
  expect(await node.score(queued.commitment, score)).toMatchObject(refused('task_id_commitment', 'Illegal task state'));
});

test('an error report: like a score, and its number must not be 0', async () => {
  const task = await startedTask();
  const report = { task_id_commitment: task.commitment, task_error: 0 };
  expect(await node.post(path(task.commitment, '/task_error'), report)).toMatchObject(refused('task_error', 'required'));
  expect(await app.reportError(task.commitment)).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await node.reportError(task.commitment)).toMatchObject({ status: 200, json: SUCCESS });
  expect(await node.reportError(task.commitment)).toMatchObject(refused('task_id_commitment', 'Illegal task state'));
});

test('results are refused by signer, state, files, hash', async () => {
  const task = await startedTask();
  const upload = (what = files) => node.upload(task.commitment, what);
  expect(await app.upload(task.commitment, files)).toMatchObject(refused('Signature', 'Signer not allowed'));
  expect(await upload()).toMatchObject(refused('task_id_commitment', 'Task not validated'));
  await node.score(task.commitment, score);
  await app.validate([task]);
  expect(await upload([])).toMatchObject(refused('files', 'Files is empty'));
  expect(await upload([...llmResult('five').files])).toMatchObject(refused('files', 'Wrong result files uploaded'));
  expect(await upload([...files, ...files])).toMatchObject(refused('files', 'Wrong result files uploaded'));
  expect(harness.relay.task(task.commitment)?.status).toBe('Validated');
  expect(await upload()).toMatchObject({ status: 200, json: SUCCESS });
  expect(await upload()).toMatchObject(refused('task_id_commitment', 'Task not validated'));
});

test('an upload with a broken signature gives a 500, as does one that is not multipart', async () => {
  const form = new FormData();
  form.append('timestamp', String(harness.clock.now() / 1000));
  form.append('signature', '0xnonsense');
  const response = new Response(form);
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  const url = path(`0x${'00'.repeat(32)}`, '/results');
  const body = new Uint8Array(await response.arrayBuffer());
  expect(await harness.send({ method: 'POST', url, headers, body })).toMatchObject({ status: 500 });
  expect(await node.post(url, {})).toMatchObject({ status: 500 });
});

test('the creator can read results once they are available', async () => {
  const task = await startedTask();
  const read = (actor: Actor, index = '0') =>
    actor.get(path(task.commitment, `/results/${index}`), { index, task_id_commitment: task.commitment });
  expect(await read(app)).toMatchObject(refused('task_id', 'Task results not uploaded'));
  await node.score(task.commitment, score);
  await app.validate([task]);
  await node.upload(task.commitment, files);
  expect(await read(node)).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await read(app, '1')).toMatchObject(refused('index', 'File not found'));
  expect(await read(app, '..%2f0')).toMatchObject({ status: 400 });
  expect(await read(app)).toMatchObject({ status: 200, text: '{"text":"four"}' });
  const checkpoint = await app.get(path(task.commitment, '/results/checkpoint'), { task_id_commitment: task.commitment });
  expect(checkpoint).toMatchObject(refused('task_id', 'Checkpoint file not found'));
});

test("the selected node's key is capitalised", async () => {
  const queued = await app.createTask();
  const payload = { task_id_commitment: queued.commitment };
  expect(await app.get(path(queued.commitment, '/selected_node'), payload)).toMatchObject(
    refused('task_id_commitment', 'Task not started'),
  );
  await node.join();
  harness.relay.runRound();
  const { json } = await app.get(path(queued.commitment, '/selected_node'), payload);
  expect(json).toEqual({
    message: 'success',
    Data: {
      address: node.address,
      status: 2,
      gpu_name: 'NVIDIA GeForce RTX 4090+Linux',
      gpu_vram: 24,
      version: '3.5.0',
      network: 'devnet',
    },
  });
});

test('a creator can cancel while the task is queued', async () => {
  const task = await app.createTask();
  const cancel = (actor: Actor, reason: number) =>
    actor.post(path(task.commitment, '/abort_reason'), { task_id_commitment: task.commitment, abort_reason: reason });
  expect(await cancel(harness.actor('other'), 7)).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await cancel(app, 1)).toMatchObject(refused('abort_reason', 'Abort reason not allowed'));
  expect(await cancel(app, 7)).toMatchObject({ status: 200, json: SUCCESS });
  expect(harness.relay.task(task.commitment)).toMatchObject({ status: 'EndAborted', abortReason: 'CreatorCancelled' });
  expect(harness.relay.balanceWei(app.address)).toBe(100n * FEE);
  expect(await cancel(app, 7)).toMatchObject(refused('task_id_commitment', 'Task can no longer be cancelled'));
});

test('validation checks count, signature, existence, creator, state', async () => {
  const task = await startedTask();
  const two = await app.validate([task, task]);
  expect(two).toMatchObject(refused('task_id_commitments', 'TaskIDCommitments length incorrect'));
  expect(await harness.actor('other').validate([task])).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await app.validate([task])).toMatchObject(failed('illegal task state'));
  expect(await app.validate([{ ...task, commitment: `0x${'00'.repeat(32)}` }])).toMatchObject(failed('record not found'));
  await node.score(task.commitment, score);
  expect(await app.validate([{ ...task, taskId: `0x${'00'.repeat(32)}` }])).toMatchObject(failed('task id incorrect'));
  expect(await app.validate([task, task, task])).toMatchObject(failed('task group records are incomplete'));
  expect(await app.validate([task])).toMatchObject({ status: 200, json: SUCCESS });
});

test('an unsampled task cannot be a group, nor a sampled one a single task', async () => {
  const sampled = createHarness({ sampled: true });
  const creator = sampled.actor('app');
  await sampled.actor('n1').join();
  const task = await creator.createTask();
  sampled.relay.runRound();
  await sampled.actor('n1').score(task.commitment, score);
  expect(await creator.validate([task])).toMatchObject(failed('task is selected for validation'));
  await sampled.relay.close();

  const nodes = ['n1', 'n2', 'n3'].map((name) => harness.actor(name));
  for (const member of nodes) await member.join();
  const first = await app.createTask();
  const group = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  harness.relay.runRound();
  for (const member of nodes) await member.score(await member.currentTask(), score);
  expect(await app.validate(group)).toMatchObject(failed('task is not selected for validation'));
});

test("the proof must be the creator's and about the right seed", async () => {
  const task = await startedTask();
  await node.score(task.commitment, score);
  const claim = { task_id_commitments: [task.commitment], task_id: task.taskId };
  const post = (fields: object) => app.post('/v1/inference_tasks/validate', { ...claim, ...fields });
  const proof = `0x${'02'.repeat(81)}`;
  expect(await post({ vrf_proof: proof, public_key: '0x04' })).toMatchObject(failed('invalid public key'));
  const publicKey = `0x${'11'.repeat(64)}`;
  expect(await post({ vrf_proof: '0x00', public_key: publicKey })).toMatchObject(failed('invalid vrf proof'));
  expect(await post({ vrf_proof: proof, public_key: publicKey })).toMatchObject(failed('not task creator'));
  expect(harness.relay.task(task.commitment)?.status).toBe('ScoreReady');
});
