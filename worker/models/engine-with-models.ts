/** An engine whose downloads go through the model store, and whose tasks mark the models they use. */
import { CodedError } from '../../protocol/errors.ts';
import type { Engine, EngineJob, EngineOutcome } from '../engines/engine.ts';
import type { EngineLog } from '../engines/log.ts';
import type { Downloads } from './downloads.ts';
import { isModelStoreError } from './errors.ts';
import { keyOfModel } from './model-key.ts';
import type { ModelParts } from './parts.ts';

export interface EngineWithModelsOptions {
  readonly engine: Engine;
  readonly parts: ModelParts;
  readonly downloads: Downloads;
}

export function engineWithModels({ engine, parts, downloads }: EngineWithModelsOptions): Engine {
  return {
    state: () => engine.state(),
    onState: (listener) => engine.onState(listener),
    start: () => engine.start(),
    ready: (signal) => engine.ready(signal),
    stop: () => engine.stop(),
    async execute(job) {
      const release = markUsed(parts, job);
      try {
        return await engine.execute(job);
      } finally {
        release();
      }
    },
    async download(model, taskType, signal) {
      try {
        await downloads.downloadForTask({ key: keyOfModel(parts.source.engine, model), taskType, signal });
        return { kind: 'success' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

/** Failures of the store never affect a task: it runs whatever happens here. */
function markUsed({ file, records, claims, source, clock, log }: ModelParts, job: EngineJob): () => void {
  const releases: (() => void)[] = [];
  logFailure(log, () =>
    file.change(() => {
      for (const model of job.models) {
        const key = keyOfModel(source.engine, model);
        const place = records.find(key)?.place;
        records.touch(key, clock.now());
        if (place !== undefined) releases.push(claims.use(place));
      }
    }),
  );
  return () => {
    logFailure(log, () =>
      file.change(() => {
        for (const release of releases) release();
      }),
    );
  };
}

function logFailure(log: EngineLog, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error({ err: error }, 'the use of a model could not be recorded');
  }
}

/** Law 2: a failed download never makes a task invalid. */
function outcomeOf(error: unknown): EngineOutcome {
  const detail = error instanceof CodedError ? `${error.code}: ${error.message}` : String(error);
  if (isModelStoreError(error, 'MODEL_DEADLINE')) return { kind: 'cancelled', reason: 'deadline', detail };
  const data = error instanceof CodedError ? error.data : {};
  const traceback = typeof data.traceback === 'string' && data.traceback !== '' ? data.traceback : detail;
  return { kind: 'failed', traceback, gpuCount: typeof data.gpuCount === 'number' ? data.gpuCount : 0 };
}
