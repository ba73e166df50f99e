import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesToHex } from '../../../protocol/hex.ts';
import { signDigest } from '../../../protocol/signing/recoverable.ts';
import { requestDigest } from '../../../protocol/signing/request-signature.ts';
import { createHarness, type Harness, keyOf, START_MS } from '../testing/harness.ts';
import { refused } from '../testing/refusals.ts';

let harness: Harness;
beforeEach(() => {
  harness = createHarness();
});
afterEach(() => harness.relay.close());

const post = (url: string, body: string, type = 'application/json') =>
  harness.send({ method: 'POST', url, headers: { 'content-type': type }, body });

test('reports its time in seconds', async () => {
  await harness.clock.tick(2_700);
  const { json } = await harness.send({ method: 'GET', url: '/v1/now' });
  expect(json).toEqual({ message: 'success', data: { now: START_MS / 1000 + 2 } });
});

test('an unknown route is plain text', async () => {
  expect(await harness.send({ method: 'GET', url: '/v3/nothing' })).toMatchObject({ status: 404, text: '404 page not found' });
});

test('a body that is not JSON is refused without a field', async () => {
  const answer = await post('/v1/inference_tasks/validate', '{"task_id": ');
  expect(answer).toMatchObject({ status: 400, json: { message: 'validation_error', data: { field_name: '' } } });
});

test('the first missing field is reported by its JSON name', async () => {
  expect(await post('/v1/inference_tasks/0x00/score', '{}')).toMatchObject(refused('timestamp', 'required'));
  expect(await post('/v1/inference_tasks/0x00/score', '{"timestamp": 0}')).toMatchObject(refused('timestamp', 'required'));
  expect(await post('/v1/inference_tasks/0x00/score', '{"timestamp": 1}')).toMatchObject(refused('signature', 'required'));
});

test('routes without JSON names report the Go field', async () => {
  const answer = await harness.send({ method: 'GET', url: '/v1/inference_tasks/0x00/selected_node' });
  expect(answer).toMatchObject(refused('Timestamp', 'required'));
});

test('a number sent as text is a type error in JSON, but accepted in a query', async () => {
  const answer = await post('/v1/inference_tasks/0x00/score', '{"timestamp": "1", "signature": "0x"}');
  expect(answer).toMatchObject({
    status: 400,
    json: { data: { field_name: 'timestamp', message: expect.stringContaining('unmarshal') } },
  });
  expect(await harness.send({ method: 'GET', url: '/v1/events?start=0&limit=1' })).toMatchObject({ status: 200 });
  expect(await harness.send({ method: 'GET', url: '/v1/events?start=-1' })).toMatchObject({ status: 400 });
});

test('a signature shorter than its prefix gives an empty 500 on v1, and counts as no credentials on v2', async () => {
  const body = '{"timestamp": 1, "signature": "x"}';
  expect(await post('/v1/node/0x00/pause', body)).toMatchObject({ status: 500, text: '' });
  const { address } = harness.actor('n1');
  const answer = await harness.send({ method: 'GET', url: `/v2/node/${address}?timestamp=1&signature=x` });
  expect(answer).toMatchObject({ status: 401, json: { message: 'Valid JWT or signature required' } });
});

test('a signature is valid for 60 seconds, including the 60th', async () => {
  const node = harness.actor('n1');
  await node.join();
  const payload = { address: node.address };
  const signed = node.sign(payload);
  const pause = () => post(`/v1/node/${node.address}/pause`, JSON.stringify(signed));
  await harness.clock.tick(61_000);
  expect(await pause()).toMatchObject(refused('signature', 'Invalid signature'));
  const late = createHarness();
  await late.actor('n1').join();
  await late.clock.tick(60_000);
  const body = JSON.stringify(signed);
  const answer = await late.send({
    method: 'POST',
    url: `/v1/node/${node.address}/pause`,
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(answer).toMatchObject({ status: 200 });
  await late.relay.close();
});

test('an address in different case is another signer', async () => {
  const node = harness.actor('n1');
  const lower = node.address.toLowerCase();
  const answer = await node.post(`/v1/node/${lower}/pause`, { address: lower });
  expect(answer).toMatchObject(refused('signature', 'Signer not allowed'));
});

test('a signature over unescaped <, > and & passes only if lenient', async () => {
  const strict = createHarness({ config: { lenientSignatures: false } });
  for (const [relay, allowed] of [
    [harness, true],
    [strict, false],
  ] as const) {
    const node = relay.actor('n1');
    await node.join();
    const payload = { address: node.address, model_id: 'lora:https://example.org/?a=1&b=2' };
    const timestamp = Math.floor(relay.clock.now() / 1000);
    const signature = bytesToHex(signDigest(requestDigest(payload, timestamp, 'python'), keyOf('n1')));
    const body = JSON.stringify({ ...payload, timestamp, signature });
    const url = `/v1/node/${node.address}/model`;
    const answer = await relay.send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body });
    expect(answer).toMatchObject(allowed ? { status: 200 } : refused('signature', 'Signer not allowed'));
    await relay.relay.close();
  }
});

test('a body over the limit is refused', async () => {
  const small = createHarness({ config: { maxBodyBytes: 1000 } });
  const answer = await small.send({
    method: 'POST',
    url: '/v1/inference_tasks/validate',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ task_id: 'x'.repeat(2000) }),
  });
  expect(answer).toMatchObject(refused('', 'http: request body too large'));
  await small.relay.close();
});
