/** Fetches the models that the network's DownloadModel events ask for, one after the other. Source: RELAY_PROTOCOL 8.8. */
import { downloadModelArgsSchema, type RelayEvent } from '../../protocol/wire/event.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import { backoffMs } from '../loop/backoff.ts';
import type { LoopContext } from '../loop/context.ts';
import { engineModel } from '../loop/engine-job.ts';
import { Waker } from '../loop/waker.ts';
import type { ModelDownload } from '../store/model-downloads.ts';

const MAX_ATTEMPTS = 3;
const RETRY = { baseMs: 30_000, capMs: 300_000 };
const IDLE_MS = 3_600_000;

export class ModelFetcher {
  readonly #context: LoopContext;
  readonly #waker: Waker;

  constructor(context: LoopContext) {
    this.#context = context;
    this.#waker = new Waker(context.clock);
  }

  /** Ids of the fetched models, to be told to the network beside those of the configuration. */
  get modelIds(): string[] {
    const models = this.#context.store.models.all();
    return models.filter(({ state }) => state === 'onDisk' || state === 'announced').map(({ modelId }) => modelId);
  }

  onEvent(event: RelayEvent): void {
    const { store, log } = this.#context;
    try {
      const { model_id, task_type } = parseWireJson(downloadModelArgsSchema, event.args, `event ${event.id}`);
      engineModel(model_id);
      store.models.want(model_id, task_type);
      this.#waker.wake();
    } catch (error) {
      log.warn({ event: event.id, err: error }, 'a request to download a model makes no sense');
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#context.store.models.all().find(({ state }) => state === 'wanted' || state === 'onDisk');
      const delayMs = next === undefined ? IDLE_MS : await this.#advance(next, signal);
      await this.#waker.sleep(delayMs, signal).catch(() => {});
    }
  }

  /** One step with one model; returns how long to wait before the next. */
  async #advance({ modelId, taskType, state, attempts }: ModelDownload, signal: AbortSignal): Promise<number> {
    const { store, engine, network, log } = this.#context;
    try {
      if (state === 'wanted') {
        const outcome = await engine.download(engineModel(modelId), taskType, signal);
        if (outcome.kind !== 'success') throw new Error(outcome.kind === 'cancelled' ? outcome.detail : outcome.traceback);
        store.models.setState(modelId, 'onDisk');
      }
      await network.modelDownloaded(modelId);
      store.models.setState(modelId, 'announced');
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      log.warn({ modelId, attempts, err: error }, 'a model could not be fetched or announced');
      store.models.countFailure(modelId, error instanceof Error ? error.message : String(error));
      // What is on disk is told at the next join at the latest.
      if (attempts + 1 >= MAX_ATTEMPTS) store.models.setState(modelId, state === 'wanted' ? 'failed' : 'announced');
      return backoffMs(attempts + 1, RETRY);
    }
  }
}
