import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { key, openProfile, ScriptedSource, START_MS, settle, startedModels, tempModelsDir } from './testing/rig.ts';

let directory: string;
let clock: ManualClock;

beforeEach(() => {
  directory = tempModelsDir();
  clock = new ManualClock(START_MS);
});

const open = (name = 'alice', source = new ScriptedSource()) => openProfile({ directory, clock, name, source });

describe('two profiles', () => {
  it('share a download: one does it, and both have it', async () => {
    const alice = open('alice');
    const bob = open('bob');
    alice.downloads.request(key('a'), 'Llm', 'network');
    await alice.until(() => alice.state('a') === 'downloading');
    const task = bob.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    await clock.tick(5_000);
    expect(bob.source.fetches).toEqual([]);
    alice.source.of('a').finish();
    await alice.until(() => alice.state('a') === 'done');
    await clock.tick(1_000);
    await task;
  });

  it('one continues where the other stops', async () => {
    const alice = open('alice');
    const bob = open('bob');
    alice.downloads.request(key('a'), 'Llm', 'network');
    bob.downloads.request(key('a'), 'Llm', 'network');
    await settle();
    const [first, second] = alice.source.fetches.length === 1 ? [alice, bob] : [bob, alice];
    expect(second.source.fetches).toEqual([]);
    first.source.of('a').progress(300);
    await first.close();
    await clock.tick(1_000);
    await second.until(() => second.state('a') === 'downloading');
    expect(second.parts.rows.get(key('a')).bytes).toBe(300);
  });

  it('one does not download what only the other’s network wants, but what the host wants', async () => {
    const alice = open('alice');
    alice.downloads.request(key('a'), 'Llm', 'network');
    alice.downloads.request(key('b'), 'Llm', 'host');
    await alice.close();
    const bob = open('bob', new ScriptedSource({ parallel: 5 }));
    await clock.tick(5_000);
    expect(startedModels(bob)).toEqual(['b']);
    const again = open('alice');
    await again.until(() => again.state('a') === 'downloading');
  });

  it('of different engines do not confuse models with the same ID', async () => {
    const alice = open('alice');
    const bob = open('bob', new ScriptedSource({ engine: 'official' }));
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    await clock.tick(5_000);
    expect(bob.source.fetches).toEqual([]);
    alice.source.of('a').finish();
    await alice.until(() => alice.state('a') === 'done');
    expect(bob.parts.records.find({ engine: 'official', modelId: 'base:a' })).toBeNull();
  });

  it('pause each other’s downloads', async () => {
    const alice = open('alice');
    const bob = open('bob');
    alice.downloads.request(key('a'), 'Llm', 'host');
    await alice.until(() => alice.state('a') === 'downloading');
    bob.downloads.pause(key('a'));
    await clock.tick(1_000);
    expect(alice.source.of('a').input.signal.aborted).toBe(true);
    await settle();
    expect(bob.parts.claims.places().size).toBe(0);
    await clock.tick(10_000);
    expect(alice.state('a')).toBe('paused');
  });
});

describe('a place', () => {
  it('is not written to while it is verified or deleted', async () => {
    const alice = open();
    const { file, claims } = alice.parts;
    file.change(() => claims.take('huggingface/base-a', 'verify'));
    alice.downloads.request(key('a'), 'Llm', 'host');
    await clock.tick(5_000);
    expect(alice.state('a')).toBe('queued');
    file.change(() => claims.release('huggingface/base-a'));
    await clock.tick(1_000);
    expect(alice.state('a')).toBe('downloading');
  });

  it('that could not be written to anyway displaces no other download', async () => {
    const alice = open();
    const { file, claims } = alice.parts;
    alice.downloads.request(key('big'), 'Llm', 'host');
    await alice.until(() => alice.state('big') === 'downloading');
    file.change(() => claims.take('huggingface/base-a', 'verify'));
    const task = alice.downloads.downloadForTask({ key: key('a'), taskType: 'Llm' });
    await clock.tick(5_000);
    expect(startedModels(alice)).toEqual(['big']);
    file.change(() => claims.release('huggingface/base-a'));
    await clock.tick(1_000);
    await alice.until(() => alice.state('a') === 'downloading');
    alice.source.of('a').finish();
    await task;
  });

  it('has one writer even if it contains two IDs', async () => {
    const alice = open('alice', new ScriptedSource({ parallel: 2 }));
    alice.downloads.request(key('a'), 'Llm', 'host');
    alice.downloads.request(key('a+fp16'), 'Llm', 'host');
    await clock.tick(5_000);
    expect(startedModels(alice)).toHaveLength(1);
    alice.source.fetches[0]?.finish();
    await alice.until(() => alice.source.fetches.length === 2);
    alice.source.fetches[1]?.finish();
    await alice.until(() => alice.state('a') === 'done' && alice.state('a+fp16') === 'done');
    expect(alice.parts.records.findByPlace('huggingface/base-a')).toHaveLength(2);
  });
});

describe('disk space', () => {
  it('that other downloads still need is not free', async () => {
    const source = new ScriptedSource({ parallel: 2 });
    const alice = openProfile({ directory, clock, source, parts: { freeBytes: () => Promise.resolve(10_000) } });
    alice.downloads.request(key('a'), 'Llm', 'host');
    alice.downloads.request(key('b'), 'Llm', 'host');
    await alice.until(() => alice.state('b') === 'downloading');
    source.of('a').progress(1_000, 5_000);
    expect(await source.of('b').input.freeBytes(directory)).toBe(6_000);
    expect(await source.of('a').input.freeBytes(directory)).toBe(10_000);
  });
});
