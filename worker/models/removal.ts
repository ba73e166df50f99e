/** Deleting models: a preview of the effects, whether it is allowed, and doing it. */
import { rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { MODEL_ENGINES, type ModelFile, type ModelKey, type ModelKind, type Removal } from '../../contract/models.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { partOf, pathOf } from '../engines/models/files.ts';
import { listFilesBelow, sumBytes } from './disk/walk.ts';
import { isPending } from './download-rows.ts';
import { ModelStoreError } from './errors.ts';
import { keyText, sameKey } from './model-key.ts';
import type { ModelParts } from './parts.ts';

/** What is deleted together. */
interface Target {
  readonly place: string;
  /** Absolute. */
  readonly folder: string;
  readonly kind: ModelKind;
  readonly files: readonly ModelFile[];
  readonly keys: readonly ModelKey[];
}

const offerSchema = z
  .object({ profile: z.string(), engine: z.enum(MODEL_ENGINES), model_id: z.string() })
  .transform(({ model_id, ...rest }) => ({ ...rest, modelId: model_id }));

export class Removals {
  readonly #parts: ModelParts;

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  /** What profiles offer to their networks, by configuration or because the network has requested it. */
  offers(): z.output<typeof offerSchema>[] {
    const sql = `SELECT profile, engine, model_id FROM offers
      UNION SELECT profile, engine, model_id FROM requests WHERE state IN ('fetched', 'told') ORDER BY 1, 2, 3`;
    return this.#parts.file.all(offerSchema, sql);
  }

  /** @throws ModelStoreError MODEL_NOT_FOUND */
  async preview(key: ModelKey): Promise<Removal> {
    const target = this.#target(key);
    const refusal = this.#refusal(target)?.serialise() ?? null;
    return {
      modelIds: target.keys.map(({ modelId }) => modelId),
      freedBytes: await this.#bytesOf(target),
      profiles: this.#losses(target),
      refusal: refusal === null ? null : { ...refusal, data: { ...refusal.data } },
    };
  }

  /**
   * Deletes a model's recorded files and its record; other files next to them stay.
   * @throws ModelStoreError MODEL_NOT_FOUND, MODEL_IS_BUNDLED, MODEL_IN_USE, MODEL_BUSY, MODEL_NOT_DELETED
   */
  async remove(key: ModelKey): Promise<void> {
    const { file, records, rows, claims, log } = this.#parts;
    const target = file.change(() => {
      const found = this.#target(key);
      const refusal = this.#refusal(found);
      if (refusal !== null) throw refusal;
      claims.take(found.place, 'remove');
      return found;
    });
    const { place } = target;
    try {
      await this.#deleteFiles(target);
    } catch (cause) {
      file.change(() => claims.release(place));
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ModelStoreError('MODEL_NOT_DELETED', `${place}: ${why}`, { place }, { cause });
    }
    file.change(() => {
      for (const one of target.keys) rows.remove(one);
      records.remove(place);
      claims.release(place);
    });
    log.info({ models: target.keys.map(({ modelId }) => modelId), place }, 'a model was deleted');
  }

  /**
   * Deletes an unknown item that a scan has found.
   * @param path as in the scan's result
   * @throws ModelStoreError MODEL_NOT_FOUND, MODEL_BUSY, MODEL_NOT_DELETED
   */
  async removeUnknown(path: string, isUnknown: () => Promise<boolean>): Promise<void> {
    const { file, claims, log } = this.#parts;
    if (!(await isUnknown())) throw new ModelStoreError('MODEL_NOT_FOUND', `${path} is not an unknown file`, { path });
    file.change(() => claims.take(path, 'remove'));
    try {
      await rm(this.#resolveInside(join(file.directory, path)), { recursive: true });
      log.info({ path }, 'an unknown file was deleted');
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ModelStoreError('MODEL_NOT_DELETED', `${path}: ${why}`, { path }, { cause });
    } finally {
      file.change(() => claims.release(path));
    }
  }

  #target(key: ModelKey): Target {
    const { records, source } = this.#parts;
    const record = records.find(key);
    if (record !== null) {
      const keys = records.findByPlace(record.place).map(({ engine, modelId }) => ({ engine, modelId }));
      return { ...record, folder: records.folderOf(record), keys };
    }
    // Not recorded: the part of a download that has arrived.
    const plan = source.known.find((known) => sameKey(known.key, key));
    if (plan === undefined) throw new ModelStoreError('MODEL_NOT_FOUND', `${key.modelId} is not known here`, { ...key });
    return { ...plan, folder: records.folderOf(plan), files: plan.files ?? [], keys: [key] };
  }

  #refusal({ place, kind, keys }: Target): ModelStoreError | null {
    const { claims, rows } = this.#parts;
    if (kind === 'bundled') return new ModelStoreError('MODEL_IS_BUNDLED', `${place} is part of the program`, { place });
    const users = [...new Set(claims.usersOf(place).map(({ profile }) => profile))];
    if (users.length > 0) {
      return new ModelStoreError('MODEL_IN_USE', `${place} is used by ${users.join(', ')}`, { place, profiles: users });
    }
    if (claims.isTaken(place)) return claims.busy(place);
    const pending = keys.map((key) => rows.find(key)).find((row) => row !== null && isPending(row));
    if (!pending) return null;
    return new ModelStoreError('MODEL_BUSY', `the download of ${pending.modelId} is ${pending.state}`, { place });
  }

  #losses({ keys }: Target): Removal['profiles'] {
    const lostKeys = new Set(keys.map(keyText));
    const offers = this.offers();
    return [...new Set(offers.map(({ profile }) => profile))].flatMap((profile) => {
      const mine = offers.filter((offer) => offer.profile === profile);
      const lost = mine.filter((offer) => lostKeys.has(keyText(offer)));
      if (lost.length === 0) return [];
      const left = this.#taskTypes(mine.filter((offer) => !lostKeys.has(keyText(offer))));
      const taskTypes = [...this.#taskTypes(lost)].filter((type) => !left.has(type));
      return [{ profile, modelIds: lost.map(({ modelId }) => modelId), taskTypes }];
    });
  }

  /** The task types that these models enable, as far as they are on disk. */
  #taskTypes(keys: readonly ModelKey[]): Set<TaskType> {
    const present = keys.map((key) => this.#parts.records.find(key)).filter((record) => record?.state === 'present');
    return new Set(present.flatMap((record) => record?.taskTypes ?? []));
  }

  async #bytesOf({ folder, kind, files }: Target): Promise<number> {
    if (kind === 'huggingface' || kind === 'external') return sumBytes(await listFilesBelow(folder));
    const paths = files.flatMap((file) => [pathOf(folder, file), partOf(pathOf(folder, file))]);
    const sizes = await Promise.all(paths.map(async (path) => sumBytes(await listFilesBelow(path))));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  async #deleteFiles({ folder, kind, files }: Target): Promise<void> {
    this.#resolveInside(folder);
    if (kind === 'huggingface' || kind === 'external') {
      await rm(folder, { recursive: true, force: true });
      const locks = join(dirname(folder), '.locks', basename(folder));
      await rm(this.#resolveInside(locks), { recursive: true, force: true });
      return;
    }
    for (const file of files) {
      const path = this.#resolveInside(pathOf(folder, file));
      await rm(path, { force: true });
      await rm(partOf(path), { force: true });
      await this.#pruneEmpty(dirname(path));
    }
  }

  /** Removes folders that are now empty, upwards to the engines' own. */
  async #pruneEmpty(folder: string): Promise<void> {
    for (let empty = folder; this.#isContained(empty); empty = dirname(empty)) {
      const removed = await rmdir(empty).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  /** @throws if a path is not inside the folders that engines use. */
  #resolveInside(path: string): string {
    if (!this.#isContained(path)) throw new Error(`${path} is not in the models directory`);
    return path;
  }

  #isContained(path: string): boolean {
    const roots = ['huggingface', 'external'].map((root) => resolve(this.#parts.file.directory, root) + sep);
    return roots.some((root) => resolve(path).startsWith(root));
  }
}
