import { encode } from 'fast-png';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { scoreOfFiles } from '../../protocol/scores/score.ts';
import { taskCommitment } from '../../protocol/signing/commitment.ts';
import { publicKeyOf } from '../../protocol/signing/keys.ts';
import { proveVrf } from '../../protocol/vrf/ecvrf.ts';
import { type Actor, createHarness, creationFields, FEE, type Harness } from './testing/harness.ts';
import { refused } from './testing/refusals.ts';

let harness: Harness;
let app: Actor;
let node: Actor;
beforeEach(() => {
  harness = createHarness();
  app = harness.actor('app');
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const [taskId, nonce]: readonly [Hex, Hex] = [`0x${'02'.repeat(32)}`, `0x${'01'.repeat(32)}`];
const commitment = taskCommitment(taskId, nonce);
const path = (rest = '') => `/v1/inference_tasks/${commitment}${rest}`;
const input = new TextEncoder().encode('input checkpoint');
const args = { model: { name: 'a/b' }, dataset: { name: 'c/d' }, validation: {}, train_args: {}, checkpoint: 'input' };
const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 5) % 256);
const files = [encode({ width: 64, height: 64, data, channels: 3, depth: 8 })];
const score = scoreOfFiles('FineTuneLora', files);

async function create(checkpoints: number) {
  const fields = {
    ...creationFields(nonce),
    task_id_commitment: commitment,
    task_args: JSON.stringify(args),
    task_type: 2,
    task_model_ids: ['base:a/b'],
    timeout: 500,
  };
  const form = new FormData();
  for (const [key, value] of Object.entries({ ...fields, ...app.sign(fields) })) form.append(key, String(value));
  for (let i = 0; i < checkpoints; i++) form.append('checkpoint', new Blob([input]), 'checkpoint.zip');
  const response = new Response(form);
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return harness.send({ method: 'POST', url: path(), headers, body: new Uint8Array(await response.arrayBuffer()) });
}

const read = (actor: Actor, rest: string) => actor.get(path(rest), { task_id_commitment: commitment });

test('a multipart creation must have exactly one checkpoint', async () => {
  expect(await create(0)).toMatchObject(refused('checkpoint', 'More than one checkpoint file uploaded'));
  expect(await create(2)).toMatchObject(refused('checkpoint', 'More than one checkpoint file uploaded'));
  expect(await create(1)).toMatchObject({ status: 200, json: { data: { timeout: 500, task_type: 2 } } });
});

test('checkpoints travel from the creator to the node and back', async () => {
  await create(1);
  expect(await read(node, '/checkpoint')).toMatchObject(refused('task_id', 'Task not ready'));
  await node.join({ model_ids: ['base:a/b'] });
  harness.relay.runRound();
  expect(harness.relay.task(commitment)).toMatchObject({ status: 'Started', timeoutSeconds: 500 });
  expect(await read(node, '/checkpoint')).toMatchObject({ status: 200, text: 'input checkpoint' });
  expect(await read(harness.actor('n2'), '/checkpoint')).toMatchObject(refused('signature', 'Signer not allowed'));

  await node.score(commitment, score);
  const seed = harness.relay.task(commitment)?.samplingSeed as Hex;
  const claim = { task_id: taskId, vrf_proof: proveVrf(app.key, seed).proof, public_key: publicKeyOf(app.key) };
  await app.post('/v1/inference_tasks/validate', { task_id_commitments: [commitment], ...claim });
  expect(await read(app, '/results/checkpoint')).toMatchObject(refused('task_id', 'Task checkpoint not uploaded'));
  expect(await node.upload(commitment, files)).toMatchObject(refused('checkpoint', 'Checkpoint not uploaded'));
  const trained = new TextEncoder().encode('trained');
  expect(await node.upload(commitment, files, trained)).toMatchObject({ status: 200 });
  expect(await read(app, '/results/checkpoint')).toMatchObject({ status: 200, text: 'trained' });
  expect(harness.relay.balanceWei(node.address)).toBe(FEE);
});

test('a score of an image task consists of whole hashes', async () => {
  await create(1);
  await node.join({ model_ids: ['base:a/b'] });
  harness.relay.runRound();
  expect(await node.score(commitment, '0x0102')).toMatchObject(refused('score', 'invalid score'));
  expect(await node.score(commitment, score)).toMatchObject({ status: 200 });
});
