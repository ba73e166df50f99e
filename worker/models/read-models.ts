/**
 * The models of a folder for a node that is not running, as recorded in its file. Changes nothing and does not scan the
 * disk.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading, readAll, readOne } from '../kit/database.ts';
import { type ModelParts, modelParts } from './parts.ts';
import { Removals } from './removal.ts';
import type { ModelSource } from './sources/source.ts';
import { MODELS_FILE, type StoreFile } from './store-file.ts';
import { MODEL_MIGRATIONS } from './tables.ts';
import { type ModelsView, modelsView } from './views.ts';

export interface ReadModelsOptions extends Pick<ModelParts, 'clock' | 'log' | 'freeBytes' | 'reserveBytes'> {
  readonly directory: string;
  /** The node that is not running: what it was using when it ended is no longer in use. */
  readonly profile: string;
}

/** @throws WorkerError STORE_OLDER_VERSION, STORE_NEWER_VERSION, STORE_CORRUPT and temporary ones */
export function readModels({ directory, profile, ...given }: ReadModelsOptions): ModelsView {
  const path = join(directory, MODELS_FILE);
  if (!existsSync(path)) {
    const disk = { directory, freeBytes: null, reserveBytes: given.reserveBytes, usedBytes: 0, scannedAtMs: null };
    return { models: [], downloads: [], unknown: [], disk };
  }
  const db = openForReading(path, MODEL_MIGRATIONS.length);
  try {
    const reading: Pick<StoreFile, 'directory' | 'all' | 'one'> = {
      directory,
      all: (schema, sql, ...values) => readAll(db, schema, sql, ...values),
      one: (schema, sql, ...values) => readOne(db, schema, sql, ...values),
    };
    const known: Pick<ModelSource, 'known'> = { known: [] };
    // The views only read; anything that tried to write would find no write method.
    const parts = modelParts({ file: reading as StoreFile, source: known as ModelSource, ...given });
    const view = modelsView(parts, new Removals(parts), {
      ...{ unknown: [], partial: new Map(), freeBytes: null, scannedAtMs: null },
    });
    const others = view.models.map((model) => ({ ...model, usedBy: model.usedBy.filter((user) => user.profile !== profile) }));
    return { ...view, models: others };
  } finally {
    db.close();
  }
}
