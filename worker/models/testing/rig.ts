/** Profiles of one host on one models directory, in one process, with a clock that is ticked by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ModelEngine, ModelKey } from '../../../contract/models.ts';
import type { ManualClock } from '../../../protocol/ports.ts';
import { EngineError } from '../../engines/errors.ts';
import { SILENT_LOG } from '../../engines/log.ts';
import { Downloads } from '../downloads.ts';
import { modelKey } from '../model-key.ts';
import { type ModelParts, modelParts } from '../parts.ts';
import type { FetchedModel, FetchInput, ModelPlan, ModelSource } from '../sources/source.ts';
import { StoreFile } from '../store-file.ts';

export const START_MS = 1_700_000_000_000;

export function tempModelsDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crynux-models-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An open fetch, which the test ends. */
export interface OpenFetch {
  readonly modelId: string;
  readonly input: FetchInput;
  progress(bytes: number, total?: number | null): void;
  finish(result?: Partial<FetchedModel>): void;
  fail(error: Error): void;
}

/** A source whose fetches do what the test says. Variants share a place; IDs with `unknown` in them are unknown. */
export class ScriptedSource implements ModelSource {
  readonly engine: ModelEngine;
  readonly parallel: number;
  readonly known: readonly ModelPlan[] = [];
  readonly fetches: OpenFetch[] = [];
  readonly onFetch = new Set<() => void>();

  constructor({ engine = 'embedded', parallel = 1 }: { engine?: ModelEngine; parallel?: number } = {}) {
    this.engine = engine;
    this.parallel = parallel;
  }

  plan(key: ModelKey): ModelPlan {
    if (key.modelId.includes('unknown')) throw new EngineError('MODEL_UNKNOWN', `${key.modelId} is unknown`);
    const place = `huggingface/${key.modelId.replace(/\+.*/, '').replace(/\W/g, '-')}`;
    return { key, place, folder: place, kind: 'onnx', taskTypes: ['Llm'], origin: { kind: 'bundled' }, files: null };
  }

  /** The latest fetch of a model. */
  of(name: string): OpenFetch {
    const found = this.fetches.findLast(({ modelId }) => modelId === `base:${name}`);
    if (found === undefined) throw new Error(`${name} is not being fetched`);
    return found;
  }

  fetch(input: FetchInput): Promise<FetchedModel> {
    return new Promise((resolve, reject) => {
      input.signal.addEventListener('abort', () => reject(new EngineError('MODEL_CANCELLED', 'cancelled')), { once: true });
      this.fetches.push({
        modelId: input.plan.key.modelId,
        input,
        progress: (bytes, total = 1000) => input.onProgress({ bytes, total, bytesPerSecond: 100 }),
        finish: (result) => resolve({ files: [], origin: input.plan.origin, verified: true, ...result }),
        fail: reject,
      });
      for (const listener of [...this.onFetch]) listener();
    });
  }
}

export interface Profile {
  readonly parts: ModelParts;
  readonly downloads: Downloads;
  readonly source: ScriptedSource;
  /**
   * Resolves as soon as the condition holds; it is checked after every change that this profile sees and every new
   * fetch.
   */
  until(holds: () => boolean): Promise<void>;
  state(name: string): string | undefined;
  /** Stops the run and closes the file, like an orderly stop. */
  close(): Promise<void>;
}

export interface ProfileOptions {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly name?: string;
  readonly source?: ScriptedSource;
  readonly parts?: Partial<ModelParts>;
}

/** Opens it and starts its downloads. */
export function openProfile({
  directory,
  clock,
  name = 'alice',
  source = new ScriptedSource(),
  ...more
}: ProfileOptions): Profile {
  const file = new StoreFile({ directory, profile: name, pid: process.pid, nowMs: clock.now() });
  const given = { file, source, clock, log: SILENT_LOG, reserveBytes: 0, freeBytes: () => Promise.resolve(1e12) };
  const parts = modelParts({ ...given, ...more.parts });
  const downloads = new Downloads(parts);
  const ending = new AbortController();
  const running = downloads.run(ending.signal);
  const close = async () => {
    ending.abort();
    await running;
    file.close();
  };
  onTestFinished(close);
  return {
    parts,
    downloads,
    source,
    close,
    state: (model) => parts.rows.find(modelKey(source.engine, `base:${model}`))?.state,
    until: (holds) =>
      new Promise((resolve) => {
        const check = () => {
          if (!holds()) return;
          forget();
          source.onFetch.delete(check);
          resolve();
        };
        const forget = file.onChange(check);
        source.onFetch.add(check);
        check();
      }),
  };
}

/** Names of the models whose fetch has started, in order. */
export function startedModels({ source }: Profile): string[] {
  return source.fetches.map(({ modelId }) => modelId.replace('base:', ''));
}

export function key(name: string): ModelKey {
  return modelKey('embedded', `base:${name}`);
}

/** Runs everything that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
