/**
 * Runs the downloads that this process may do, a few at a time; models that a task is waiting for come first. It holds
 * the claim on the place while it downloads, and learns from the rows what others have requested (pause, cancel).
 */
import type { ModelKey } from '../../contract/models.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import { Waker } from '../kit/waker.ts';
import { type DownloadRow, isPending, outstandingBytes, type Want } from './download-rows.ts';
import { isRetryDue } from './download-state.ts';
import { keyText, sameKey } from './model-key.ts';
import type { ModelParts } from './parts.ts';
import type { FetchedModel, FetchProgress, ModelPlan } from './sources/source.ts';

/** How soon changes by other processes are noticed. */
const CHECK_EVERY_MS = 1000;
/** How often progress is recorded. */
const PROGRESS_EVERY_MS = 500;

interface Job {
  readonly row: DownloadRow;
  readonly plan: ModelPlan;
  readonly stop: AbortController;
}

interface Candidate {
  readonly row: DownloadRow;
  readonly forTask: boolean;
}

export class DownloadRunner {
  readonly #parts: ModelParts;
  readonly #waker: Waker;
  readonly #jobs = new Map<string, Job>();
  readonly #ended = new Set<Promise<void>>();

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#waker = new Waker(parts.clock);
  }

  /** Call this when something has changed that may need action at once. */
  wake(): void {
    this.#waker.wake();
  }

  /** Runs until the signal aborts; unfinished downloads are left for the next start. Resolves when everything has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    while (!signal.aborted) {
      try {
        this.#step();
      } catch (error) {
        log.error({ err: error }, 'the model store could not be read or written');
      }
      await this.#waker.sleep(CHECK_EVERY_MS, signal).catch(() => {});
    }
    for (const { stop } of this.#jobs.values()) stop.abort();
    await Promise.all(this.#ended);
  }

  #step(): void {
    const { file } = this.#parts;
    file.checkForChanges();
    this.#cancelUnwanted();
    this.#stopWithdrawn();
    for (const candidate of this.#candidates()) {
      if (this.#jobs.size >= this.#parts.source.parallel) {
        if (candidate.forTask) this.#makeRoom();
        return;
      }
      this.#begin(candidate.row);
    }
  }

  /** Cancels downloads that nobody waits for any more: a task's deadline has passed, or its process has died. */
  #cancelUnwanted(): void {
    const { file, rows } = this.#parts;
    const wanted = new Set(rows.wants().map(keyText));
    const left = rows.all().filter((row) => isPending(row) && !wanted.has(keyText(row)));
    if (left.length === 0) return;
    file.change(() => {
      for (const row of left) {
        if (rows.wantsOf(row).length === 0 && isPending(rows.get(row))) rows.move(row, 'cancelled');
      }
    });
  }

  #stopWithdrawn(): void {
    const { file, rows } = this.#parts;
    for (const { row, stop } of this.#jobs.values()) {
      if (rows.find(row)?.holder !== file.session) stop.abort();
    }
  }

  /** In the order in which they should start. */
  #candidates(): Candidate[] {
    const { rows, clock, source } = this.#parts;
    const nowMs = clock.now();
    const wants = rows.wants().filter((want) => this.#mayServe(want));
    const due = rows.all().filter(({ state, retryAtMs, engine }) => {
      if (engine !== source.engine) return false;
      return state === 'queued' || (state === 'failed' && isRetryDue(retryAtMs, nowMs));
    });
    return due
      .filter((row) => !this.#jobs.has(keyText(row)) && wants.some((want) => sameKey(want, row)) && this.#isFree(row))
      .map((row) => ({ row, forTask: wants.some((want) => sameKey(want, row) && want.purpose === 'task') }))
      .sort((a, b) => Number(b.forTask) - Number(a.forTask));
  }

  /** No process is changing the place. Otherwise it could not start anyway, and need not displace another download. */
  #isFree(row: DownloadRow): boolean {
    try {
      return !this.#parts.claims.isTaken(this.#parts.source.plan(row, row.taskType).place);
    } catch {
      // Its ID is no longer known; starting it reports the error.
      return true;
    }
  }

  /** Any process may download what the host wants; what a network wants, only the process of that profile. */
  #mayServe({ purpose, profile, session }: Want): boolean {
    const { file } = this.#parts;
    if (purpose === 'task') return session === file.session;
    return purpose === 'host' || profile === file.profile;
  }

  /** Puts one download that no task is waiting for back into the queue. */
  #makeRoom(): void {
    const { rows } = this.#parts;
    const jobs = [...this.#jobs.values()];
    if (jobs.some(({ stop }) => stop.signal.aborted)) return;
    const wants = rows.wants();
    const least = jobs.findLast(({ row }) => !wants.some((want) => want.purpose === 'task' && sameKey(want, row)));
    least?.stop.abort();
  }

  #begin(row: DownloadRow): void {
    const { file, rows, claims, source, clock } = this.#parts;
    let plan: ModelPlan;
    try {
      plan = source.plan(row, row.taskType);
    } catch (error) {
      file.change(() => {
        if (rows.get(row).state === 'failed') rows.move(row, 'queued');
        this.#fail(row, error);
      });
      return;
    }
    const begun = file.change(() => {
      const now = rows.find(row);
      const due = now?.state === 'queued' || (now?.state === 'failed' && isRetryDue(now.retryAtMs, clock.now()));
      if (!due || !claims.tryTake(plan.place, 'download')) return false;
      if (now.state === 'failed') rows.move(row, 'queued');
      rows.begin(row);
      return true;
    });
    if (!begun) return;
    const job: Job = { row, plan, stop: new AbortController() };
    this.#jobs.set(keyText(row), job);
    const ended = this.#run(job)
      .catch((error: unknown) => this.#parts.log.error({ err: error, model: row.modelId }, 'a download could not be recorded'))
      .finally(() => {
        this.#jobs.delete(keyText(row));
        this.#ended.delete(ended);
        this.wake();
      });
    this.#ended.add(ended);
  }

  async #run(job: Job): Promise<void> {
    const { file, log } = this.#parts;
    const { row, plan, stop } = job;
    const model = row.modelId;
    log.info({ model, failures: row.failures }, 'a model download starts');
    try {
      const fetched = await this.#fetch(job);
      file.change(() => this.#complete(job, fetched));
      log.info({ model }, 'a model is on disk');
    } catch (error) {
      file.change(() => {
        this.#parts.claims.release(plan.place);
        if (!this.#holds(row)) return;
        if (stop.signal.aborted) this.#parts.rows.move(row, 'queued');
        else this.#fail(row, error);
      });
      if (stop.signal.aborted) log.info({ model }, 'a model download was stopped');
      else log.warn({ model, err: error }, 'a model download failed');
    }
  }

  async #fetch({ row, plan, stop }: Job): Promise<FetchedModel> {
    const { file, rows, source, clock, reserveBytes, freeBytes } = this.#parts;
    let last: FetchProgress = { bytes: row.bytes, total: row.total, bytesPerSecond: 0 };
    let state: 'downloading' | 'verifying' = 'downloading';
    let sinceRecorded: (() => number) | null = null;
    const record = (next: typeof state) => {
      if (next === state && sinceRecorded !== null && sinceRecorded() < PROGRESS_EVERY_MS) return;
      state = next;
      sinceRecorded = startStopwatch(clock);
      if (!file.change(() => rows.progress(row, next, last))) stop.abort();
    };
    return await source.fetch({
      plan,
      taskType: row.taskType,
      signal: stop.signal,
      onProgress: (progress) => {
        last = progress;
        record('downloading');
      },
      onVerifying: () => record('verifying'),
      freeBytes: async (folder) => (await freeBytes(folder)) - outstandingBytes(rows.all(), row),
      reserveBytes,
    });
  }

  #complete({ row, plan }: Job, { files, origin, verified }: FetchedModel): void {
    const { rows, records, claims, clock } = this.#parts;
    const nowMs = clock.now();
    claims.release(plan.place);
    const { place, folder, kind } = plan;
    records.save({
      engine: row.engine,
      modelId: row.modelId,
      place,
      folder,
      kind,
      taskTypes: [...plan.taskTypes],
      files: [...files],
      origin,
      state: 'present',
      detail: '',
      downloadedAtMs: nowMs,
      verifiedAtMs: verified ? nowMs : null,
    });
    records.setState(place, 'present');
    // Paused at the last moment: when it is resumed, the files are found to be there.
    if (!this.#holds(row)) return;
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    rows.progress(row, 'downloading', { bytes, total: bytes, bytesPerSecond: 0 });
    rows.move(row, 'done', { reset: true });
    rows.removeWants(row);
  }

  #fail(key: ModelKey, error: unknown): void {
    const { rows, clock } = this.#parts;
    const failed = rows.fail(key, serialiseError(error), clock.now());
    if (failed.retryAtMs === null) rows.removeWants(key);
  }

  #holds(key: ModelKey): boolean {
    return this.#parts.rows.find(key)?.holder === this.#parts.file.session;
  }
}
