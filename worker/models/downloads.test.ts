import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { EngineError } from '../engines/errors.ts';
import { key, openProfile, ScriptedSource, START_MS, startedModels, tempModelsDir } from './testing/rig.ts';

const REFUSED = new EngineError('MODEL_REFUSED', 'the hub answered 404');

let directory: string;
let clock: ManualClock;

beforeEach(() => {
  directory = tempModelsDir();
  clock = new ManualClock(START_MS);
});

const open = (name = 'alice', source = new ScriptedSource()) => openProfile({ directory, clock, name, source });

describe('a download', () => {
  it('goes from queued through downloading and verifying to done, and is recorded', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    expect(alice.state('a')).toBe('queued');
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').progress(250);
    expect(alice.parts.rows.get(key('a'))).toMatchObject({ bytes: 250, total: 1000, bytesPerSecond: 100 });
    alice.source.of('a').input.onVerifying();
    expect(alice.state('a')).toBe('verifying');
    await clock.tick(10);
    alice.source.of('a').finish({ files: [{ path: 'x', sizeBytes: 1000, sha256: null }] });
    await alice.until(() => alice.state('a') === 'done');
    expect(alice.parts.records.find(key('a'))).toMatchObject({
      state: 'present',
      downloadedAtMs: START_MS + 10,
      verifiedAtMs: START_MS + 10,
      files: [{ path: 'x', sizeBytes: 1000 }],
    });
    expect(alice.parts.rows.wants()).toEqual([]);
    expect(alice.parts.claims.places().size).toBe(0);
  });

  it('records progress twice a second, however often it is reported', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    let changes = 0;
    alice.parts.file.onChange(() => {
      changes += 1;
    });
    for (let bytes = 1; bytes <= 100; bytes++) alice.source.of('a').progress(bytes);
    expect(changes).toBe(1);
    await clock.tick(500);
    alice.source.of('a').progress(500);
    expect(alice.parts.rows.get(key('a')).bytes).toBe(500);
  });

  it('that fails is retried after 30 s and after 60 s, then not automatically', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'network');
    for (const [attempt, waitMs] of [30_000, 60_000].entries()) {
      await alice.until(() => alice.source.fetches.length === attempt + 1 && alice.state('a') === 'downloading');
      alice.source.of('a').fail(REFUSED);
      await alice.until(() => alice.state('a') === 'failed');
      expect(alice.parts.rows.get(key('a'))).toMatchObject({
        failures: attempt + 1,
        retryAtMs: clock.now() + waitMs,
        error: { code: 'MODEL_REFUSED' },
      });
      await clock.tick(waitMs - 1);
      expect(alice.source.fetches).toHaveLength(attempt + 1);
      await clock.tick(1_001);
    }
    await alice.until(() => alice.source.fetches.length === 3);
    alice.source.of('a').fail(REFUSED);
    await alice.until(() => alice.parts.rows.get(key('a')).failures === 3);
    expect(alice.parts.rows.get(key('a'))).toMatchObject({ state: 'failed', retryAtMs: null });
    await clock.tick(3_600_000);
    expect(alice.source.fetches).toHaveLength(3);
  });

  it('without attempts left gets new ones from a later request; one that has some left is not changed', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'network');
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').fail(REFUSED);
    await alice.until(() => alice.state('a') === 'failed');
    alice.downloads.request(key('a'), 'Llm', 'network');
    expect(alice.state('a')).toBe('failed');
    for (const wait of [31_000, 61_000]) {
      const before = alice.source.fetches.length;
      await clock.tick(wait);
      await alice.until(() => alice.source.fetches.length === before + 1);
      alice.source.of('a').fail(REFUSED);
      await alice.until(() => alice.parts.rows.get(key('a')).failures === before + 1);
    }
    alice.downloads.request(key('a'), 'Llm', 'network');
    await alice.until(() => alice.source.fetches.length === 4);
    expect(alice.parts.rows.get(key('a'))).toMatchObject({ state: 'downloading', failures: 0, error: null });
  });

  it('with a meaningless ID is refused at once', () => {
    const alice = open();
    expect(() => alice.downloads.request(key('unknown'), 'Llm', 'host')).toThrow(
      expect.objectContaining({ code: 'MODEL_UNKNOWN' }),
    );
    expect(alice.parts.rows.all()).toEqual([]);
  });
});

describe('the host', () => {
  it('pauses and resumes; what has arrived is kept', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    const first = alice.source.of('a');
    first.progress(400);
    alice.downloads.pause(key('a'));
    expect(alice.state('a')).toBe('paused');
    await alice.until(() => alice.parts.claims.places().size === 0);
    expect(first.input.signal.aborted).toBe(true);
    await clock.tick(3_600_000);
    expect(alice.source.fetches).toHaveLength(1);
    alice.downloads.resume(key('a'));
    await alice.until(() => alice.source.fetches.length === 2);
    expect(alice.parts.rows.get(key('a'))).toMatchObject({ state: 'downloading', bytes: 400 });
  });

  it('can pause a download for the network, but not for a task', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'network');
    alice.downloads.pause(key('a'));
    alice.downloads.request(key('a'), 'Llm', 'network');
    expect(alice.state('a')).toBe('paused');
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').finish();
    await task;
  });

  it('cancels for everybody; a new request starts again', async () => {
    const alice = open();
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    const refused = expect(task).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    await alice.until(() => alice.state('a') === 'downloading');
    alice.downloads.cancel(key('a'));
    await refused;
    await alice.until(() => alice.parts.claims.places().size === 0);
    expect(alice.state('a')).toBe('cancelled');
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
  });

  it('cannot pause what is done or unknown', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').finish();
    await alice.until(() => alice.state('a') === 'done');
    expect(() => alice.downloads.pause(key('a'))).toThrow(expect.objectContaining({ code: 'MODEL_ILLEGAL_STATE' }));
    expect(() => alice.downloads.pause(key('b'))).toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
  });

  it('can retry at once what is waiting for its next attempt', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').fail(REFUSED);
    await alice.until(() => alice.state('a') === 'failed');
    alice.downloads.resume(key('a'));
    await alice.until(() => alice.source.fetches.length === 2);
  });
});

describe('a task', () => {
  it('does not wait for a model on disk, but checks that it is there', async () => {
    const alice = open();
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').finish();
    await alice.until(() => alice.state('a') === 'done');
    await alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    expect(alice.source.fetches).toHaveLength(1);

    alice.downloads.request(key('b'), 'Llm', 'host');
    await alice.until(() => alice.state('b') === 'downloading');
    alice.source.of('b').finish({ files: [{ path: 'gone.onnx', sizeBytes: 1, sha256: null }] });
    await alice.until(() => alice.state('b') === 'done');
    const task = alice.downloads.downloadForTask({ key: key('b'), taskType: 'Llm' });
    await alice.until(() => alice.source.fetches.length === 3);
    expect(alice.parts.records.find(key('b'))).toMatchObject({ state: 'missing', detail: '1 of 1: gone.onnx' });
    alice.source.of('b').finish();
    await task;
  });

  it('waits until its deadline and no longer; then the download ends too', async () => {
    const alice = open();
    const deadline = new AbortController();
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm', signal: deadline.signal });
    const late = expect(task).rejects.toMatchObject({ code: 'MODEL_DEADLINE' });
    await alice.until(() => alice.state('a') === 'downloading');
    expect(alice.source.of('a').input.signal.aborted).toBe(false);
    deadline.abort();
    await late;
    await alice.until(() => alice.state('a') === 'cancelled');
    expect(alice.source.of('a').input.signal.aborted).toBe(true);
  });

  it('that is withdrawn leaves the download to others who want it', async () => {
    const alice = open();
    const cancel = new AbortController();
    alice.downloads.request(key('a'), 'Llm', 'network');
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm', signal: cancel.signal });
    const late = expect(task).rejects.toMatchObject({ code: 'MODEL_DEADLINE' });
    await alice.until(() => alice.state('a') === 'downloading');
    cancel.abort();
    await late;
    await clock.tick(5_000);
    expect(alice.state('a')).toBe('downloading');
    expect(alice.parts.rows.wants()).toMatchObject([{ purpose: 'network' }]);
  });

  it('is not alone: the second of two that wait for the same model keeps waiting', async () => {
    const alice = open();
    const deadline = new AbortController();
    const short = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm', signal: deadline.signal });
    const late = expect(short).rejects.toMatchObject({ code: 'MODEL_DEADLINE' });
    const long = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    await alice.until(() => alice.state('a') === 'downloading');
    deadline.abort();
    await late;
    await clock.tick(10_000);
    expect(alice.state('a')).toBe('downloading');
    alice.source.of('a').finish();
    await long;
  });

  it('has priority: downloads that nobody waits for are displaced, and continue afterwards', async () => {
    const alice = open();
    alice.downloads.request(key('big'), 'Llm', 'network');
    alice.downloads.request(key('other'), 'Llm', 'host');
    await alice.until(() => alice.state('big') === 'downloading');
    const task = alice.downloads.downloadForTask({ key: key('lora'), taskType: 'Llm' });
    await alice.until(() => alice.state('lora') === 'downloading');
    expect(alice.state('big')).toBe('queued');
    expect(startedModels(alice)).toEqual(['big', 'lora']);
    alice.source.of('lora').finish();
    await task;
    await alice.until(() => alice.source.fetches.length === 3);
    expect(startedModels(alice)).toEqual(['big', 'lora', 'big']);
    expect(alice.parts.rows.get(key('big')).failures).toBe(0);
  });

  it('does not displace another task', async () => {
    const alice = open();
    const first = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    await alice.until(() => alice.state('a') === 'downloading');
    const second = alice.downloads.downloadForTask({ key: key('b'), taskType: 'Llm' });
    await clock.tick(5_000);
    expect(startedModels(alice)).toEqual(['a']);
    alice.source.of('a').finish();
    await first;
    await alice.until(() => alice.state('b') === 'downloading');
    alice.source.of('b').finish();
    await second;
  });

  it("learns why a download failed for good, including the engine's message", async () => {
    const alice = open();
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    const failed = expect(task).rejects.toMatchObject({ code: 'MODEL_NO_SPACE', data: { needed: 7 } });
    for (const wait of [31_000, 61_000, 0]) {
      await alice.until(() => alice.state('a') === 'downloading');
      alice.source.of('a').fail(new EngineError('MODEL_NO_SPACE', 'full', { needed: 7 }));
      await alice.until(() => alice.state('a') === 'failed');
      await clock.tick(wait);
    }
    await failed;
  });
});
