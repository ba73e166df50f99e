/** The order in which the folder's models are listed. */
import type { ModelView } from '../../../contract/models.ts';

export const MODEL_ORDERS = ['given', 'name', 'size', 'used'] as const;
export type ModelOrder = (typeof MODEL_ORDERS)[number];

/** Returns a new list; `used`: in use now first, then last used, then never used. */
export function sortModels(models: readonly ModelView[], order: ModelOrder, language: string): readonly ModelView[] {
  if (order === 'given') return models;
  const names = new Intl.Collator(language, { numeric: true });
  const used = ({ usedBy, lastUsedAtMs }: ModelView) => (usedBy.length > 0 ? Number.MAX_VALUE : (lastUsedAtMs ?? -1));
  return models.toSorted((a, b) => {
    const byName = names.compare(a.modelId, b.modelId);
    if (order === 'name') return byName;
    return (order === 'size' ? b.sizeBytes - a.sizeBytes : used(b) - used(a)) || byName;
  });
}
