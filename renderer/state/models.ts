/** The host's models, from a node's subscription. */
import type { ModelKey, ModelsUpdate } from '../../contract/models.ts';

type Snapshot = Extract<ModelsUpdate, { kind: 'snapshot' }>;
export type ModelsState = Omit<Snapshot, 'kind'>;

/** The state after an update (`state` null = before the first snapshot); null = an update is missing. */
export function afterModelsUpdate(state: ModelsState | null, update: ModelsUpdate): ModelsState | null {
  if (update.kind === 'snapshot') {
    const { kind: _, ...rest } = update;
    return rest;
  }
  if (state === null || update.revision > state.revision + 1) return null;
  // Already contained in the snapshot.
  if (update.revision <= state.revision) return state;
  return {
    revision: update.revision,
    models: mergeByKey(state.models, update.models, update.removedModels),
    downloads: mergeByKey(state.downloads, update.downloads, update.removedDownloads),
    unknown: update.unknown ?? state.unknown,
    disk: update.disk ?? state.disk,
  };
}

export const modelKeyText = ({ engine, modelId }: ModelKey): string => `${engine} ${modelId}`;

/** Changed models stay in place and new ones are added at the end, so that no row jumps. */
function mergeByKey<Item extends ModelKey>(old: readonly Item[], changed: readonly Item[], removed: readonly ModelKey[]): Item[] {
  const byKey = new Map(old.map((item) => [modelKeyText(item), item]));
  for (const item of changed) byKey.set(modelKeyText(item), item);
  for (const key of removed) byKey.delete(modelKeyText(key));
  return [...byKey.values()];
}
