import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseFileSchema } from '../../contract/trust.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { unreachable } from '../testing/fake-network.ts';
import { commitmentOf, OTHER, remoteTask } from '../testing/remote-task.ts';
import { sha256Of } from '../testing/sha256-of.ts';
import { recordLifetimes } from './record-lifetimes.ts';
import { caseOf, collectorRig, OWN, type Rig, recordTask, TASK } from './testing/collector-rig.ts';
import { event, fakeNetwork, MACHINE, NOW, nodeInfo, slashEvent, type TestStore, testStore } from './testing/evidence.ts';

const recordEvents = (place: TestStore, ...events: RelayEvent[]) =>
  place.store.events.record(
    events.map((one) => ({ kind: 'event' as const, event: one })),
    NOW,
  );

/** Files are read in real time: lets that happen while the collector's own clock advances, as often as necessary. */
async function until({ clock }: Rig, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !holds(); i++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.tick(1_000);
  }
  expect(holds()).toBe(true);
}

describe('opening', () => {
  it('keeps the result files although the node removes them right afterwards', async () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndAborted', abortReason: 'ResultUploadTimeout', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    rmSync(join(one.resultsDir, TASK), { recursive: true });
    expect(await one.collector.completeAll()).toBe(true);
    const file = caseOf(one);
    expect(file).toMatchObject({ kind: 'uploadTimeout', complete: true, fault: { party: 'thisNode', certainty: 'certain' } });
    expect(file?.own).toMatchObject({
      score: OWN,
      cause: { code: 'notUploaded' },
      files: [{ state: 'kept', path: 'files/0.json' }],
    });
    expect(readFileSync(join(one.dataDir, 'cases', TASK, 'files', '0.json'), 'utf8')).toBe('result');
    expect(caseFileSchema.parse(file)).toEqual(file);
  });

  it('reports what happened to each file', async () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    rmSync(join(one.resultsDir, TASK), { recursive: true });
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    expect(caseOf(one)?.own.files).toMatchObject([{ state: 'missing', path: null, sha256: sha256Of(Buffer.from('result')) }]);

    const two = collectorRig();
    recordTask(two, { status: 'EndInvalidated', validatedTimeMs: NOW });
    writeFileSync(join(two.resultsDir, TASK, '1', '0.json'), 'changed before it was kept');
    two.collector.onTask(TASK);
    await two.collector.completeAll();
    expect(caseOf(two)?.own.files).toMatchObject([{ state: 'changed' }]);
  });

  it('opens a case even if the disk is full or broken', async () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    writeFileSync(join(one.dataDir, 'cases'), 'in the way');
    one.collector.onTask(TASK);
    expect(await one.collector.completeAll()).toBe(true);
    expect(caseOf(one)?.own.files).toMatchObject([{ state: 'missing', path: null }]);
  });

  it('opens nothing for what this node is not responsible for', () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndAborted', abortReason: 'CreatorValidationTimeout', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    one.collector.onTask(commitmentOf(99));
    one.collector.onNodeEvent(event('NodeJoin', null));
    one.collector.onNodeEvent({ ...slashEvent(TASK), nodeAddress: OTHER });
    expect(one.store.cases.page(10, null)).toEqual([]);
    expect(existsSync(join(one.dataDir, 'cases'))).toBe(false);
  });

  it('opens each case once, however often it is triggered', () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    for (let i = 0; i < 3; i++) one.collector.onTask(TASK);
    expect(one.emitted).toHaveLength(1);
    const out = event('NodeKickedOut', TASK, {});
    for (let i = 0; i < 3; i++) one.collector.onNodeEvent(out);
    expect(one.store.cases.page(10, null).map((file) => file.kind)).toEqual(['kickedOut', 'invalidated']);
    expect(one.emitted).toHaveLength(2);
  });

  it('adds later events of the task to the timeline', () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    expect(caseOf(one)?.timeline.map((entry) => entry.code)).not.toContain('closed');
    one.store.tasks.close(TASK, 'EndInvalidated', NOW + 5);
    one.collector.onTask(TASK);
    expect(caseOf(one)?.timeline.map((entry) => entry.code)).toContain('closed');
  });

  it('opens at the next start what a killed process missed', () => {
    const place = testStore();
    recordTask(place, { status: 'EndInvalidated', validatedTimeMs: NOW });
    const out = event('NodeKickedOut', TASK, {});
    recordEvents(place, out, slashEvent('0x'));
    const next = collectorRig(fakeNetwork(), {}, place);
    next.collector.sweep();
    next.collector.sweep();
    expect(
      place.store.cases
        .page(10, null)
        .map((file) => file.kind)
        .toSorted(),
    ).toEqual(['invalidated', 'kickedOut', 'slashed']);
    expect(next.emitted).toHaveLength(3);
  });
});

describe('a slash', () => {
  it('that follows the invalidation turns its case into one of a slash', async () => {
    const one = collectorRig(fakeNetwork({ nodeInfo: async () => nodeInfo({ status: 'Quit' }) }));
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({ kind: 'invalidated', review: { kind: 'awaited' }, deviations: [] });
    const slash = slashEvent(TASK);
    one.collector.onNodeEvent(slash);
    one.collector.onNodeEvent(slash);
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({
      kind: 'slashed',
      complete: true,
      review: { kind: 'slashed', amountWei: '400', eventId: slash.id },
      eventArgs: slash.args,
    });
    expect(one.store.cases.page(10, null)).toHaveLength(1);
  });

  it('that comes before the task is read again includes the invalidation as soon as it is', async () => {
    const one = collectorRig();
    recordTask(one, {});
    one.collector.onNodeEvent(slashEvent(TASK));
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({ kind: 'slashed', fault: { code: 'slashedForTask' } });
    one.store.tasks.observe(remoteTask({ status: 'EndInvalidated', score: OWN, validatedTimeMs: NOW }), NOW);
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({ kind: 'slashed', fault: { code: 'minorityScore' }, task: { status: 'EndInvalidated' } });
    expect(caseOf(one)?.own.files).toMatchObject([{ state: 'kept' }]);
  });

  it('that does not come while the node stays a member means: under review, by a named deviation', async () => {
    const one = collectorRig();
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW - 1_000 });
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({
      kind: 'invalidated',
      review: { kind: 'underReview', sinceMs: NOW - 1_000 },
      deviations: ['relayPassiveSlash'],
    });
    one.collector.onNodeEvent(slashEvent(TASK));
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({ kind: 'slashed', review: { kind: 'slashed' }, deviations: [] });
  });
});

describe('completing', () => {
  it('waits for the network and loses nothing meanwhile', async () => {
    let up = false;
    let failures = 0;
    const network = fakeNetwork({
      nodeInfo: async () => {
        if (up) return nodeInfo();
        failures++;
        throw unreachable('/v2/node');
      },
    });
    const one = collectorRig(network);
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    const ending = new AbortController();
    const running = one.collector.run(ending.signal);
    one.collector.onTask(TASK);
    await until(one, () => failures > 1);
    expect(caseOf(one)).toMatchObject({ complete: false, review: { kind: 'awaited' } });
    up = true;
    await until(one, () => caseOf(one)?.complete === true);
    ending.abort();
    await running;
  });

  it('does not finish a case that changed while it was investigated', async () => {
    const slash = slashEvent(TASK);
    let asked = 0;
    const one: Rig = collectorRig(
      fakeNetwork({
        nodeInfo: async () => {
          if (asked++ === 0) one.collector.onNodeEvent(slash);
          return nodeInfo({ status: 'Quit' });
        },
      }),
    );
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    expect(await one.collector.completeAll()).toBe(false);
    expect(caseOf(one)).toMatchObject({ kind: 'slashed', review: { kind: 'slashed', eventId: slash.id }, eventArgs: slash.args });
    expect(await one.collector.completeAll()).toBe(true);
    expect(caseOf(one)).toMatchObject({ kind: 'slashed', complete: true, own: { files: [{ state: 'kept' }] } });
  });

  it('learns from the network how far the task had got', async () => {
    const aborted = event(
      'TaskEndAborted',
      TASK,
      { abort_issuer: OTHER, last_status: 4, abort_reason: 1 },
      { nodeAddress: OTHER },
    );
    const one = collectorRig(fakeNetwork({ eventsOfTask: async () => [aborted] }));
    one.store.tasks.observe(remoteTask({ type: 'FineTuneLora' }), NOW);
    one.store.tasks.observe(remoteTask({ type: 'FineTuneLora', status: 'EndAborted', abortReason: 'Timeout' }), NOW);
    one.collector.onTask(TASK);
    expect(caseOf(one)).toMatchObject({ kind: 'executionTimeout', task: { lastStatus: 'Started' } });
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({
      task: { lastStatus: 'ScoreReady' },
      fault: { party: 'application', code: 'notValidated' },
    });
  });

  it('adds the log of the task', async () => {
    const dir = testStore();
    const path = join(dir.dataDir, 'node.log');
    const line = JSON.stringify({ level: 30, time: NOW, commitment: TASK, msg: 'submitting the score' });
    writeFileSync(path, `${line}\n`);
    const one = collectorRig(fakeNetwork(), { logPaths: () => [path] }, dir);
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    expect(caseOf(one)?.log).toEqual({ kind: 'excerpt', lines: [line], truncated: false });
  });
});

it("records the versions of the engine lifetime that ran the task, not today's", async () => {
  const one = collectorRig();
  const engine = new FakeEngine();
  let version = '3.4.0';
  const machine = () => ({ ...MACHINE, engine: { kind: 'official', version } });
  const off = recordLifetimes({ engine, store: one.store, machine, clock: one.clock });
  await engine.start();
  version = '3.5.0';
  await engine.crash();
  off();
  version = '3.6.0';
  await engine.crash();
  recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
  one.collector.onTask(TASK);
  expect(caseOf(one)?.own.executions[0]).toMatchObject({ lifetime: 'L1', machine: { engine: { version: '3.4.0' } } });
  expect(one.store.lifetimes.find('L2')?.engine?.version).toBe('3.5.0');
  expect(one.store.lifetimes.find('L3')).toBeNull();
});
