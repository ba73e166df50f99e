/**
 * Runs executions in parallel with the loop, which continues to read the network. Every step is recorded before the next
 * one begins; if the process is killed before a step is recorded, the execution counts as interrupted (law 3).
 */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import { taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import type { EngineOutcome } from '../engines/engine.ts';
import { WorkerError } from '../kit/errors.ts';
import { lastLine } from '../kit/last-line.ts';
import { withDeadline } from '../kit/sleep-until-over.ts';
import type { StoredTask } from '../store/tasks.ts';
import { ENGINE_ANSWERS } from './act-log.ts';
import { unpackCheckpoint } from './checkpoint.ts';
import type { LoopContext } from './context.ts';
import { reportForException, reportForOutcome } from './diagnostic-report.ts';
import { EarlyImages } from './early-images.ts';
import { auxiliaryModels, engineJob, expectedImages, needsCheckpoint } from './engine-job.ts';
import { EnginePace } from './engine-pace.ts';
import { type ResultLocation, sealResult } from './result-files.ts';

const INPUT_CHECKPOINT = 'input_checkpoint';

export interface ExecutorEvents {
  /** The engine has the task; its answer is best served by a read of the network after so many milliseconds, if that is known. */
  onHandedOver(commitment: Hex, readAfterMs: number | null): void;
  /** The engine has answered, and an act will follow; the answer is not on disk yet. */
  onAnswer(commitment: Hex): void;
  /** An execution ended and its outcome is on disk. */
  onEnd(commitment: Hex): void;
  /** The outcome could not be recorded: the process must end. */
  onFatal(error: unknown): void;
}

interface PendingOutcome {
  /** The engine has answered, and an act will follow. */
  isAnswered: boolean;
  readonly onDisk: PromiseWithResolvers<void>;
}

export class Executor {
  readonly #context: LoopContext;
  readonly #events: ExecutorEvents;
  readonly #running = new Map<Hex, Promise<void>>();
  readonly #outcomes = new Map<Hex, PendingOutcome>();
  readonly #pace = new EnginePace();

  constructor(context: LoopContext, events: ExecutorEvents) {
    this.#context = context;
    this.#events = events;
  }

  isRunning(commitment: Hex): boolean {
    return this.#running.has(commitment);
  }

  /** Resolves when no answer of the engine is waiting to be recorded; never rejects. */
  async untilAnswerRecorded(commitment: Hex): Promise<void> {
    const outcome = this.#outcomes.get(commitment);
    if (outcome?.isAnswered === true) await outcome.onDisk.promise;
  }

  /** Resolves when the running execution has ended and its outcome is on disk; never rejects. */
  async untilEnded(commitment: Hex): Promise<void> {
    await this.#outcomes.get(commitment)?.onDisk.promise;
  }

  async untilIdle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /**
   * Records the execution and hands it to the engine; resolves once it has begun. Does nothing if the engine is no longer
   * in the lifetime for which the decision was made.
   * @throws WorkerError EXECUTION_REFUSED (law 3), ENGINE_NOT_ACCEPTED (law 7)
   */
  async begin(commitment: Hex, lifetime: string): Promise<void> {
    const { store, clock, killPoint, engineAccepted } = this.#context;
    if (!engineAccepted) throw new WorkerError('ENGINE_NOT_ACCEPTED', 'this network does not accept the engine', { commitment });
    await killPoint('execution.beforeRecord');
    if (!this.#inLifetime(lifetime)) return;
    const attempt = store.executions.begin(commitment, lifetime, clock.now());
    this.#outcomes.set(commitment, { isAnswered: false, onDisk: Promise.withResolvers() });
    const running = this.#run(store.tasks.get(commitment), attempt, lifetime)
      .catch((error: unknown) => this.#events.onFatal(error))
      .finally(() => {
        this.#running.delete(commitment);
        this.#outcomes.delete(commitment);
        this.#events.onEnd(commitment);
      });
    this.#running.set(commitment, running);
  }

  async #run(task: StoredTask, attempt: number, lifetime: string): Promise<void> {
    const { resultsDir, killPoint, store, clock, gpu, log } = this.#context;
    const place: ResultLocation = { root: resultsDir, dir: join(task.commitment, String(attempt)) };
    const subject = { commitment: task.commitment, taskArgs: task.taskArgs, gpu };
    await killPoint('execution.recorded');
    let early: EarlyImages | null = null;
    try {
      await emptyFolder(join(place.root, place.dir));
      early = this.#earlyImages(task, place);
      const outcome = await this.#execute(task, place, lifetime);
      await killPoint('execution.answered');
      const report = reportForOutcome({ ...subject, nowMs: clock.now() }, outcome);
      if (report !== null) store.diagnostics.add(report);
      // Meanwhile the network is read about the task; both are needed before the next act.
      if (outcome.kind === 'success' || outcome.kind === 'invalid') this.#onAnswer(task.commitment);
      await this.#record(task, place, outcome, early);
    } catch (error) {
      log.error({ commitment: task.commitment, err: error }, 'the execution failed inside the node');
      store.diagnostics.add(reportForException({ ...subject, nowMs: clock.now() }, error));
      const detail = error instanceof Error ? error.message : String(error);
      store.executions.end(task.commitment, { outcome: 'failed', detail, nowMs: clock.now() });
    } finally {
      early?.close();
      this.#outcomes.get(task.commitment)?.onDisk.resolve();
    }
    await killPoint('outcome.recorded');
    if (store.local(task.commitment).kind === 'closed') await cleanUpResults({ store, resultsDir }, task.commitment);
  }

  async #execute(task: StoredTask, place: ResultLocation, lifetime: string): Promise<EngineOutcome> {
    const { engine, networkClock, clock, killPoint } = this.#context;
    const outputDir = join(place.root, place.dir);
    const failure = await this.#fetchModels(task);
    if (failure !== null) return failure;
    const checkpointDir = await this.#fetchCheckpoint(task);
    const job = engineJob(task, { outputDir, checkpointDir, networkNow: () => networkClock.now() });
    await killPoint('execution.beforeEngine');
    // No await between this check and the hand-over: the job runs in the recorded lifetime or not at all.
    if (!this.#inLifetime(lifetime)) {
      return { kind: 'cancelled', reason: 'restarted', detail: 'the engine restarted before the execution began' };
    }
    const answer = engine.execute(job);
    const elapsedMs = startStopwatch(clock);
    const kind = [task.type, ...task.modelIds].join(' ');
    this.#events.onHandedOver(task.commitment, this.#pace.readAfterMs(kind));
    const outcome = await answer;
    if (outcome.kind === 'success') this.#pace.record(kind, elapsedMs());
    return outcome;
  }

  /** Prepares threads for the images and reads each image before the engine has answered. */
  #earlyImages(task: StoredTask, place: ResultLocation): EarlyImages | null {
    const { images } = this.#context;
    images.prepareFor(expectedImages(task));
    return task.type === 'StableDiffusion' ? new EarlyImages(join(place.root, place.dir), images) : null;
  }

  /** Everything except the base model is fetched first (RELAY_PROTOCOL 8.6); null when all is present. */
  async #fetchModels(task: StoredTask): Promise<EngineOutcome | null> {
    const { engine, networkClock, clock } = this.#context;
    const startTimeMs = task.startTimeMs ?? 0;
    const deadlineMs = taskDeadlineMs({ startTimeMs, timeoutSeconds: task.timeoutSeconds });
    // biome-ignore lint/plugin: a deadline of the network, in the network's time
    const timeLeftMs = () => deadlineMs - networkClock.now();
    for (const model of auxiliaryModels(task)) {
      const outcome = await withDeadline({ clock, timeLeftMs }, (signal) => engine.download(model, task.type, signal));
      if (outcome.kind === 'success') continue;
      const [traceback, gpuCount] = outcome.kind === 'cancelled' ? [outcome.detail, 0] : [outcome.traceback, outcome.gpuCount];
      // Law 2: whatever a download reports, it never makes the task invalid.
      const what = `the model ${model.id} could not be fetched: ${traceback}`;
      return { kind: 'failed', during: 'download', traceback: what, gpuCount };
    }
    return null;
  }

  async #fetchCheckpoint(task: StoredTask): Promise<string | null> {
    if (!needsCheckpoint(task)) return null;
    const base = join(this.#context.resultsDir, task.commitment);
    const zipPath = join(base, `${INPUT_CHECKPOINT}.zip`);
    const dir = join(base, INPUT_CHECKPOINT);
    await this.#context.network.downloadInputCheckpoint(task.commitment, zipPath);
    await rm(dir, { recursive: true, force: true });
    await unpackCheckpoint(zipPath, dir);
    return dir;
  }

  #onAnswer(commitment: Hex): void {
    const outcome = this.#outcomes.get(commitment);
    if (outcome !== undefined) outcome.isAnswered = true;
    this.#events.onAnswer(commitment);
  }

  async #record(task: StoredTask, place: ResultLocation, outcome: EngineOutcome, early: EarlyImages | null): Promise<void> {
    const { store, clock, killPoint, log, images } = this.#context;
    const { commitment } = task;
    const words = ENGINE_ANSWERS[outcome.kind];
    if (outcome.kind === 'success') {
      log.info({ commitment, outcome: outcome.kind }, words);
      const sealed = await sealResult({ type: task.type, place, images, early });
      await killPoint('result.sealed');
      store.recordResult({ commitment, ...sealed, nowMs: clock.now() });
      await killPoint('result.recorded');
      return;
    }
    const detail = outcome.kind === 'cancelled' ? `${outcome.reason}: ${outcome.detail}` : outcome.traceback;
    log.warn({ commitment, outcome: outcome.kind, reason: lastLine(detail) }, words);
    store.executions.end(commitment, { outcome: outcome.kind, detail, nowMs: clock.now() });
  }

  #inLifetime(lifetime: string): boolean {
    const state = this.#context.engine.state();
    return state.kind === 'ready' && state.lifetime === lifetime;
  }
}

async function emptyFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
}

/**
 * Removes a closed task's files except its result, or all files if there is none. The result is kept as long as the host
 * wants.
 */
export async function cleanUpResults(
  { store, resultsDir }: Pick<LoopContext, 'store' | 'resultsDir'>,
  commitment: Hex,
): Promise<void> {
  const hasResult = store.artifacts.of(commitment).length > 0;
  if (!hasResult && store.tasks.get(commitment).status !== 'EndInvalidated') return removeResults(resultsDir, commitment);
  const base = join(resultsDir, commitment);
  await rm(join(base, INPUT_CHECKPOINT), { recursive: true, force: true });
  await rm(join(base, `${INPUT_CHECKPOINT}.zip`), { force: true });
}

export async function removeResults(resultsDir: string, commitment: Hex): Promise<void> {
  await rm(join(resultsDir, commitment), { recursive: true, force: true });
}
