import { describe, expect, it } from 'vitest';
import { type ModelsUpdate, modelsUpdateSchema } from '../../contract/models.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { EngineError } from '../engines/errors.ts';
import { ModelsFeed } from './feed.ts';
import { Removals } from './removal.ts';
import { key, openProfile, START_MS, tempModelsDir } from './testing/rig.ts';
import { modelsView } from './views.ts';

const DISK = { unknown: [], partial: new Map(), freeBytes: 7, scannedAtMs: 1 };

function setUp() {
  const clock = new ManualClock(START_MS);
  const profile = openProfile({ directory: tempModelsDir(), clock });
  const removals = new Removals(profile.parts);
  let disk = DISK;
  const feed = new ModelsFeed(() => modelsView(profile.parts, removals, disk));
  profile.parts.file.onChange(() => feed.refresh());
  const updates: ModelsUpdate[] = [];
  const subscribe = () =>
    feed.subscribe((update) => {
      // The contract's schema for what crosses a process.
      updates.push(modelsUpdateSchema.parse(JSON.parse(JSON.stringify(update))));
    });
  return {
    ...profile,
    clock,
    feed,
    updates,
    subscribe,
    setDisk: (change: Partial<typeof DISK>) => {
      disk = { ...disk, ...change };
    },
  };
}

/** The state of a UI after all updates. */
function replay(updates: readonly ModelsUpdate[]) {
  const downloads = new Map<string, string>();
  const models = new Map<string, string>();
  for (const update of updates) {
    for (const { modelId, state } of update.downloads) downloads.set(modelId, state.kind);
    for (const { modelId, state } of update.models) models.set(modelId, state.kind);
    if (update.kind === 'snapshot') continue;
    for (const { modelId } of update.removedDownloads) downloads.delete(modelId);
    for (const { modelId } of update.removedModels) models.delete(modelId);
  }
  return { downloads: Object.fromEntries(downloads), models: Object.fromEntries(models) };
}

describe('a subscription', () => {
  it('starts with a snapshot, then reports each change once, numbered without gaps', async () => {
    const { downloads, source, until, state, updates, subscribe, parts } = setUp();
    downloads.request(key('a'), 'Llm', 'host');
    subscribe();
    expect(updates).toMatchObject([{ kind: 'snapshot', revision: 0, downloads: [{ modelId: 'base:a' }] }]);
    await until(() => state('a') === 'downloading');
    source.of('a').progress(400);
    expect(updates.at(-1)).toMatchObject({
      kind: 'delta',
      models: [],
      unknown: null,
      disk: null,
      downloads: [
        {
          state: { kind: 'downloading', bytes: 400, total: 1000, bytesPerSecond: 100, secondsLeft: 6 },
          wantedBy: [{ profile: 'alice', purpose: 'host' }],
          by: { profile: 'alice', pid: process.pid },
        },
      ],
    });
    source.of('a').finish({ files: [{ path: 'x', sizeBytes: 1000, sha256: null }] });
    await until(() => state('a') === 'done');
    expect(replay(updates)).toEqual({ downloads: { 'base:a': 'done' }, models: { 'base:a': 'present' } });
    expect(updates.map(({ revision }) => revision)).toEqual(updates.map((_, index) => index));
    expect(updates.at(-1)).toMatchObject({ disk: { usedBytes: 1000, freeBytes: 7 } });
    await new Removals(parts).remove(key('a'));
    expect(replay(updates)).toEqual({ downloads: {}, models: {} });
  });

  it('sends nothing if nothing changed, and nothing to listeners that have left', async () => {
    const { feed, updates, subscribe, downloads, setDisk } = setUp();
    const leave = subscribe();
    feed.refresh();
    expect(updates).toHaveLength(1);
    setDisk({ freeBytes: 8 });
    feed.refresh();
    expect(updates.at(-1)).toMatchObject({ revision: 1, disk: { freeBytes: 8 } });
    leave();
    downloads.request(key('a'), 'Llm', 'host');
    expect(updates).toHaveLength(2);
    subscribe();
    expect(updates.at(-1)).toMatchObject({ kind: 'snapshot', downloads: [{ modelId: 'base:a' }] });
  });

  it('gives a second listener the current revision', () => {
    const { feed, updates, subscribe, setDisk } = setUp();
    subscribe();
    setDisk({ freeBytes: 8 });
    feed.refresh();
    subscribe();
    expect(updates.at(-1)).toMatchObject({ kind: 'snapshot', revision: 1 });
    setDisk({ freeBytes: 9 });
    feed.refresh();
    expect(updates.slice(-2).map(({ revision }) => revision)).toEqual([2, 2]);
  });

  it('shows why a download failed and when it will be retried', async () => {
    const { downloads, source, until, state, updates, subscribe } = setUp();
    subscribe();
    downloads.request(key('a'), 'Llm', 'host');
    await until(() => state('a') === 'downloading');
    source.of('a').fail(new EngineError('MODEL_NO_SPACE', 'full', { needed: 9, free: 1 }));
    await until(() => state('a') === 'failed');
    expect(updates.at(-1)?.downloads).toMatchObject([
      {
        state: {
          kind: 'failed',
          error: { code: 'MODEL_NO_SPACE', data: { needed: 9 } },
          failures: 1,
          retryAtMs: START_MS + 30_000,
        },
        by: null,
      },
    ]);
  });
});
