import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { addressOf } from '../../protocol/signing/keys.ts';
import type { RelayConfigInput } from '../relay/config.ts';
import { createRelay, type Relay } from '../relay/relay.ts';
import {
  type Actor,
  answerOf,
  createActor,
  FEE,
  keyOf,
  LLM_ARGS,
  llmResult,
  MODEL,
  planSampling,
  STAKE,
  seededRandom,
} from '../relay/testing/harness.ts';
import { systemClock, systemRandom } from '../system.ts';
import { createApplication, type Progress } from './application.ts';

const NODES = ['n1', 'n2', 'n3'] as const;
const SPEC = { type: 'Llm', args: LLM_ARGS, modelIds: [MODEL], feeWei: FEE } as const;

let relay: Relay;
afterEach(() => relay?.close());

async function network({ sampled = false, config = {} }: { sampled?: boolean; config?: RelayConfigInput } = {}) {
  const samplingModulus = sampled ? 1 : 1_000_000;
  relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    samplingSeed: planSampling(['app'], { modulus: samplingModulus, sampled, seed: 'application' }),
    config: {
      ...config,
      samplingModulus,
      times: { scan: 0.02, ...config.times },
      genesis: {
        accounts: [{ address: addressOf(keyOf('app')), balanceWei: 10n * FEE }],
        stakes: NODES.map((name) => ({ address: addressOf(keyOf(name)), stakeWei: STAKE })),
      },
    },
  });
  const relayUrl = await relay.listen();
  const send = async (request: Parameters<Relay['handle']>[0]) => answerOf(await relay.handle(request));
  const nodes = NODES.map((name) => createActor(name, { clock: systemClock, random: seededRandom(name), send }));
  for (const node of nodes) await node.join();
  const application = createApplication({
    relayUrl,
    privateKey: keyOf('app'),
    clock: systemClock,
    random: systemRandom,
    samplingModulus,
    pollMs: 10,
  });
  return { application, nodes };
}

/** Nodes that act as soon as their task changes; `answers` are in order of creation. */
function robots(nodes: readonly Actor[], answers: readonly string[]) {
  const seen: Progress[] = [];
  const order: string[] = [];
  const pending: Promise<unknown>[] = [];
  const textOf = (commitment: string) => answers[order.indexOf(commitment)] ?? '';
  const onProgress = (progress: Progress) => {
    seen.push(progress);
    if (progress.kind === 'created') order.push(progress.task.commitment);
    if (progress.kind !== 'status') return;
    const { commitment, status, selectedNode } = progress.task;
    const node = nodes.find((candidate) => candidate.address === selectedNode);
    if (node === undefined) return;
    const text = textOf(commitment);
    if (status === 'Started' && text === 'error') pending.push(node.reportError(commitment));
    else if (status === 'Started' && text !== 'silent') pending.push(node.score(commitment, llmResult(text).score));
    else if (status === 'Validated' || status === 'GroupValidated') pending.push(node.upload(commitment, llmResult(text).files));
  };
  return { seen, onProgress, pending };
}

test('a single task: result checked, node paid', async () => {
  const { application, nodes } = await network();
  const { onProgress, seen } = robots(nodes, ['four']);
  const outcome = await application.runTask(SPEC, { onProgress });
  expect(outcome).toMatchObject({ kind: 'success', sampled: false, group: null, winner: { status: 'EndSuccess' } });
  expect(outcome.kind === 'success' && new TextDecoder().decode(outcome.files[0])).toBe('{"text":"four"}');
  expect(await application.relay.balanceWei()).toBe(9n * FEE);
  expect(seen.map((progress) => progress.kind)).toContain('validated');
});

test('a sampled task becomes a group; the cheating node loses its stake', async () => {
  const { application, nodes } = await network({ sampled: true });
  const { onProgress } = robots(nodes, ['four', 'four', 'five']);
  const outcome = await application.runTask(SPEC, { onProgress });
  expect(outcome).toMatchObject({ kind: 'success', sampled: true, group: { row: 'AAB', followsRules: true } });
  expect(outcome.tasks.map((task) => task.status).toSorted()).toEqual(['EndGroupRefund', 'EndGroupSuccess', 'EndInvalidated']);
  expect(relay.totals().slashedWei).toBe(STAKE);
  expect(await application.relay.balanceWei()).toBe(9n * FEE);
});

test('three different results: nobody wins, everything comes back', async () => {
  const { application, nodes } = await network({ sampled: true });
  const { onProgress } = robots(nodes, ['three', 'four', 'five']);
  const outcome = await application.runTask(SPEC, { onProgress });
  expect(outcome).toMatchObject({ kind: 'noMajority', group: { row: 'ABC', followsRules: true } });
  expect(await application.relay.balanceWei()).toBe(10n * FEE);
});

test('a reported error ends the task and returns the fee', async () => {
  const { application, nodes } = await network();
  const { onProgress } = robots(nodes, ['error']);
  expect(await application.runTask(SPEC, { onProgress })).toMatchObject({
    kind: 'errorReported',
    tasks: [{ status: 'EndAborted' }],
  });
  expect(await application.relay.balanceWei()).toBe(10n * FEE);
});

test('a silent node: the task is aborted when it times out', async () => {
  const { application, nodes } = await network({ config: { times: { executionMin: 0.5, executionMax: 1 } } });
  const { onProgress } = robots(nodes, ['silent']);
  expect(await application.runTask(SPEC, { onProgress })).toMatchObject({ kind: 'aborted', reason: 'Timeout' });
});

test("a refusal, bad input and a signal end it with a coded error or the signal's reason", async () => {
  const { application } = await network();
  await expect(application.runTask({ ...SPEC, feeWei: '-1' })).rejects.toMatchObject({ code: 'DEVNET_BAD_TASK' });
  await expect(application.runTask({ ...SPEC, feeWei: (11n * FEE).toString() })).rejects.toMatchObject({
    code: 'DEVNET_RELAY_REFUSED',
    data: { httpStatus: 400, field: 'task_fee', refusal: 'Insufficient relay account balance' },
  });
  const stopping = new AbortController();
  const running = application.runTask(SPEC, {
    signal: stopping.signal,
    onProgress: () => stopping.abort(new Error('enough')),
  });
  await expect(running).rejects.toThrow('enough');
});

test('a relay that is missing or sends nonsense is unreachable', async () => {
  await network();
  const server = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const relayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { relayUrl, privateKey: keyOf('app'), clock: systemClock, random: systemRandom, samplingModulus: 10 };
  const application = createApplication(options);
  await expect(application.relay.balanceWei()).rejects.toMatchObject({ code: 'DEVNET_RELAY_UNREACHABLE' });
  await new Promise((resolve) => server.close(resolve));
  await expect(application.relay.balanceWei()).rejects.toMatchObject({ code: 'DEVNET_RELAY_UNREACHABLE' });
});

test('files that do not hash to the score are refused', async () => {
  const { application, nodes } = await network();
  const { onProgress } = robots(nodes, ['four']);
  const tampered = createServer(async (request, response) => {
    const isResult = request.url?.includes('/results/') === true;
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const headers = { 'content-type': request.headers['content-type'] ?? 'text/plain' };
    const answer = await relay.handle({
      method: request.method === 'POST' ? 'POST' : 'GET',
      url: request.url ?? '/',
      headers,
      ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
    });
    response.writeHead(answer.status).end(isResult ? 'other bytes' : answer.bytes);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => tampered.once('listening', resolve));
  const relayUrl = `http://127.0.0.1:${(tampered.address() as AddressInfo).port}`;
  const victim = createApplication({
    relayUrl,
    privateKey: keyOf('app'),
    clock: systemClock,
    random: systemRandom,
    samplingModulus: 1_000_000,
    pollMs: 10,
  });
  await expect(victim.runTask(SPEC, { onProgress })).rejects.toMatchObject({ code: 'DEVNET_WRONG_RESULT' });
  tampered.closeAllConnections();
  await new Promise((resolve) => tampered.close(resolve));
  expect(application.address).toBe(victim.address);
});
