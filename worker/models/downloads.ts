/** Requests about downloads: from a task, the network or the host. */
import type { DownloadPurpose, ModelKey } from '../../contract/models.ts';
import { CodedError } from '../../protocol/errors.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { EngineError } from '../engines/errors.ts';
import { compareSizes } from './disk/verify.ts';
import { DownloadRunner } from './download-runner.ts';
import { isRunning } from './download-state.ts';
import { ModelStoreError } from './errors.ts';
import { keyText } from './model-key.ts';
import type { ModelParts } from './parts.ts';
import { isFoundOnDiskOnly } from './records.ts';

interface TaskWant {
  readonly key: ModelKey;
  readonly taskType: TaskType;
  readonly signal?: AbortSignal;
}

export class Downloads {
  readonly #parts: ModelParts;
  readonly #runner: DownloadRunner;
  /** Number of waiting tasks of this process, by model. */
  readonly #waiting = new Map<string, number>();

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#runner = new DownloadRunner(parts);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#runner.run(signal);
  }

  isPresent(key: ModelKey): Promise<boolean> {
    return isPresent(this.#parts, key);
  }

  /**
   * Resolves when the model is on disk; meanwhile, downloads for the network or the host give way. When
   * the signal aborts, the task's want ends, and with it the download unless somebody else wants it too.
   * @throws EngineError MODEL_*; ModelStoreError MODEL_DEADLINE, MODEL_ENGINE_FAILED, MODEL_NOT_FOUND (deleted)
   */
  async downloadForTask(want: TaskWant): Promise<void> {
    const { key, taskType, signal } = want;
    this.#parts.source.plan(key, taskType);
    if (await this.isPresent(key)) return;
    if (signal?.aborted) throw deadlineError(key, 'cancelled');
    const text = keyText(key);
    this.#waiting.set(text, (this.#waiting.get(text) ?? 0) + 1);
    this.#want(key, taskType, 'task');
    try {
      await this.#untilDone(want);
    } finally {
      const left = (this.#waiting.get(text) ?? 1) - 1;
      this.#waiting.set(text, left);
      if (left === 0) this.#parts.file.change(() => this.#parts.rows.removeTaskWant(key));
      this.#runner.wake();
    }
  }

  /**
   * Queues a model; a failed or cancelled download gets a new chance. What the host has paused stays paused for the
   * network.
   * @throws EngineError MODEL_UNKNOWN
   */
  request(key: ModelKey, taskType: TaskType, purpose: 'network' | 'host'): void {
    this.#parts.source.plan(key, taskType);
    this.#want(key, taskType, purpose);
  }

  /** @throws ModelStoreError MODEL_NOT_FOUND, MODEL_ILLEGAL_STATE */
  pause(key: ModelKey): void {
    this.#change(() => this.#parts.rows.move(key, 'paused'));
  }

  /**
   * Also retries at once a download that waits for its next attempt.
   * @throws ModelStoreError MODEL_NOT_FOUND, MODEL_ILLEGAL_STATE
   */
  resume(key: ModelKey): void {
    const { rows } = this.#parts;
    this.#change(() => {
      rows.move(key, 'queued', { reset: true });
      if (rows.wantsOf(key).length === 0) rows.addWant(key, 'host');
    });
  }

  /**
   * Cancels for everybody who wants it; what has arrived is kept.
   * @throws ModelStoreError MODEL_NOT_FOUND, MODEL_ILLEGAL_STATE
   */
  cancel(key: ModelKey): void {
    const { rows } = this.#parts;
    this.#change(() => {
      rows.move(key, 'cancelled');
      rows.removeWants(key);
    });
  }

  #change(work: () => void): void {
    this.#parts.file.change(work);
    this.#runner.wake();
  }

  #want(key: ModelKey, taskType: TaskType, purpose: DownloadPurpose): void {
    const { rows, clock } = this.#parts;
    this.#change(() => {
      const row = rows.find(key);
      if (row === null) rows.add(key, taskType, clock.now());
      else if (row.state === 'paused') {
        // A task cannot wait beyond its deadline; the network can.
        if (purpose !== 'network') rows.move(key, 'queued');
      } else if (row.state === 'failed') {
        // RELAY_PROTOCOL 8.8: a request changes nothing while attempts are left.
        if (purpose !== 'network' || row.retryAtMs === null) rows.move(key, 'queued', { reset: true });
      } else if (row.state !== 'queued' && !isRunning(row.state)) rows.move(key, 'queued', { reset: true });
      rows.addWant(key, purpose);
    });
  }

  async #untilDone({ key, signal }: TaskWant): Promise<void> {
    const { file, rows } = this.#parts;
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const check = () => {
          const row = rows.find(key);
          if (row === null) reject(new ModelStoreError('MODEL_NOT_FOUND', `${key.modelId} was deleted`, { ...key }));
          else if (row.state === 'done') resolve();
          else if (row.state === 'cancelled') reject(new EngineError('MODEL_CANCELLED', `${key.modelId}: cancelled`));
          else if (row.state === 'failed' && row.retryAtMs === null) reject(toError(row.error));
        };
        over.signal.addEventListener('abort', file.onChange(check), { once: true });
        signal?.addEventListener('abort', () => reject(deadlineError(key, 'cancelled')), { once: true, signal: over.signal });
        check();
      });
    } finally {
      over.abort();
    }
  }
}

function deadlineError({ modelId }: ModelKey, why: string): ModelStoreError {
  return new ModelStoreError('MODEL_DEADLINE', `${modelId} did not arrive in time: ${why}`, { model: modelId });
}

/** Rebuilds the error, which may have been thrown in another process. */
function toError(error: { code: string; message: string; data: Record<string, unknown> } | null): CodedError {
  const { code, message, data } = error ?? { code: 'UNEXPECTED', message: 'the download failed', data: {} };
  return new CodedError(code, message, JSON.parse(JSON.stringify(data)));
}

/**
 * Recorded as present, and its files are there; if they are not, the record is corrected. A cache that was only seen on
 * disk does not count: it may contain another variant, and the engine can tell in a moment.
 */
async function isPresent({ file, records }: ModelParts, key: ModelKey): Promise<boolean> {
  const record = records.find(key);
  if (record === null || record.state !== 'present' || isFoundOnDiskOnly(record)) return false;
  const verdict = await compareSizes(records.folderOf(record), record.files);
  if (verdict.kind === 'right') return true;
  const state = verdict.kind === 'missing' ? 'missing' : 'corrupt';
  file.change(() => records.setState(record.place, state, verdict.detail));
  return false;
}
