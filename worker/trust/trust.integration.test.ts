/** The evidence of a node with the devnet's own relay: real HTTP, real store, real files; only the engine is a double. */

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { qosExplanationSchema } from '../../contract/standing.ts';
import { caseFileSchema } from '../../contract/trust.ts';
import { createHarness, keyOf, llmResult, MODEL, STAKE, START_MS } from '../../devnet/relay/testing/harness.ts';
import type { Hex } from '../../protocol/hex.ts';
import { combinedQos, isExcluded, POOL_SIZE } from '../../protocol/node/qos.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { redaction } from '../kit/redaction.ts';
import { createSigner } from '../kit/signer.ts';
import { NetworkClock } from '../networks/network-clock.ts';
import { RelayReader } from '../networks/relay/relay-reader.ts';
import { succeedWith } from '../testing/fake-engine.ts';
import { CaseArchive } from './case-archive.ts';
import { caseDir } from './case-collector.ts';
import type { LocalNodeFacts } from './no-task-facts.ts';
import { readNoTasks, readQos } from './standing.ts';
import { type DevnetNode, devnetNode } from './testing/devnet-node.ts';

/** Our node answers B, the two others A: row AAB. */
async function outvotedTask(node: DevnetNode): Promise<Hex> {
  const { harness, engine, feed } = node;
  const { actor, relay, clock } = harness;
  for (const name of ['n1', 'n2', 'n3']) await actor(name).join();
  await feed.poll();
  const app = actor('app');
  const first = await app.createTask();
  const tasks = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  relay.runRound();
  const commitment = (await actor('n1').currentTask()) as Hex;
  engine.answer = succeedWith('{"text":"B"}');
  await clock.tick(1_000);
  // Execute, then submit.
  for (let i = 0; i < 2; i++) await node.cycle(commitment);
  for (const name of ['n2', 'n3']) await actor(name).score(await actor(name).currentTask(), llmResult('A').score);
  await clock.tick(1_000);
  expect(await app.validate(tasks)).toMatchObject({ status: 200 });
  return commitment;
}

describe('a slash on the devnet leaves a case', () => {
  it('with its own score and files, the group inferred from public events, and the rule', async () => {
    const node = await devnetNode({ sampled: true });
    const { store, collector, feed, harness, dataDir } = node;
    const commitment = await outvotedTask(node);
    await feed.poll();
    await node.cycle(commitment);
    expect(await collector.completeAll()).toBe(true);

    const file = store.cases.find(commitment);
    expect(caseFileSchema.parse(file)).toEqual(file);
    expect(file).toMatchObject({
      kind: 'slashed',
      commitment,
      fault: { code: 'minorityScore', party: 'thisNode', certainty: 'certain' },
      review: { kind: 'slashed', amountWei: STAKE.toString() },
      own: { score: llmResult('B').score, cause: { code: 'none' }, files: [{ state: 'kept', path: 'files/0.json' }] },
      group: { rules: { row: 'AAB', lawful: 'EndInvalidated', explained: true } },
      deviations: [],
    });
    const members = harness.relay.tasks().map((task) => [task.commitment, task.selectedNode, task.score]);
    const found = file?.group?.members.map((member) => [member.commitment, member.node, member.score]);
    expect(found?.toSorted()).toEqual(members.toSorted());
    expect(file?.own.executions).toMatchObject([{ outcome: 'scored', machine: { engine: { version: '3.5.0' } } }]);
    const states = file?.timeline.filter((entry) => entry.code === 'status').map((entry) => entry.value);
    expect(new Set(states)).toEqual(new Set(['Queued', 'Started', 'ScoreReady', 'EndInvalidated']));
    expect(readFileSync(join(caseDir(dataDir, commitment), 'files', '0.json'), 'utf8')).toBe('{"text":"B"}');
  });

  it('that can be exported, without the key', async () => {
    const node = await devnetNode({ sampled: true });
    const commitment = await outvotedTask(node);
    await node.feed.poll();
    await node.cycle(commitment);
    await node.collector.completeAll();
    const { store, dataDir, harness } = node;
    const without = redaction({ secrets: [keyOf('n1')], homeDir: '/home/mara', userName: 'mara' });
    const archive = new CaseArchive({ store, dataDir, redaction: without, clock: harness.clock });
    expect(archive.list({ limit: 5, before: null })).toMatchObject([{ id: commitment, kind: 'slashed', complete: true }]);
    await expect(archive.export('nothing', join(dataDir, 'x.zip'))).rejects.toMatchObject({ code: 'TRUST_UNKNOWN_CASE' });
    const destination = join(dataDir, 'case.zip');
    const manifest = await archive.export(commitment, destination);
    const bundle = unzipSync(readFileSync(destination));
    expect(Object.keys(bundle).toSorted()).toEqual(['case.json', 'files/0.json', 'manifest.json']);
    expect(manifest.leftOut).toEqual([]);
    expect(Buffer.concat(Object.values(bundle)).toString('latin1').toLowerCase()).not.toContain(keyOf('n1').slice(2));
  });

  it('in passive mode is an invalidation under review until the admin slashes', async () => {
    const node = await devnetNode({ sampled: true, config: { passiveSlash: true } });
    const { store, collector, feed, harness } = node;
    const commitment = await outvotedTask(node);
    await node.cycle(commitment);
    await feed.poll();
    await collector.completeAll();
    expect(store.cases.find(commitment)).toMatchObject({
      kind: 'invalidated',
      review: { kind: 'underReview' },
      deviations: ['relayPassiveSlash'],
      group: { rules: { row: 'AAB' } },
    });
    harness.relay.slash({ address: harness.actor('n1').address, commitment });
    await feed.poll();
    await collector.completeAll();
    expect(store.cases.find(commitment)).toMatchObject({ kind: 'slashed', review: { kind: 'slashed' }, deviations: [] });
    expect(store.cases.page(10, null)).toHaveLength(1);
  });

  it('an execution timeout leaves one too, with its cost', async () => {
    const node = await devnetNode({ config: { times: { executionMax: 20 } } });
    const { store, collector, feed, harness } = node;
    const { actor, relay, clock } = harness;
    await actor('n1').join();
    await feed.poll();
    await actor('app').createTask();
    relay.runRound();
    const commitment = (await actor('n1').currentTask()) as Hex;
    node.engine.answer = () => ({ kind: 'failed', traceback: 'RuntimeError: CUDA out of memory', gpuCount: 1 });
    await node.cycle(commitment);
    await clock.tick(20_000);
    relay.runRound();
    await node.cycle(commitment);
    await collector.completeAll();
    const file = store.cases.find(commitment);
    expect(file).toMatchObject({
      kind: 'executionTimeout',
      fault: { code: 'executionTimedOut', party: 'thisNode' },
      own: { score: null, files: [], cause: { code: 'executionFailed', detail: 'RuntimeError: CUDA out of memory' } },
      task: { lastStatus: 'Started', abortReason: 'Timeout' },
      group: null,
    });
    expect(file?.qos?.changes[0]).toMatchObject({ code: 'firstTimeout', commitment, differences: [] });
    expect(existsSync(join(node.dataDir, 'results', commitment))).toBe(false);
  });

  it('a kick-out has its own, with the quality that led to it', async () => {
    const node = await devnetNode({ sampled: true, config: { times: { executionMax: 20, scan: 1e9 }, samplingModulus: 1 } });
    const { store, collector, feed, harness } = node;
    const { actor, relay, clock } = harness;
    for (const name of ['n1', 'n2', 'n3']) await actor(name).join();
    await feed.poll();
    const isMember = () => relay.node(actor('n1').address)?.status !== 'Quit';
    // A member of fifty groups that answers in the first and never again: no points from any other.
    for (let group = 0; group <= POOL_SIZE && isMember(); group++) {
      const first = await actor('app').createTask();
      const tasks = [
        first,
        await actor('app').createTask({ taskId: first.taskId }),
        await actor('app').createTask({ taskId: first.taskId }),
      ];
      relay.runRound();
      for (const name of group === 0 ? ['n1', 'n2', 'n3'] : ['n2', 'n3']) {
        await actor(name).score(await actor(name).currentTask(), llmResult('A').score);
      }
      await clock.tick(20_000);
      relay.runRound();
      await actor('app').validate(tasks);
      const winner = relay.tasks().find((task) => task.status === 'GroupValidated');
      const uploader = ['n1', 'n2', 'n3'].map(actor).find(({ address }) => address === winner?.selectedNode);
      await uploader?.upload(winner?.commitment ?? '', llmResult('A').files);
      // Health recovers, so the node gets tasks again.
      await clock.tick(4 * 3_600_000);
    }
    expect(isMember()).toBe(false);
    // The first poll only takes the cursor; a page has fifty events.
    for (let i = 0; i < 10; i++) await feed.poll();
    await collector.completeAll();
    const file = store.cases.page(10, null).find((one) => one.kind === 'kickedOut');
    expect(file).toMatchObject({ kind: 'kickedOut', fault: { code: 'lowQuality', party: 'thisNode' }, review: { kind: 'none' } });
    const codes = file?.qos?.changes.map((change) => change.code) ?? [];
    expect(codes.filter((code) => code === 'abortedInGroup').length).toBeGreaterThan(10);
    expect(file?.qos?.changes.every((change) => change.differences?.length === 0)).toBe(true);
  });
});

const LOCAL: LocalNodeFacts = { node: 'running', guards: [], engine: 'ready', engineAccepted: true, relay: 'reachable' };

async function readerOf(harness: ReturnType<typeof createHarness>): Promise<RelayReader> {
  const relayUrl = await harness.relay.listen();
  return new RelayReader({ relayUrl, signer: createSigner(keyOf('n1')), clock: new NetworkClock(harness.clock) });
}

describe('quality of service according to the devnet’s relay', () => {
  it('every change is explained, and every formula agrees', async () => {
    const harness = createHarness({ config: { times: { executionMax: 20 } }, nodes: ['n1'] });
    const { actor, relay, clock } = harness;
    const reader = await readerOf(harness);
    const node = actor('n1');
    await node.join();
    for (let i = 0; i < 4; i++) {
      const task = await actor('app').createTask();
      relay.runRound();
      if (i === 2) {
        const { files, score } = llmResult('four');
        await node.score(task.commitment, score);
        await actor('app').validate([task]);
        await node.upload(task.commitment, files);
      } else {
        await clock.tick(20_000);
        relay.runRound();
      }
      await clock.tick(30_000);
    }
    const nowMs = clock.now();
    const view = await readQos({ network: reader, nowMs });
    const { qos } = relay.node(node.address) ?? {};
    if (qos === undefined) throw new Error('no node');
    expect(qosExplanationSchema.parse(view)).toEqual(view);
    // A node's first join changes nothing, and is not reported.
    expect(view.changes.map((change) => change.code).toReversed()).toEqual([
      'firstTimeout',
      'repeatedTimeout',
      'uploadedResult',
      'repeatedTimeout',
    ]);
    expect(view.changes.map((change) => change.differences)).toEqual(view.changes.map(() => []));
    expect(view.differences).toEqual([]);
    expect(view.now.combined?.value).toBeCloseTo(combinedQos(qos, nowMs), 9);
    expect(view.exclusion.state).toBe(isExcluded(qos, nowMs) ? 'excluded' : 'notExcluded');
    expect(view.exclusion.state).toBe('excluded');
    const endsAtMs = view.exclusion.endsAtMs ?? 0;
    expect([isExcluded(qos, endsAtMs - 1_000), isExcluded(qos, endsAtMs + 1_000)]).toEqual([true, false]);

    await node.post(`/v1/node/${node.address}/quit`, { address: node.address });
    expect(await node.join()).toMatchObject({ status: 200 });
    const again = await readQos({ network: reader, nowMs: clock.now() });
    expect(again.changes[0]).toMatchObject({ code: 'joined', differences: [] });
    expect(again.exclusion.state).toBe('notExcluded');
    await reader.close();
    await relay.close();
  });
});

describe('why there are no tasks, according to the devnet’s relay', () => {
  it('lists the obstacles, and agrees with the dispatcher', async () => {
    const harness = createHarness({ config: { minimumNodeNameNumber: 2 }, nodes: ['n1', 'n2'] });
    const { actor, relay } = harness;
    const reader = await readerOf(harness);
    await actor('n1').join();
    const ask = async () => {
      const policy = { minimumNodeNameNumber: 2, known: true };
      const { conditions } = await readNoTasks({ network: reader, local: LOCAL, policy, nowMs: harness.clock.now() });
      return conditions.filter((condition) => condition.verdict === 'no').map((condition) => condition.id);
    };
    expect(await ask()).toEqual(['queue', 'nodeName']);
    await actor('app').createTask();
    relay.runRound();
    expect(await ask()).toEqual(['nodeName']);
    expect(relay.node(actor('n1').address)?.currentTask).toBeNull();
    await actor('n2').join({ model_ids: ['base:another/model'] });
    expect(await ask()).toEqual([]);
    relay.runRound();
    expect(relay.node(actor('n1').address)?.currentTask).not.toBeNull();
    expect(await ask()).toContain('available');
    await reader.close();
    await relay.close();
  });

  it('data about the network and about others is read as the relay means it', async () => {
    const harness = createHarness({ nodes: ['n1'] });
    const reader = await readerOf(harness);
    await harness.actor('n1').join();
    expect(await reader.loadedModels()).toEqual([]);
    expect(await reader.presence(reader.address)).toMatchObject({ status: 'Available' });
    expect(await reader.presence(`0x${'12'.repeat(20)}`)).toMatchObject({ status: 'Quit', version: null });
    const { nodes, complete } = await reader.publicNodes();
    // All of the stake, and the neutral quality of a new node: 1 × ½ ∕ (1 + ½).
    expect([nodes.length, complete, nodes[0]?.weight]).toEqual([1, true, 1 / 3]);
    expect((await reader.nodeInfo()).modelIds).toEqual([MODEL]);
    await reader.close();
    await harness.relay.close();
  });

  it('what the relay has no route for is unknown, not an error', async () => {
    // The text of the relay's web framework.
    const server = createServer((_, response) =>
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new NetworkClock(new ManualClock(START_MS));
    const reader = new RelayReader({ relayUrl: `http://127.0.0.1:${port}`, signer: createSigner(keyOf('n1')), clock });
    expect(await reader.loadedModels()).toBe('unsupported');
    expect(await reader.qosTracing()).toBe('unsupported');
    await reader.close();
    server.close();
  });
});
