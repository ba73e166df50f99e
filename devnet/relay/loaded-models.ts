/** Models that tasks have run with, and the nodes that have them. The real relay records new ones once an hour. */
import type { RelayContext } from './context.ts';
import { hasSucceeded } from './statistics.ts';

export interface LoadedModel {
  readonly model_id: string;
  readonly model_type: 'llm' | 'sd';
  readonly min_vram: number;
  readonly in_memory_node_count: number;
  readonly on_disk_node_count: number;
}

/** `base:name+variant` → `name`; null for anything but a base model of the hub. */
function hubName(modelId: string): string | null {
  if (!modelId.startsWith('base:') || /^base:https?:\/\//.test(modelId)) return null;
  const [name = ''] = modelId.slice('base:'.length).split('+');
  return name === '' ? null : name;
}

export function loadedModels({ store }: Pick<RelayContext, 'store'>): LoadedModel[] {
  const loaded = new Map<string, Pick<LoadedModel, 'model_type' | 'min_vram'>>();
  for (const task of store.tasks.values().filter(hasSucceeded)) {
    const vram = task.nodeAtStart?.gpu_vram ?? store.nodes.get(task.selectedNode ?? '')?.gpuVramGib ?? 0;
    for (const name of new Set(task.modelIds.flatMap((id) => hubName(id) ?? []))) {
      const known = loaded.get(name);
      const model_type = known?.model_type ?? (task.type === 'Llm' ? 'llm' : 'sd');
      loaded.set(name, { model_type, min_vram: Math.min(vram, known?.min_vram ?? vram) });
    }
  }
  const nodes = store.nodes.values();
  const holders = (ids: (node: (typeof nodes)[number]) => readonly string[], name: string) =>
    nodes.filter((node) => ids(node).some((id) => hubName(id) === name)).length;
  return [...loaded]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([model_id, about]) => ({
      model_id,
      ...about,
      in_memory_node_count: holders((node) => node.inUseModelIds, model_id),
      on_disk_node_count: holders((node) => node.modelIds, model_id),
    }));
}
