import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { EngineJob } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { engineWithModels } from './engine-with-models.ts';
import { ModelStoreError } from './errors.ts';
import { key, openProfile, type Profile, START_MS, tempModelsDir } from './testing/rig.ts';

const MODEL = { id: 'A', type: 'base', variant: null };
const JOB: EngineJob = {
  commitment: '0x1',
  type: 'Llm',
  models: [MODEL, { id: 'not-recorded', type: 'lora', variant: 'fp16' }],
  taskArgs: '{}',
  outputDir: '/nowhere',
  timeLeftMs: () => 0,
};

let clock: ManualClock;
let alice: Profile;
let inner: FakeEngine;

beforeEach(() => {
  clock = new ManualClock(START_MS);
  alice = openProfile({ directory: tempModelsDir(), clock });
  inner = new FakeEngine();
});

const wrapped = () => engineWithModels({ engine: inner, parts: alice.parts, downloads: alice.downloads });

async function fetchA(): Promise<void> {
  alice.downloads.request(key('a'), 'Llm', 'host');
  await alice.until(() => alice.state('a') === 'downloading');
  alice.source.of('a').finish();
  await alice.until(() => alice.state('a') === 'done');
}

describe('executing', () => {
  it('marks the models as used from start to end, and records when', async () => {
    await fetchA();
    const { place } = alice.parts.records.find(key('a')) ?? { place: '' };
    await clock.tick(5_000);
    inner.answer = () => {
      expect(alice.parts.claims.usersOf(place)).toEqual([{ profile: 'alice', pid: process.pid }]);
      return { kind: 'success' };
    };
    expect(await wrapped().execute(JOB)).toEqual({ kind: 'success' });
    expect(alice.parts.claims.usersOf(place)).toEqual([]);
    expect(alice.parts.records.find(key('a'))?.lastUsedAtMs).toBe(START_MS + 5_000);
    expect(inner.jobs[0]?.job).toBe(JOB);
  });

  it('continues if the store fails', async () => {
    await alice.close();
    inner.answer = () => ({ kind: 'success' });
    expect(await wrapped().execute(JOB)).toEqual({ kind: 'success' });
  });

  it('changes nothing else about the engine', async () => {
    const engine = wrapped();
    const states: string[] = [];
    engine.onState(({ kind }) => states.push(kind));
    await engine.start();
    expect(await engine.ready(new AbortController().signal)).toEqual(inner.state());
    await engine.stop();
    expect(engine.state()).toEqual({ kind: 'stopped' });
    expect(states).toEqual(['ready', 'stopped']);
  });
});

describe('downloading', () => {
  const download = (signal = new AbortController().signal) => wrapped().download(MODEL, 'Llm', signal);

  it('goes through the store, and does not download what is already there', async () => {
    const first = download();
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').finish();
    expect(await first).toEqual({ kind: 'success' });
    expect(await download()).toEqual({ kind: 'success' });
    expect(alice.source.fetches).toHaveLength(1);
    expect(inner.downloads).toEqual([]);
  });

  it('ends as cancelled when aborted', async () => {
    const cancel = new AbortController();
    const outcome = download(cancel.signal);
    await alice.until(() => alice.state('a') === 'downloading');
    cancel.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', reason: 'deadline' });
  });

  it.each([
    [new EngineError('MODEL_REFUSED', 'answered 404'), { traceback: 'MODEL_REFUSED: answered 404', gpuCount: 0 }],
    [
      new ModelStoreError('MODEL_ENGINE_FAILED', 'x', { traceback: 'ValueError: Task args invalid', gpuCount: 2 }),
      { traceback: 'ValueError: Task args invalid', gpuCount: 2 },
    ],
  ])('never makes a task invalid (law 2): %s', async (error, seen) => {
    const outcome = download();
    for (const wait of [31_000, 61_000, 0]) {
      await alice.until(() => alice.state('a') === 'downloading');
      alice.source.of('a').fail(error);
      await alice.until(() => alice.state('a') === 'failed');
      await clock.tick(wait);
    }
    expect(await outcome).toEqual({ kind: 'failed', ...seen });
  });

  it('fails at once for an unknown model', async () => {
    const outcome = await wrapped().download({ ...MODEL, id: 'unknown' }, 'Llm', new AbortController().signal);
    expect(outcome).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('MODEL_UNKNOWN') });
    const nonsense = await wrapped().download({ ...MODEL, type: 'nonsense' }, 'Llm', new AbortController().signal);
    expect(nonsense).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('PROTOCOL_BAD_MODEL_ID') });
  });
});
