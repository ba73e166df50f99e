/**
 * The models of one profile: its view of the store that all profiles of the host share, its downloads, its network's
 * requests, and its host's requests. Composes the parts of this folder.
 */
import { join } from 'node:path';
import type { ModelSettings } from '../../contract/model-settings.ts';
import { type ModelKey, type ModelsAnswer, type ModelsRequest, modelsRequestSchema } from '../../contract/models.ts';
import type { EngineKind } from '../../contract/node-config.ts';
import { CodedError } from '../../protocol/errors.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { Engine } from '../engines/engine.ts';
import type { EngineLog } from '../engines/log.ts';
import { loadCatalogue } from '../engines/models/catalogue.ts';
import { diskFreeBytes, type FreeBytes } from '../engines/models/download-file.ts';
import type { ProxyPolicy } from '../outbound/proxy-policy.ts';
import { Downloads } from './downloads.ts';
import { engineWithModels } from './engine-with-models.ts';
import { ModelStoreError } from './errors.ts';
import { ModelsFeed, type ModelsListener } from './feed.ts';
import { modelKey } from './model-key.ts';
import { NetworkRequests } from './network-requests.ts';
import { type ModelParts, modelParts } from './parts.ts';
import { Removals } from './removal.ts';
import { catalogueSource } from './sources/catalogue-source.ts';
import { engineSource } from './sources/engine-source.ts';
import { downloadDispatcher } from './sources/proxy.ts';
import type { ModelSource } from './sources/source.ts';
import { StoreFile } from './store-file.ts';
import { Upkeep } from './upkeep.ts';
import { modelsView } from './views.ts';

/** How often the disk is scanned without a request. */
const SCAN_EVERY_MS = 300_000;

export interface ModelsOptions {
  /** The host's models directory, as engines get it: with `huggingface` and `external` in it. */
  readonly directory: string;
  /** Identifies a node among all others of the host, for as long as it exists. */
  readonly profile: string;
  readonly pid: number;
  readonly engine: Engine;
  readonly engineKind: EngineKind;
  readonly settings: ModelSettings;
  /** Omitted: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
  /** Access token of the hub in `settings`. */
  readonly hubToken?: string | null;
  /** IDs that the profile's configuration offers. */
  readonly offered: readonly string[];
  /** Tells the network that a model is on disk. Makes one attempt. */
  readonly announce: (modelId: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly freeBytes?: FreeBytes;
}

export class Models {
  /** Wraps the given engine: its downloads go through the store, and its executions mark their models as used. */
  readonly engine: Engine;
  readonly #parts: ModelParts;
  readonly #downloads: Downloads;
  readonly #requests: NetworkRequests;
  readonly #removals: Removals;
  readonly #upkeep: Upkeep;
  readonly #feed: ModelsFeed;
  readonly #closing = new AbortController();

  constructor(parts: ModelParts, { engine, announce, offered }: Pick<ModelsOptions, 'engine' | 'announce' | 'offered'>) {
    this.#parts = parts;
    this.#downloads = new Downloads(parts);
    this.#requests = new NetworkRequests({ parts, downloads: this.#downloads, announce });
    this.#removals = new Removals(parts);
    this.#upkeep = new Upkeep(parts);
    this.#feed = new ModelsFeed(() => modelsView(parts, this.#removals, this.#upkeep.view));
    this.engine = engineWithModels({ engine, parts, downloads: this.#downloads });
    parts.file.onChange(() => this.#refresh());
    this.#offer(offered);
  }

  /** IDs that the network has asked this profile to download and that are on disk. */
  get modelIds(): string[] {
    return this.#requests.modelIds;
  }

  /** A DownloadModel event. Never throws. */
  onEvent(event: RelayEvent): void {
    this.#requests.onEvent(event);
  }

  /** Downloads, tells the network and scans the disk until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#downloads.run(signal), this.#requests.run(signal), this.#scanPeriodically(signal)]);
  }

  /** Sends a snapshot at once, then changes. */
  subscribe(listener: ModelsListener): () => void {
    return this.#feed.subscribe(listener);
  }

  scan(): Promise<void> {
    return this.#upkeep.scan();
  }

  /** Handles a UI's request. Never throws: failures are answers. */
  async ask(raw: unknown): Promise<ModelsAnswer> {
    try {
      return await this.#answer(parseRequest(raw));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const { code, message, data } = error.serialise();
      return { type: 'refused', error: { code, message, data: { ...data } } };
    }
  }

  /** Call this after {@link run} has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#parts.source.close?.();
    this.#parts.file.close();
  }

  async #answer(request: ModelsRequest): Promise<ModelsAnswer> {
    switch (request.type) {
      case 'download':
        this.#request(modelKey(request.engine, request.modelId), request);
        break;
      case 'pause':
        this.#downloads.pause(modelKey(request.engine, request.modelId));
        break;
      case 'resume':
        this.#downloads.resume(modelKey(request.engine, request.modelId));
        break;
      case 'cancel':
        this.#downloads.cancel(modelKey(request.engine, request.modelId));
        break;
      case 'removal':
        return { type: 'removal', removal: await this.#removals.preview(modelKey(request.engine, request.modelId)) };
      case 'remove':
        await this.#removals.remove(modelKey(request.engine, request.modelId));
        break;
      case 'removeUnknown':
        await this.#removals.removeUnknown(request.path, async () => {
          await this.#upkeep.scan();
          return this.#upkeep.view.unknown.some(({ path }) => path === request.path);
        });
        await this.#upkeep.scan();
        break;
      case 'verify':
        await this.#upkeep.verify(modelKey(request.engine, request.modelId), this.#closing.signal);
        break;
      case 'scan':
        await this.#upkeep.scan();
    }
    return { type: 'done' };
  }

  #request(key: ModelKey, { taskType }: Extract<ModelsRequest, { type: 'download' }>): void {
    if (key.engine !== this.#parts.source.engine) {
      throw new ModelStoreError('MODEL_BAD_REQUEST', `this profile does not run the ${key.engine} engine`, { field: 'engine' });
    }
    this.#downloads.request(key, taskType, 'host');
  }

  #offer(modelIds: readonly string[]): void {
    const { file, source } = this.#parts;
    file.change(() => {
      file.run('DELETE FROM offers WHERE profile = ?', file.profile);
      for (const modelId of new Set(modelIds)) {
        const sql = 'INSERT INTO offers (profile, engine, model_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
        file.run(sql, file.profile, source.engine, modelKey(source.engine, modelId).modelId);
      }
    });
  }

  #refresh(): void {
    try {
      this.#feed.refresh();
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the models could not be shown');
    }
  }

  async #scanPeriodically(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      await this.#upkeep.scan().catch((error: unknown) => log.warn({ err: error }, 'the models directory could not be scanned'));
      await clock.sleep(SCAN_EVERY_MS, signal).catch(() => {});
    }
  }
}

/** @throws EngineError MODEL_BAD_CATALOGUE; ModelStoreError MODEL_STORE_UNUSABLE */
export async function openModels(options: ModelsOptions): Promise<Models> {
  const { directory, profile, pid, settings, clock, log, freeBytes = diskFreeBytes } = options;
  const source = await sourceFor(options);
  const file = new StoreFile({
    ...{ directory, profile, pid, nowMs: clock.now() },
    onSetAside: ({ kept, error }) => log.warn({ err: error, kept }, 'the records of the models are rebuilt from the disk'),
  });
  const { reserveBytes } = settings;
  return new Models(modelParts({ file, source, clock, log, reserveBytes, freeBytes }), options);
}

async function sourceFor({
  directory,
  engine,
  engineKind,
  settings,
  clock,
  proxies,
  hubToken,
}: ModelsOptions): Promise<ModelSource> {
  if (engineKind === 'official') return engineSource({ directory, engine, clock });
  const catalogue = await loadCatalogue(join(directory, 'huggingface'));
  const dispatcher = downloadDispatcher(settings.proxy, proxies);
  const catalogued = catalogueSource({ directory, catalogue, settings, clock, dispatcher, hubToken: hubToken ?? null });
  return engineKind === 'embedded' ? catalogued : engineSource({ directory, engine, clock, catalogued });
}

/** @throws ModelStoreError MODEL_BAD_REQUEST */
function parseRequest(raw: unknown): ModelsRequest {
  const parsed = modelsRequestSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new ModelStoreError('MODEL_BAD_REQUEST', `${field}: ${issue?.message ?? 'invalid'}`, { field });
}
