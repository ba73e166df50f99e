import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../protocol/ports.ts';
import type { Engine, EngineOutcome } from '../../engines/engine.ts';
import { modelKey } from '../model-key.ts';
import { write, writeRepository } from '../testing/disk.ts';
import { START_MS, settle, tempModelsDir } from '../testing/rig.ts';
import { engineSource } from './engine-source.ts';
import type { FetchInput, FetchProgress } from './source.ts';

const FILES = { 'config.json': '{"architectures":["X"]}', 'model.safetensors': 'weights' };

let directory: string;
let clock: ManualClock;

beforeEach(() => {
  directory = tempModelsDir();
  clock = new ManualClock(START_MS);
});

/** An engine whose download does what the test says. */
function sourceWith(download: Engine['download']) {
  return engineSource({ directory, engine: { download }, clock });
}

const SUCCESS: EngineOutcome = { kind: 'success' };

function fetchInput(source: ReturnType<typeof sourceWith>, id: string, change: Partial<FetchInput> = {}): FetchInput {
  return {
    plan: source.plan(modelKey('official', id), 'Llm'),
    taskType: 'Llm',
    signal: new AbortController().signal,
    onProgress: () => {},
    onVerifying: () => {},
    freeBytes: () => Promise.resolve(1_000),
    reserveBytes: 100,
    ...change,
  };
}

describe('the official worker', () => {
  it('stores hub models, and those with a URL, where its libraries do', () => {
    const source = sourceWith(async () => SUCCESS);
    const plan = (id: string) => source.plan(modelKey('official', id), 'StableDiffusion');
    expect(plan('base:Owner/Name+fp16')).toMatchObject({
      key: { modelId: 'base:owner/name+fp16' },
      folder: 'huggingface/models--owner--name',
      taskTypes: ['StableDiffusion', 'FineTuneLora'],
    });
    const url = 'https://example.org/Lora?token=secret';
    expect(plan(`lora:${url}`)).toMatchObject({
      folder: `external/${createHash('sha256').update(url).digest('hex')}`,
      kind: 'external',
      taskTypes: [],
      origin: { kind: 'url', url: 'https://example.org/Lora' },
    });
  });

  it.each(['base:../../etc', 'base:a/b/c', 'base:a\\b', 'base:https://', 'lora:/etc/passwd', 'base:.hidden'])(
    'is never asked for %s',
    (id) => {
      expect(() => sourceWith(async () => SUCCESS).plan(modelKey('official', id), 'Llm')).toThrow(
        expect.objectContaining({ code: 'MODEL_UNKNOWN' }),
      );
    },
  );

  it('downloads into its cache; bytes and the result are read from the disk', async () => {
    let end = () => {};
    const asked: unknown[] = [];
    const source = sourceWith((model, type) => {
      asked.push([model, type]);
      return new Promise((resolve) => {
        end = () => resolve(SUCCESS);
      });
    });
    const progress: FetchProgress[] = [];
    const fetched = source.fetch(fetchInput(source, 'base:owner/llm', { onProgress: (step) => progress.push(step) }));
    while (progress.length < 1) await settle();
    const blob = join(directory, 'huggingface', 'models--owner--llm', 'blobs', `${'a'.repeat(64)}.incomplete`);
    write(blob, 'x'.repeat(500));
    await clock.tick(1_000);
    while (progress.length < 2) await settle();
    expect(progress.at(-1)).toMatchObject({ bytes: 500, total: null });
    expect(progress.at(-1)?.bytesPerSecond).toBeGreaterThan(0);
    writeRepository(directory, { repo: 'owner/llm', files: FILES });
    end();
    expect(await fetched).toMatchObject({
      origin: { repo: 'owner/llm', revision: 'c'.repeat(40) },
      files: [{ sizeBytes: 23 }, { sizeBytes: 7 }],
      verified: false,
    });
    expect(asked).toEqual([[{ id: 'owner/llm', type: 'base', variant: null }, 'Llm']]);
  });

  it('is trusted if it reports a model that this program cannot see', async () => {
    const source = sourceWith(async () => SUCCESS);
    expect(await source.fetch(fetchInput(source, 'base:owner/llm'))).toMatchObject({ files: [] });
  });

  it('is stopped when the disk is nearly full', async () => {
    let free = 1_000;
    const source = sourceWith(
      (_model, _type, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'cancelled', reason: 'restarted', detail: 'stopped' }));
        }),
    );
    const fetched = source.fetch(fetchInput(source, 'base:owner/llm', { freeBytes: async () => free }));
    const failure = expect(fetched).rejects.toMatchObject({ code: 'MODEL_NO_SPACE', data: { free: 99, needed: 100 } });
    while (clock.sleeping === 0) await settle();
    free = 99;
    await clock.tick(1_000);
    await failure;
  });

  it('fails with the last line of its output', async () => {
    const traceback = 'Traceback (most recent call last):\n  File "x"\nOSError: no such repository\n';
    const source = sourceWith(async () => ({ kind: 'failed', traceback, gpuCount: 2 }));
    await expect(source.fetch(fetchInput(source, 'base:owner/llm'))).rejects.toMatchObject({
      code: 'MODEL_ENGINE_FAILED',
      message: 'base:owner/llm: OSError: no such repository',
      data: { gpuCount: 2, traceback },
    });
    expect(clock.sleeping).toBe(0);
  });

  it('is told when nobody wants the download any more', async () => {
    const stop = new AbortController();
    let heard = false;
    const source = sourceWith(
      (_model, _type, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            heard = true;
            resolve({ kind: 'cancelled', reason: 'restarted', detail: '' });
          });
        }),
    );
    const fetched = source.fetch(fetchInput(source, 'base:owner/llm', { signal: stop.signal }));
    stop.abort(new Error('not wanted'));
    await expect(fetched).rejects.toThrow('not wanted');
    expect(heard).toBe(true);
  });
});
