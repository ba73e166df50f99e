/**
 * Models that an engine's own download program fetches: the official worker into the caches of its libraries
 * (RELAY_PROTOCOL 8.6, 9.2). The protocol reports only success or failure, so the bytes are read from the disk.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ModelEngine, ModelFile, ModelKey } from '../../../contract/models.ts';
import type { Clock } from '../../../protocol/ports.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import type { Engine, EngineOutcome } from '../../engines/engine.ts';
import { EngineError } from '../../engines/errors.ts';
import { createSpeedometer } from '../../engines/models/speedometer.ts';
import { lastLine } from '../../kit/last-line.ts';
import { readRepository, repositoryFolder, taskTypesOf } from '../disk/huggingface-cache.ts';
import { listFilesBelow, sumBytes } from '../disk/walk.ts';
import { ModelStoreError } from '../errors.ts';
import { modelOfKey } from '../model-key.ts';
import type { FetchedModel, FetchInput, ModelPlan, ModelSource } from './source.ts';

const CHECK_EVERY_MS = 1000;
const LONGEST_TRACEBACK = 8_000;
/** The name becomes part of a folder's name. */
const HUB_NAME = /^\w[\w.-]*(\/\w[\w.-]*)?$/;

export interface EngineSourceOptions {
  /** The models directory. */
  readonly directory: string;
  readonly engine: Pick<Engine, 'download'>;
  readonly clock: Clock;
  /** For a program that shares the embedded engine's catalogue; the engine may also know models that are not in it. */
  readonly catalogued?: ModelSource;
}

export function engineSource(options: EngineSourceOptions): ModelSource {
  const { catalogued } = options;
  const engine: ModelEngine = catalogued?.engine ?? 'official';
  return {
    engine,
    // The download program takes one job after the other.
    parallel: 1,
    known: catalogued?.known ?? [],
    plan: (key, taskType) => cataloguedPlan(catalogued, key, taskType) ?? cachePlan(key, taskType),
    fetch: (input) => fetchThroughEngine(options, input),
    close: async () => await catalogued?.close?.(),
  };
}

function cataloguedPlan(source: ModelSource | undefined, key: ModelKey, taskType: TaskType): ModelPlan | null {
  try {
    return source?.plan(key, taskType) ?? null;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'MODEL_UNKNOWN') return null;
    throw error;
  }
}

/** Where the official worker's libraries store it: stable-diffusion-task names files from URLs by their hash. */
function cachePlan(key: ModelKey, taskType: TaskType): ModelPlan {
  const { id, type } = modelOfKey(key);
  const common = { key, taskTypes: taskTypesOf(type, taskType), files: null };
  if (/^https?:\/\//.test(id) && URL.canParse(id)) {
    const folder = `external/${createHash('sha256').update(id).digest('hex')}`;
    return { ...common, place: folder, folder, kind: 'external', origin: { kind: 'url', url: withoutSecrets(id) } };
  }
  if (!HUB_NAME.test(id)) throw new EngineError('MODEL_UNKNOWN', `${key.modelId} is no name on a hub`, { model: key.modelId });
  const folder = `huggingface/${repositoryFolder(id)}`;
  const origin = { kind: 'hub', hubUrl: null, repo: id, revision: null } as const;
  return { ...common, place: folder, folder, kind: 'huggingface', origin };
}

async function fetchThroughEngine({ directory, engine, clock }: EngineSourceOptions, input: FetchInput): Promise<FetchedModel> {
  const { plan, taskType, signal } = input;
  const folder = join(directory, plan.folder);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const watching = watchProgress({ folder, clock, input, stop });
  try {
    const outcome = await engine.download(modelOfKey(plan.key), taskType, both);
    signal.throwIfAborted();
    if (outcome.kind !== 'success') throw stop.signal.reason ?? failureOf(plan, outcome);
  } finally {
    stop.abort();
    await watching;
  }
  return await readFetched(folder, plan);
}

/**
 * Reports progress and guards the disk while the engine downloads. Aborts `stop` with the reason when the disk is
 * nearly full.
 */
async function watchProgress(given: { folder: string; clock: Clock; input: FetchInput; stop: AbortController }): Promise<void> {
  const { folder, clock, input, stop } = given;
  const speed = createSpeedometer(clock);
  let before = sumBytes(await listFilesBelow(folder));
  while (!stop.signal.aborted) {
    const free = await input.freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
    if (free < input.reserveBytes) {
      const message = `${folder}: ${free} bytes free, ${input.reserveBytes} have to stay`;
      stop.abort(new EngineError('MODEL_NO_SPACE', message, { folder, free, needed: input.reserveBytes }));
      return;
    }
    const bytes = sumBytes(await listFilesBelow(folder));
    if (stop.signal.aborted) return;
    input.onProgress({ bytes, total: null, bytesPerSecond: speed.add(Math.max(0, bytes - before)) });
    before = bytes;
    await clock.sleep(CHECK_EVERY_MS, stop.signal).catch(() => {});
  }
}

function failureOf(plan: ModelPlan, outcome: Exclude<EngineOutcome, { kind: 'success' }>): ModelStoreError {
  const text = outcome.kind === 'cancelled' ? outcome.detail : outcome.traceback;
  const gpuCount = outcome.kind === 'cancelled' ? 0 : outcome.gpuCount;
  const traceback = text.slice(-LONGEST_TRACEBACK);
  return new ModelStoreError('MODEL_ENGINE_FAILED', `${plan.key.modelId}: ${lastLine(text)}`, { traceback, gpuCount });
}

async function readFetched(folder: string, plan: ModelPlan): Promise<FetchedModel> {
  if (plan.files !== null) return { files: plan.files, origin: plan.origin, verified: false };
  if (plan.kind === 'external') {
    const files: ModelFile[] = (await listFilesBelow(folder)).map((file) => ({ ...file, sha256: null }));
    return { files, origin: plan.origin, verified: false };
  }
  const cached = await readRepository(folder);
  const { origin } = plan;
  return {
    files: cached?.files ?? [],
    origin: origin.kind === 'hub' ? { ...origin, revision: cached?.revision ?? null } : origin,
    verified: false,
  };
}

/** The URL without user name, password and query. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
