/**
 * What a node on a chain can tell its host: its standing, why there are no tasks, and the details of a slash or a
 * timeout.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { noTasksSchema, qosExplanationSchema } from '../../../contract/standing.ts';
import { caseFileSchema } from '../../../contract/trust.ts';
import { systemClock } from '../../../devnet/system.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { EventFeed } from '../../loop/event-feed.ts';
import { taskRow } from '../../service/task-row.ts';
import { failing } from '../../testing/fake-engine.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { CaseCollector } from '../../trust/case-collector.ts';
import { readNoTasks, readQos } from '../../trust/standing.ts';
import { MACHINE } from '../../trust/testing/evidence.ts';
import { CHAIN_RULES } from '../network-rules.ts';
import { type ChainRig, chainRig } from './testing/chain-rig.ts';
import { type Created, GPU, STAKE, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const ARGS = '{"model":"tiny/model","messages":[]}';
let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

function collecting({ store, chain, dataDir, context }: ChainRig): CaseCollector {
  return new CaseCollector({
    ...{ store, network: chain.trust, clock: systemClock, dataDir, resultsDir: context.resultsDir },
    ...{ machine: () => MACHINE, logPaths: () => [], distanceThreshold: null, log: QUIET_LOG },
  });
}

/** Reads the events up to now. */
async function read({ context }: ChainRig, collector: CaseCollector): Promise<void> {
  const feed = new EventFeed(context, {
    wakeTask: () => {},
    onTask: () => {},
    onNodeEvent: (event) => collector.onNodeEvent(event),
  });
  while (await feed.poll()) {}
  await feed.poll();
}

async function ready({ relay }: ChainRig, { commitment }: Created): Promise<void> {
  relay.args.set(commitment, ARGS);
  await world.parametersUploaded(commitment);
}

const qosOf = (rig: ChainRig) => readQos({ network: rig.chain.trust, nowMs: systemClock.now() });

it('a slash is one case: of its task, with the stake that it took and the group as recorded on the chain', async () => {
  const rig = await chainRig(world);
  const collector = collecting(rig);
  await rig.join();
  const peers = [await world.peer(), await world.peer()];
  const tasks = await world.createGroup();
  await read(rig, collector);
  for (const task of tasks) await ready(rig, task);
  const own = (await rig.network.currentTask()) as Hex;
  await rig.until(own, 'awaitingValidation');
  const other: Hex = `0x${'99'.repeat(32)}`;
  for (const peer of peers) await world.submitScore(peer, other);
  await world.validateGroup(tasks);
  await rig.until(own, 'close EndInvalidated');
  collector.onTask(own);
  await read(rig, collector);
  expect(await collector.completeAll()).toBe(true);

  const [file, ...others] = rig.store.cases.page(10, null);
  expect(others).toEqual([]);
  const found = rig.store.cases.find(file?.id ?? '');
  expect(caseFileSchema.parse(found)).toEqual(found);
  expect(found).toMatchObject({
    id: own,
    kind: 'slashed',
    fault: { code: 'minorityScore', party: 'thisNode', certainty: 'certain', source: 'CHAIN_PROTOCOL 2.9' },
    review: { kind: 'slashed', amountWei: String(STAKE) },
    group: { rules: { row: 'AAB', lawful: 'EndInvalidated', explained: true } },
    qos: { points: {} },
  });
  const members = found?.group?.members ?? [];
  expect(members.map(({ self, score, end }) => [self, score, end]).toSorted()).toEqual(
    [
      [true, rig.store.ledger.find(own)?.score, 'EndInvalidated'],
      [false, other, 'GroupValidated'],
      [false, other, 'EndGroupRefund'],
    ].toSorted(),
  );
  expect(members.filter(({ self }) => !self).map(({ node }) => node)).toEqual(
    expect.arrayContaining(peers.map(({ address }) => address)),
  );
  for (const { commitment } of tasks) if ((await world.statusOf(commitment)) === 6) await world.resultUploaded(commitment);
});

it('a timeout counts as this node’s only if it had the arguments; the points show how near a kick-out is', async () => {
  const rig = await chainRig(world);
  const collector = collecting(rig);
  rig.engine.answer = failing;
  await rig.join();
  expect(await qosOf(rig)).toMatchObject({ belowKickOut: false, points: { average: 20, lastTasks: 30, mostOfLastTasks: 30 } });
  const without = await world.create({ type: 1 });
  await rig.until(without.commitment, 'awaitingArguments');
  await world.pass(181);
  await rig.until(without.commitment, 'close EndAborted');
  collector.onTask(without.commitment);
  expect(rig.store.cases.find(without.commitment)).toBeNull();
  expect(taskRow(rig.store, rig.store.tasks.get(without.commitment), CHAIN_RULES).missedDeadline).toBe('arguments');

  const failed = await world.create({ type: 1 });
  await ready(rig, failed);
  await rig.until(failed.commitment, 'silent');
  await world.pass(181);
  await rig.until(failed.commitment, 'close EndAborted');
  collector.onTask(failed.commitment);
  expect(await collector.completeAll()).toBe(true);
  expect(rig.store.cases.find(failed.commitment)).toMatchObject({
    kind: 'executionTimeout',
    fault: { code: 'executionTimedOut', party: 'thisNode', source: 'CHAIN_PROTOCOL 2.6' },
    own: { cause: { code: 'executionFailed' } },
  });
  const qos = await qosOf(rig);
  expect(qosExplanationSchema.parse(qos)).toEqual(qos);
  expect(qos).toMatchObject({ belowKickOut: false, points: { lastTasks: 20, kickOutAt: 10 } });
});

it('why there are no tasks, by the rules of the contracts', async () => {
  const rig = await chainRig(world);
  await rig.join();
  const inquiry = {
    network: rig.chain.trust,
    local: { node: 'running', guards: [], engine: 'ready', engineAccepted: true, relay: 'reachable' },
    policy: { minimumNodeNameNumber: 10, known: false },
    nowMs: systemClock.now(),
  } as const;
  const idle = await readNoTasks(inquiry);
  expect(noTasksSchema.parse(idle)).toEqual(idle);
  // The stake does not influence the draw, and a card's name needs no platform.
  expect(idle.conditions.filter(({ verdict }) => verdict === 'no').map(({ id }) => id)).toEqual(['queue']);
  expect(idle.models).toBeNull();
  await rig.network.pause();
  const paused = await readNoTasks(inquiry);
  expect(paused.conditions.filter(({ verdict }) => verdict === 'no').map(({ id, code }) => `${id} ${code}`)).toEqual([
    'member paused',
    'available notAvailable',
    'queue empty',
  ]);
  await rig.network.quit();
});

it('who takes part, and what happened to whom', async () => {
  const rig = await chainRig(world);
  const { trust } = rig.chain;
  await rig.join();
  const peer = await world.peer();
  const { nodes, complete } = await trust.publicNodes();
  expect(complete).toBe(true);
  expect(nodes.find(({ address }) => address === rig.address)).toMatchObject({ gpuName: GPU, gpuVramGib: 24 });
  expect(await trust.presence(peer.address)).toEqual({ address: peer.address, status: 'Available', version: '2.5.0' });
  const nobody: Hex = `0x${'12'.repeat(20)}`;
  expect(await trust.presence(nobody)).toEqual({ address: nobody, status: 'Quit', version: null });
  const start = await rig.network.latestEventId();
  const tasks = [await world.create({ type: 1 }), await world.create({ type: 1 })];
  const own = await rig.network.currentTask();
  const news = await trust.eventsAfter(start, 10);
  expect(news.filter(({ type }) => type === 'TaskStarted').map(({ commitment }) => commitment)).toEqual([own]);
  expect(await trust.queuedTasks()).toBe(0);
  // Tasks that this node does not know of are not searched for.
  expect(await trust.eventsOfTask(tasks.find(({ commitment }) => commitment !== own)?.commitment ?? '')).toEqual([]);
  await world.pass(181);
  for (const { commitment } of tasks) await world.abortByCreator(commitment);
});
