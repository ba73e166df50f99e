import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { verifyRequest } from '../../../protocol/signing/request-signature.ts';
import { verifyWalletMessage } from '../../../protocol/signing/wallet-message.ts';
import { WorkerError } from '../../kit/errors.ts';
import { createSigner } from '../../kit/signer.ts';
import type { RecordedScore } from '../../store/score-ledger.ts';
import { openStore } from '../../store/store.ts';
import { answerJson, type Behaviour, type SeenRequest, startHttpRelay, succeed } from '../../testing/http-relay.ts';
import { commitmentOf, remoteTask, SCORE } from '../../testing/remote-task.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { NetworkClock } from '../network-clock.ts';
import * as refusals from './refusals.ts';
import { createRelayAccount } from './relay-account.ts';
import { RelayClient } from './relay-client.ts';
import { RelayNetwork } from './relay-network.ts';
import { DEFAULT_LIMITS } from './transport.ts';

const NOW = 1_700_000_000_000;
const KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = addressOf(KEY);
const TASK = commitmentOf(1);

async function connect(url?: string, limits = {}) {
  const relay = await startHttpRelay();
  const clock = new NetworkClock(new ManualClock(NOW));
  const options = { relayUrl: url ?? relay.url, signer: createSigner(KEY), clock, limits: { ...DEFAULT_LIMITS, ...limits } };
  const client = new RelayClient(options);
  onTestFinished(() => client.close());
  return { relay, network: new RelayNetwork(client), account: createRelayAccount(client), clock };
}

async function failure(call: Promise<unknown>): Promise<WorkerError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkerError) return error;
  throw new Error(`expected a WorkerError, got ${String(error)}`);
}

/** Only the ledger makes these. */
function recordedScore(): RecordedScore {
  const store = openStore(tempDir(), NOW);
  onTestFinished(() => store.close());
  store.tasks.observe(remoteTask({}), NOW);
  return store.ledger.record(TASK, SCORE, NOW);
}

function verifyBody(request: SeenRequest | undefined, unsigned: readonly string[] = []): Record<string, unknown> {
  const { timestamp, signature, ...payload } = JSON.parse(String(request?.body));
  const signed = Object.fromEntries(Object.entries(payload).filter(([name]) => !unsigned.includes(name)));
  verifyRequest({ payload: signed, timestamp, signature, nowSeconds: NOW / 1000, expectedAddress: ADDRESS });
  return signed;
}

describe('what is sent', () => {
  it('signs reads in the query', async () => {
    const { relay, network } = await connect();
    relay.behave(succeed('1'));
    await failure(network.nodeInfo());
    const { path, query } = relay.seen[0] ?? expect.fail();
    expect(path).toBe(`/v2/node/${ADDRESS}`);
    const [timestamp, signature] = [Number(query.get('timestamp')), String(query.get('signature'))];
    const request = { payload: { address: ADDRESS }, timestamp, signature, nowSeconds: NOW / 1000, expectedAddress: ADDRESS };
    expect(verifyRequest(request)).toBe(ADDRESS);
  });

  it('signs each writing request over exactly its fields (2.4)', async () => {
    const { relay, network } = await connect();
    const gpu = { name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24 };
    const capabilities = { gpu, version: '3.5.0', modelIds: ['base:tiny/model'] };
    await network.submitScore(recordedScore());
    await network.reportError(TASK);
    await network.join({ ...capabilities, network: 'devnet', stakeWei: 400n * 10n ** 18n });
    await network.updateCapabilities(capabilities);
    await network.pause();
    await network.modelDownloaded('base:a/b');
    const about = { address: ADDRESS };
    const machine = { gpu_name: gpu.name, gpu_vram: 24, version: '3.5.0', model_ids: ['base:tiny/model'] };
    expect(relay.seen.map((request) => [request.path, verifyBody(request)])).toEqual([
      [`/v1/inference_tasks/${TASK}/score`, { task_id_commitment: TASK, score: SCORE }],
      [`/v1/inference_tasks/${TASK}/task_error`, { task_id_commitment: TASK, task_error: 1 }],
      [`/v2/node/${ADDRESS}/join`, { ...about, ...machine, network: 'devnet', staking: '400000000000000000000' }],
      [`/v2/node/${ADDRESS}/capabilities`, { ...about, ...machine }],
      [`/v1/node/${ADDRESS}/pause`, about],
      [`/v1/node/${ADDRESS}/model`, { ...about, model_id: 'base:a/b' }],
    ]);
  });

  it('signs a diagnostic report with the characters that the Python node gets wrong', async () => {
    const { relay, network } = await connect();
    await network.reportNodeError({
      commitment: TASK,
      taskArgs: '{}',
      errorType: 'TaskExecutionError',
      message: 'failed',
      stackTrace: 'File "<frozen importlib>" in <module>\na && b',
      gpuCount: 1,
      gpuModel: 'card',
      gpuVramMib: 1,
      executorMode: 'device_map',
      capturedAtMs: NOW + 999,
    });
    const body = JSON.parse(String(relay.seen[0]?.body));
    expect(body.captured_at).toBe(NOW / 1000);
    expect(verifyBody(relay.seen[0], ['captured_at'])).toMatchObject({ stack_trace: expect.stringContaining('<module>') });
  });

  it('uploads files in order, byte for byte, and the checkpoint', async () => {
    const { relay, network } = await connect();
    const checkpointPath = join(tempDir(), 'checkpoint.zip');
    writeFileSync(checkpointPath, 'zip bytes');
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const files = [
      { name: '0.png', bytes },
      { name: '1.png', bytes: new TextEncoder().encode('second') },
    ];
    await network.uploadResult({ commitment: TASK, files, checkpointPath });
    const request = relay.seen[0] ?? expect.fail();
    const headers = { 'content-type': String(request.headers['content-type']) };
    const form = await new Response(Uint8Array.from(request.body), { headers }).formData();
    const uploaded = form.getAll('files') as File[];
    expect(uploaded.map((file) => file.name)).toEqual(['0.png', '1.png']);
    expect(new Uint8Array((await uploaded[0]?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes);
    expect(await (form.get('checkpoint') as File).text()).toBe('zip bytes');
    const timestamp = Number(form.get('timestamp'));
    const signature = String(form.get('signature'));
    const payload = { task_id_commitment: TASK };
    const nowSeconds = NOW / 1000;
    expect(verifyRequest({ payload, timestamp, signature, nowSeconds, expectedAddress: ADDRESS })).toBe(ADDRESS);
  });

  it('signs with the network’s time if the local clock is wrong', async () => {
    const { relay, network, clock } = await connect();
    clock.set({ networkSeconds: NOW / 1000 + 300, sentMs: NOW, receivedMs: NOW + 10 });
    await network.pause();
    const { timestamp } = JSON.parse(String(relay.seen[0]?.body));
    expect(timestamp).toBe(NOW / 1000 + 300);
  });
});

describe('what is understood', () => {
  it('the pointer, with and without a task', async () => {
    const { relay, network } = await connect();
    relay.behave(succeed(`0x${'0'.repeat(64)}`));
    expect(await network.currentTask()).toBeNull();
    relay.behave(succeed(TASK));
    expect(await network.currentTask()).toBe(TASK);
  });

  it('a task that does not exist', async () => {
    const { relay, network } = await connect();
    const data = { field_name: 'task_id_commitment', message: 'Task not found' };
    relay.behave((_, response) => answerJson(response, 400, { message: 'validation_error', data }));
    expect(await network.task(TASK)).toBe('notFound');
  });

  it('an event list that Go writes as null, and invalid rows next to good ones', async () => {
    const { relay, network } = await connect();
    relay.behave(succeed(null));
    expect(await network.eventsAfter(0)).toEqual([]);
    const good = { id: 7, type: 'SomethingNew', node_address: ADDRESS, task_id_commitment: '', args: '{}' };
    relay.behave(succeed([{ id: 6, type: 5 }, good, 'noise']));
    const rows = await network.eventsAfter(5);
    expect(rows.map((row) => (row.kind === 'event' ? row.event.id : ['unreadable', row.id]))).toEqual([
      ['unreadable', 6],
      7,
      ['unreadable', null],
    ]);
    expect(relay.seen.at(-1)?.query.get('start')).toBe('5');
    expect(relay.seen.at(-1)?.query.has('event_type')).toBe(false);
  });

  it('the account’s income, after one log-in with the wallet', async () => {
    const { relay, account } = await connect();
    const other = { id: 2, amount: '5', type: 4, reason: `4-${TASK}` };
    const income = { id: 1, amount: '123456789012345678901', type: 0, reason: `0-${TASK}` };
    relay.behave((request, response) => {
      if (request.path.endsWith('connect_wallet')) return succeed({ token: 'jwt', expires_at: 1 })(request, response);
      if (request.headers.authorization !== 'Bearer jwt') return answerJson(response, 401, { message: 'unauthorized' });
      return succeed({ total: 2, records: [other, income] })(request, response);
    });
    expect(await account.page('taskFee', 1)).toEqual({ total: 2, rows: [other, income] });
    await account.page('taskFee', 1);
    expect(relay.seen.map((request) => request.path.split('/').at(-1))).toEqual(['connect_wallet', 'task_fee', 'task_fee']);
    const { address, timestamp, signature } = JSON.parse(String(relay.seen[0]?.body));
    verifyWalletMessage({ action: 'Connect Wallet', address, timestamp, signature, nowSeconds: NOW / 1000 });
  });

  it('logs in again within the call if a token has expired', async () => {
    const { relay, account } = await connect();
    let token = 'first';
    relay.behave((request, response) => {
      if (request.path.endsWith('connect_wallet')) return succeed({ token })(request, response);
      if (request.headers.authorization !== `Bearer ${token}`) return answerJson(response, 401, { message: 'expired' });
      return succeed({ total: 0, records: null })(request, response);
    });
    await account.page('taskFee', 1);
    token = 'second';
    expect(await account.page('taskFee', 1)).toEqual({ total: 0, rows: [] });
  });

  it('gives up if a fresh token is refused, and treats a missing route as a missing list', async () => {
    const { relay, account } = await connect();
    relay.behave((request, response) => {
      if (request.path.endsWith('connect_wallet')) return succeed({ token: 'jwt' })(request, response);
      return answerJson(response, 401, { message: 'Invalid or expired token' });
    });
    expect(refusals.isUnauthorised(await failure(account.page('taskFee', 1)))).toBe(true);
    relay.behave((request, response) => {
      if (request.path.endsWith('connect_wallet')) return succeed({ token: 'jwt' })(request, response);
      return response.writeHead(404).end('404 page not found');
    });
    expect(await account.page('taskFee', 1)).toBeNull();
    expect(relay.seen.filter((request) => request.path.endsWith('connect_wallet'))).toHaveLength(2);
  });
});

describe('the relay refuses', () => {
  const refusalsOf: readonly [string, Behaviour, Record<string, unknown>][] = [
    [
      'a validation error',
      (_, response) =>
        answerJson(response, 400, {
          message: 'validation_error',
          data: { field_name: 'signature', message: 'Invalid signature' },
        }),
      { httpStatus: 400, field: 'signature', reason: 'Invalid signature' },
    ],
    [
      'an exception',
      (_, response) => answerJson(response, 500, { message: 'node current task is wrong' }),
      { httpStatus: 500, field: '', reason: 'node current task is wrong' },
    ],
    ['a panic', (_, response) => response.writeHead(500).end(), { httpStatus: 500, field: '', reason: '' }],
    [
      'an unknown route',
      (_, response) => response.writeHead(404).end('404 page not found'),
      { httpStatus: 404, field: '', reason: '404 page not found' },
    ],
  ];
  for (const [what, behaviour, data] of refusalsOf) {
    it(`${what}: RELAY_REFUSED, after one attempt`, async () => {
      const { relay, network } = await connect();
      relay.behave(behaviour);
      expect(await failure(network.pause())).toMatchObject({ code: 'RELAY_REFUSED', data });
      expect(relay.seen).toHaveLength(1);
    });
  }

  it('the recognisers distinguish refusals', async () => {
    const { relay, network } = await connect();
    const say = (message: string) =>
      relay.behave((_, response) =>
        answerJson(response, 400, { message: 'validation_error', data: { field_name: 'f', message } }),
      );
    const cases = [
      ['Task not found', refusals.isTaskNotFound],
      ['Illegal task state', refusals.isIllegalTaskState],
      ['Invalid signature', refusals.isSignatureRefused],
      ['Signer not allowed', refusals.isSignerNotAllowed],
      ['Node already joined', refusals.isAlreadyJoined],
      ['Illegal node status', refusals.isIllegalNodeStatus],
    ] as const;
    for (const [message] of cases) {
      say(message);
      const error = await failure(network.pause());
      const recognised = cases.filter(([, test]) => test(error)).map(([name]) => name);
      expect(recognised).toEqual([message]);
      expect(refusals.isOutcomeUnknown(error)).toBe(false);
    }
  });
});

describe('the relay cannot be reached', () => {
  it.each<[string, string, Behaviour]>([
    ['never answers', 'timeout', () => {}],
    ['stops in the middle of its answer', 'timeout', (_, response) => response.writeHead(200).write('{"mess')],
    ['drops the connection', 'reset', (_, response) => response.destroy()],
    ['is behind a gateway that lost it', 'gateway', (_, response) => response.writeHead(502).end('<html>bad gateway')],
    ['wants fewer requests', 'gateway', (_, response) => response.writeHead(429).end()],
  ])('%s: RELAY_UNREACHABLE (%s), after one attempt', async (_, phase, behaviour) => {
    // Short only for the timeout itself: a busy machine may need longer for the others.
    const { relay, network } = await connect(undefined, phase === 'timeout' ? { requestMs: 100 } : undefined);
    relay.behave(behaviour);
    const error = await failure(network.pause());
    expect(error).toMatchObject({ code: 'RELAY_UNREACHABLE', data: { phase } });
    expect(refusals.isOutcomeUnknown(error)).toBe(true);
    expect(relay.seen).toHaveLength(1);
  });

  it('nobody listens: connect', async () => {
    const { network } = await connect('http://127.0.0.1:1');
    expect(await failure(network.currentTask())).toMatchObject({
      code: 'RELAY_UNREACHABLE',
      data: { phase: 'connect', side: 'there' },
    });
  });

  it('the name does not resolve: dns', async () => {
    const { network } = await connect('http://no..such..name');
    expect(await failure(network.currentTask())).toMatchObject({ code: 'RELAY_UNREACHABLE', data: { phase: 'dns' } });
  });
});

describe('an invalid answer', () => {
  it.each<[string, Behaviour]>([
    ['half of a JSON text', (_, response) => response.end('{"message":"success","data":')],
    ['another shape', succeed({ yes: true })],
    ['too many bytes', (_, response) => response.end('x'.repeat(2_000))],
    ['no HTTP', (_, response) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ])('%s: RELAY_BAD_ANSWER', async (_, behaviour) => {
    const { relay, network } = await connect(undefined, { answerBytes: 1_000 });
    relay.behave(behaviour);
    expect((await failure(network.nodeInfo())).code).toBe('RELAY_BAD_ANSWER');
    expect(relay.seen).toHaveLength(1);
  });

  it('a page instead of "success" never counts as a submitted score', async () => {
    const { relay, network } = await connect();
    relay.behave((_, response) => response.end('<html>'));
    expect(refusals.isOutcomeUnknown(await failure(network.submitScore(recordedScore())))).toBe(true);
  });

  it('a download that is too large is aborted', async () => {
    const { relay, network } = await connect(undefined, { downloadBytes: 1_000 });
    relay.behave((_, response) => response.end('x'.repeat(2_000)));
    const path = join(tempDir(), 'checkpoint.zip');
    expect((await failure(network.downloadInputCheckpoint(TASK, path))).code).toBe('RELAY_BAD_ANSWER');
  });
});
