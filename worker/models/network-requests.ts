/**
 * Models that the network asks this profile to download, and their announcement. Source: RELAY_PROTOCOL 8.8. Models are
 * independent: none waits for another's download or announcement.
 */
import { z } from 'zod';
import { MODEL_ENGINES, type ModelKey, taskTypeSchema } from '../../contract/models.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { downloadModelArgsSchema, type RelayEvent } from '../../protocol/wire/event.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import type { Downloads } from './downloads.ts';
import { keyText, modelKey } from './model-key.ts';
import type { ModelParts } from './parts.ts';

const ANNOUNCE_RETRY = { baseMs: 1_000, capMs: 300_000 };
const IDLE_MS = 60_000;

const rowSchema = z
  .object({
    engine: z.enum(MODEL_ENGINES),
    model_id: z.string(),
    task_type: taskTypeSchema,
    /** `fetching`: in the list of downloads. `fetched`: on disk, but not announced to the network yet. */
    state: z.enum(['wanted', 'fetching', 'fetched', 'told', 'failed']),
  })
  .transform((row) => ({ engine: row.engine, modelId: row.model_id, taskType: row.task_type, state: row.state }));
export type NetworkRequest = z.output<typeof rowSchema>;

export interface NetworkRequestsOptions {
  readonly parts: ModelParts;
  readonly downloads: Downloads;
  /** Announces to the network that a model is on disk. Makes one attempt; rejects if the network did not accept it. */
  readonly announce: (modelId: string) => Promise<void>;
}

export class NetworkRequests {
  readonly #options: NetworkRequestsOptions;
  readonly #waker: Waker;
  /** Requests that are currently being processed, by key. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(options: NetworkRequestsOptions) {
    this.#options = options;
    this.#waker = new Waker(options.parts.clock);
  }

  /** IDs that the network has requested and that are on disk, for the node's set of models. */
  get modelIds(): string[] {
    const { records } = this.#options.parts;
    return this.all()

      .filter(({ state }) => state === 'fetched' || state === 'told')
      .filter((request) => records.find(request)?.state === 'present')
      .map(({ modelId }) => modelId);
  }

  /** Requests for this profile's engine; models of another engine are of no use to it. */
  all(): NetworkRequest[] {
    const { file, source } = this.#options.parts;
    const sql = 'SELECT engine, model_id, task_type, state FROM requests WHERE profile = ? AND engine = ? ORDER BY rowid';
    return file.all(rowSchema, sql, file.profile, source.engine);
  }

  /** Never throws: an invalid event must not stop the stream. */
  onEvent(event: RelayEvent): void {
    const { parts } = this.#options;
    try {
      const { model_id, task_type } = parseWireJson(downloadModelArgsSchema, event.args, `event ${event.id}`);
      this.#recordRequest(modelKey(parts.source.engine, model_id), task_type);
      this.#waker.wake();
    } catch (error) {
      parts.log.warn({ event: event.id, err: error }, 'a request to download a model is invalid');
    }
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { file, log } = this.#options.parts;
    const forget = file.onChange(() => this.#waker.wake());
    while (!signal.aborted) {
      try {
        for (const request of this.all()) this.#startWork(request, signal);
      } catch (error) {
        log.error({ err: error }, 'requests of the network could not be read');
      }
      await this.#waker.sleep(IDLE_MS, signal).catch(() => {});
    }
    forget();
    await Promise.all(this.#busy.values());
  }

  /** A later request gives a failed or missing model a new chance; one that is in progress or on disk stays as it is. */
  #recordRequest({ engine, modelId }: ModelKey, taskType: TaskType): void {
    const { file } = this.#options.parts;
    const sql = `INSERT INTO requests (profile, engine, model_id, task_type, state) VALUES (?, ?, ?, ?, 'wanted')
      ON CONFLICT DO UPDATE SET state = 'wanted', task_type = excluded.task_type
      WHERE state = 'failed' OR (state IN ('fetched', 'told') AND NOT EXISTS (SELECT 1 FROM models
        WHERE models.engine = requests.engine AND models.model_id = requests.model_id AND models.state = 'present'))`;
    file.change(() => file.run(sql, file.profile, engine, modelId, taskType));
  }

  #startWork(request: NetworkRequest, signal: AbortSignal): void {
    const text = keyText(request);
    if (this.#busy.has(text)) return;
    const work = this.#workFor(request, signal);
    if (work === null) return;
    const busy = work
      .catch((error: unknown) => {
        const { log } = this.#options.parts;
        log.error({ err: error, model: request.modelId }, 'a request of the network could not be recorded');
      })
      .finally(() => {
        this.#busy.delete(text);
      });
    this.#busy.set(text, busy);
  }

  #workFor(request: NetworkRequest, signal: AbortSignal): Promise<void> | null {
    switch (request.state) {
      case 'wanted':
        return this.#fetch(request);
      case 'fetching':
        this.#checkDownload(request);
        return null;
      case 'fetched':
        return this.#announce(request, signal);
      case 'told':
      case 'failed':
        return null;
    }
  }

  async #fetch(request: NetworkRequest): Promise<void> {
    const { parts, downloads } = this.#options;
    if (await downloads.isPresent(request)) return this.#setState(request, 'fetched');
    try {
      parts.file.change(() => {
        downloads.request(request, request.taskType, 'network');
        this.#setState(request, 'fetching');
      });
    } catch (error) {
      parts.log.warn({ model: request.modelId, err: error }, 'a model that the network requests cannot be downloaded');
      this.#setState(request, 'failed');
    }
  }

  #checkDownload(request: NetworkRequest): void {
    const download = this.#options.parts.rows.find(request);
    if (download?.state === 'done') this.#setState(request, 'fetched');
    const failed = download?.state === 'failed' && download.retryAtMs === null;
    if (download === null || failed || download.state === 'cancelled') this.#setState(request, 'failed');
  }

  /** Announces until the network has accepted it; the next start continues. */
  async #announce(request: NetworkRequest, signal: AbortSignal): Promise<void> {
    const { parts, announce } = this.#options;
    const model = request.modelId;
    for (let failures = 1; !signal.aborted; failures++) {
      // The host may have deleted it meanwhile.
      if (!this.modelIds.includes(model)) return;
      try {
        await announce(model);
        this.#setState(request, 'told');
        return;
      } catch (error) {
        parts.log.warn({ model, failures, err: error }, 'the network could not be told of a model');
      }
      await parts.clock.sleep(backoffMs(failures, ANNOUNCE_RETRY), signal).catch(() => {});
    }
  }

  #setState({ engine, modelId }: ModelKey, state: NetworkRequest['state']): void {
    const { file } = this.#options.parts;
    const sql = 'UPDATE requests SET state = ? WHERE profile = ? AND engine = ? AND model_id = ?';
    file.change(() => file.run(sql, state, file.profile, engine, modelId));
  }
}
