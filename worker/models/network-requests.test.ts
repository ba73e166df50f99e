import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { EngineError } from '../engines/errors.ts';
import { NetworkRequests } from './network-requests.ts';
import { Removals } from './removal.ts';
import { key, openProfile, ScriptedSource, START_MS, settle, tempModelsDir } from './testing/rig.ts';

let directory: string;
let clock: ManualClock;
let events: number;

beforeEach(() => {
  directory = tempModelsDir();
  clock = new ManualClock(START_MS);
  events = 0;
});

function downloadModel(modelId: string): RelayEvent {
  events += 1;
  const args = JSON.stringify({ node_address: '0x01', model_id: modelId, task_type: 1 });
  return { id: events, type: 'DownloadModel', nodeAddress: '0x01', commitment: null, args };
}

function open(announce: (modelId: string) => Promise<void>, name = 'alice', source = new ScriptedSource({ parallel: 4 })) {
  const profile = openProfile({ directory, clock, name, source });
  const requests = new NetworkRequests({ parts: profile.parts, downloads: profile.downloads, announce: announce });
  const ending = new AbortController();
  const running = requests.run(ending.signal);
  const end = async () => {
    ending.abort();
    await running;
  };
  onTestFinished(end);
  const request = (name: string) => requests.all().find(({ modelId }) => modelId === `base:${name}`)?.state;
  return { ...profile, requests, request, end };
}

/** The network asks for `base:a`, and the download completes. */
async function fetched(alice: ReturnType<typeof open>): Promise<void> {
  alice.requests.onEvent(downloadModel('base:a'));
  await alice.until(() => alice.state('a') === 'downloading');
  alice.source.of('a').finish();
}

/** A network that accepts what the test allows. */
function network() {
  const announced: string[] = [];
  const refused = new Set<string>();
  const announce = async (modelId: string) => {
    await Promise.resolve();
    announced.push(modelId);
    if (refused.has(modelId)) throw new Error('the relay cannot be reached');
  };
  return { announced, refused, announce };
}

describe('a model that the network requests', () => {
  it('is downloaded and announced, and is then one of the node’s models', async () => {
    const { announced, announce } = network();
    const alice = open(announce);
    alice.requests.onEvent(downloadModel('base:Owner/A'));
    await alice.until(() => alice.state('owner/a') === 'downloading');
    expect(alice.requests.modelIds).toEqual([]);
    expect(announced).toEqual([]);
    alice.source.of('owner/a').finish();
    await alice.until(() => alice.request('owner/a') === 'told');
    expect(announced).toEqual(['base:owner/a']);
    expect(alice.requests.modelIds).toEqual(['base:owner/a']);
    alice.requests.onEvent(downloadModel('base:owner/a'));
    await settle();
    expect(announced).toHaveLength(1);
    expect(alice.source.fetches).toHaveLength(1);
  });

  it('is downloaded once, however often it is requested', async () => {
    const { announce } = network();
    const alice = open(announce);
    for (let times = 0; times < 3; times++) alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.state('a') === 'downloading');
    alice.requests.onEvent(downloadModel('base:a'));
    alice.source.of('a').finish();
    await alice.until(() => alice.request('a') === 'told');
    expect(alice.source.fetches).toHaveLength(1);
  });

  it('is announced until the network accepts it, with growing pauses, without delaying other models', async () => {
    const { announced, refused, announce } = network();
    refused.add('base:a');
    const alice = open(announce);
    await fetched(alice);
    await alice.until(() => alice.state('a') === 'done');
    await settle();
    expect(announced).toEqual(['base:a']);
    for (const [wait, times] of [
      [1_000, 2],
      [2_000, 3],
      [4_000, 4],
    ] as const) {
      await clock.tick(wait - 1);
      expect(announced).toHaveLength(times - 1);
      await clock.tick(1);
      expect(announced).toHaveLength(times);
    }
    alice.requests.onEvent(downloadModel('base:b'));
    await alice.until(() => alice.state('b') === 'downloading');
    alice.source.of('b').finish();
    await alice.until(() => alice.request('b') === 'told');
    await clock.tick(3_600_000);
    expect(announced.length).toBeLessThan(30);
    refused.clear();
    await clock.tick(300_000);
    expect(alice.request('a')).toBe('told');
  });

  it('is given up after three attempts; a later request is a new chance', async () => {
    const { announce } = network();
    const alice = open(announce);
    alice.requests.onEvent(downloadModel('base:a'));
    for (const wait of [30_000, 60_000, 0]) {
      await alice.until(() => alice.state('a') === 'downloading');
      alice.source.of('a').fail(new EngineError('MODEL_INTERRUPTED', 'no connection'));
      await alice.until(() => alice.state('a') === 'failed');
      await clock.tick(wait === 0 ? 0 : wait + 1_000);
    }
    await alice.until(() => alice.request('a') === 'failed');
    await clock.tick(600_000);
    expect(alice.source.fetches).toHaveLength(3);
    await fetched(alice);
    await alice.until(() => alice.request('a') === 'told');
  });

  it('is given up at once if this engine does not know it', async () => {
    const { announce } = network();
    const alice = open(announce);
    alice.requests.onEvent(downloadModel('base:unknown'));
    await alice.until(() => alice.request('unknown') === 'failed');
  });

  it('is given up if the host cancels it; one that the host deletes is no longer the node’s, and may be requested again', async () => {
    const { announced, announce } = network();
    const alice = open(announce);
    alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.state('a') === 'downloading');
    alice.downloads.cancel(key('a'));
    await alice.until(() => alice.request('a') === 'failed');
    alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.source.fetches.length === 2);
    alice.source.of('a').finish();
    await alice.until(() => alice.request('a') === 'told');
    await new Removals(alice.parts).remove(key('a'));
    expect(alice.requests.modelIds).toEqual([]);
    alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.source.fetches.length === 3);
    alice.source.of('a').finish();
    await alice.until(() => alice.request('a') === 'told');
    expect(announced).toEqual(['base:a', 'base:a']);
  });

  it('is no longer announced once the host has deleted it', async () => {
    const { announced, refused, announce } = network();
    refused.add('base:a');
    const alice = open(announce);
    await fetched(alice);
    await alice.until(() => alice.request('a') === 'fetched');
    await settle();
    expect(announced).toEqual(['base:a']);
    await new Removals(alice.parts).remove(key('a'));
    await clock.tick(60_000);
    expect(announced).toEqual(['base:a']);
  });

  it('is downloaded again on a new request if it has vanished from the disk', async () => {
    const { announce } = network();
    const alice = open(announce);
    await fetched(alice);
    await alice.until(() => alice.request('a') === 'told');
    alice.parts.file.change(() => alice.parts.records.setState('huggingface/base-a', 'missing'));
    alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.source.fetches.length === 2);
  });

  it('stops nothing if its event is invalid', async () => {
    const { announce } = network();
    const alice = open(announce);
    for (const args of ['', '{', '{}', '{"node_address":"0x","model_id":"nonsense","task_type":1}']) {
      alice.requests.onEvent({ ...downloadModel('base:x'), args });
    }
    expect(alice.requests.all()).toEqual([]);
  });
});

describe('after a restart', () => {
  it('the download continues, and the announcement is made', async () => {
    const { announced, refused, announce } = network();
    refused.add('base:b');
    const alice = open(announce);
    alice.requests.onEvent(downloadModel('base:a'));
    alice.requests.onEvent(downloadModel('base:b'));
    await alice.until(() => alice.state('a') === 'downloading' && alice.state('b') === 'downloading');
    alice.source.of('b').finish();
    await alice.until(() => alice.request('b') === 'fetched');
    await settle();
    await alice.end();
    await alice.close();
    refused.clear();
    const again = open(announce);
    await again.until(() => again.request('b') === 'told' && again.state('a') === 'downloading');
    again.source.of('a').finish();
    await again.until(() => again.request('a') === 'told');
    expect(announced).toEqual(['base:b', 'base:b', 'base:a']);
  });

  it('every profile announces to its own network', async () => {
    const networks = { alice: network(), bob: network() };
    const alice = open(networks.alice.announce, 'alice');
    const bob = open(networks.bob.announce, 'bob');
    alice.requests.onEvent(downloadModel('base:a'));
    await alice.until(() => alice.state('a') === 'downloading');
    bob.requests.onEvent(downloadModel('base:a'));
    await settle();
    alice.source.of('a').finish();
    await alice.until(() => alice.request('a') === 'told');
    await clock.tick(1_000);
    await bob.until(() => bob.request('a') === 'told');
    expect([networks.alice.announced, networks.bob.announced]).toEqual([['base:a'], ['base:a']]);
    expect(bob.source.fetches).toEqual([]);
  });
});
