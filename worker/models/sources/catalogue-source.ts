/** Models of the embedded engine: files described by a catalogue, which this process downloads from a hub. */
import { rm } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { Dispatcher } from 'undici';
import type { ModelSettings } from '../../../contract/model-settings.ts';
import type { ModelKey, ModelOrigin } from '../../../contract/models.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { EngineError } from '../../engines/errors.ts';
import type { Catalogue, CatalogueModel } from '../../engines/models/catalogue.ts';
import { downloadModel } from '../../engines/models/download-model.ts';
import { pathOf } from '../../engines/models/files.ts';
import { compareContents } from '../disk/verify.ts';
import { withForwardSlashes } from '../disk/walk.ts';
import { baseKey, modelOfKey } from '../model-key.ts';
import type { ModelPlan, ModelSource } from './source.ts';

const PARALLEL = 2;

export interface CatalogueSourceOptions {
  /** The models directory. */
  readonly directory: string;
  readonly catalogue: Catalogue;
  readonly settings: Pick<ModelSettings, 'hubUrl' | 'mirrorUrls'>;
  readonly clock: Clock;
  /** Owned by this source and closed with it. */
  readonly dispatcher: Dispatcher;
  /** Access token of the hub. */
  readonly hubToken?: string | null;
}

export function catalogueSource(options: CatalogueSourceOptions): ModelSource {
  const { catalogue, settings, clock, dispatcher, hubToken = null } = options;
  const planOf = (model: CatalogueModel, key: ModelKey) => planFor({ ...options, model, key });
  const find = (key: ModelKey): CatalogueModel => {
    const { id, type, variant } = modelOfKey(key);
    const model = type === 'base' ? catalogue.find(id, variant) : undefined;
    if (model !== undefined) return model;
    throw new EngineError('MODEL_UNKNOWN', `${key.modelId} is in no catalogue`, { model: key.modelId });
  };
  return {
    engine: 'embedded',
    parallel: PARALLEL,
    known: catalogue.models.map((model) => planOf(model, baseKey('embedded', model.id, variantOf(model)))),
    plan: (key) => planOf(find(key), key),
    async fetch({ plan, signal, onProgress, onVerifying, freeBytes, reserveBytes }) {
      const model = find(plan.key);
      if (model.source.kind !== 'bundled') await discardDamaged(model, signal);
      await downloadModel({
        model,
        hubUrls: [settings.hubUrl, ...settings.mirrorUrls],
        clock,
        signal,
        onProgress: ({ receivedBytes, totalBytes, bytesPerSecond }) =>
          onProgress({ bytes: receivedBytes, total: totalBytes, bytesPerSecond }),
        onVerifying,
        freeBytes,
        reserveBytes,
        dispatcher,
        hubAccess: hubToken === null ? null : { hubUrl: settings.hubUrl, token: hubToken },
      });
      return { files: model.files, origin: plan.origin, verified: model.source.kind !== 'bundled' };
    },
    close: () => dispatcher.destroy(),
  };
}

function planFor({
  model,
  key,
  directory,
  settings,
}: Pick<CatalogueSourceOptions, 'directory' | 'settings'> & { model: CatalogueModel; key: ModelKey }): ModelPlan {
  const folder = relativeInside(directory, model.folder);
  return {
    key,
    place: model.kind === 'gguf' ? `${folder}/${model.source.file}` : folder,
    folder,
    kind: model.source.kind === 'bundled' ? 'bundled' : model.kind,
    taskTypes: model.kind === 'gguf' ? ['Llm'] : ['StableDiffusion'],
    origin: originOf(model, settings.hubUrl),
    files: model.files,
  };
}

function originOf({ source }: CatalogueModel, hubUrl: string): ModelOrigin {
  if (source.kind === 'bundled') return { kind: 'bundled' };
  // Without the parts that may contain secrets.
  const { origin, pathname } = new URL(hubUrl);
  return { kind: 'hub', hubUrl: `${origin}${pathname}`.replace(/\/+$/, ''), repo: source.repo, revision: source.revision };
}

function variantOf(model: CatalogueModel): string | null {
  return model.kind === 'onnx' ? model.variant : null;
}

/** A file of the right size may still be damaged: a download of a model that is on disk is requested for a reason. */
async function discardDamaged({ folder, files }: CatalogueModel, signal: AbortSignal): Promise<void> {
  for (const file of files) {
    const verdict = await compareContents(folder, [file], signal);
    if (verdict.kind === 'damaged') await rm(pathOf(folder, file), { force: true });
  }
}

/** Relative to the directory and with `/`, if it is inside. */
function relativeInside(directory: string, path: string): string {
  const below = withForwardSlashes(relative(directory, path));
  return below === '' || below.startsWith('..') || isAbsolute(below) ? withForwardSlashes(path) : below;
}
