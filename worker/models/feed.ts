/** Notifies listeners of changes: first a snapshot, then differences, numbered without gaps. */
import type { ModelKey, ModelsUpdate } from '../../contract/models.ts';
import { keyText } from './model-key.ts';
import type { ModelsView } from './views.ts';

export type ModelsListener = (update: ModelsUpdate) => void;

type Delta = Extract<ModelsUpdate, { kind: 'delta' }>;

export class ModelsFeed {
  readonly #read: () => ModelsView;
  readonly #listeners = new Set<ModelsListener>();
  #revision = 0;
  #last: ModelsView | null = null;

  constructor(read: () => ModelsView) {
    this.#read = read;
  }

  /** Calls the listener with a snapshot before it returns. */
  subscribe(listener: ModelsListener): () => void {
    if (this.#last === null) this.#last = this.#read();
    else this.refresh();
    listener({ kind: 'snapshot', revision: this.#revision, ...this.#last });
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#last = null;
    };
  }

  /** Checks for changes; without listeners, nothing is read. */
  refresh(): void {
    if (this.#last === null) return;
    const next = this.#read();
    const delta = difference(this.#last, next);
    this.#last = next;
    if (delta === null) return;
    this.#revision += 1;
    for (const listener of [...this.#listeners]) listener({ ...delta, revision: this.#revision });
  }
}

/** Null: no difference. */
function difference(before: ModelsView, after: ModelsView): Omit<Delta, 'revision'> | null {
  const models = compare(before.models, after.models);
  const downloads = compare(before.downloads, after.downloads);
  const unknown = same(before.unknown, after.unknown) ? null : after.unknown;
  const disk = same(before.disk, after.disk) ? null : after.disk;
  const lists = [models.changed, models.removed, downloads.changed, downloads.removed];
  if (unknown === null && disk === null && lists.every((list) => list.length === 0)) return null;
  return {
    kind: 'delta',
    models: models.changed,
    removedModels: models.removed,
    downloads: downloads.changed,
    removedDownloads: downloads.removed,
    unknown,
    disk,
  };
}

function compare<Item extends ModelKey>(before: readonly Item[], after: readonly Item[]) {
  const old = new Map(before.map((item) => [keyText(item), item]));
  const changed = after.filter((item) => !same(old.get(keyText(item)), item));
  const kept = new Set(after.map(keyText));
  const removed = before.filter((item) => !kept.has(keyText(item))).map(({ engine, modelId }) => ({ engine, modelId }));
  return { changed, removed };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
