/** One of the node's models on disk for each kind of task it offers. */
import type { ModelView } from '../../../contract/models.ts';
import { normaliseModelIdNode } from '../../../protocol/models/model-id.ts';
import type { Models } from '../models.ts';
import type { WarmUpModel } from './reference-tasks.ts';

const KINDS = ['Llm', 'StableDiffusion'] as const;

export interface WarmUpModels {
  current(): WarmUpModel[];
  close(): void;
}

/** `offered`: the IDs announced to the network, in the host's order; the first available one of each kind is used. */
export function warmUpModels(options: {
  readonly models: Pick<Models, 'subscribe'>;
  readonly offered: () => readonly string[];
  readonly engine: string;
}): WarmUpModels {
  const { models, offered, engine } = options;
  const types = new Map<string, ModelView['taskTypes']>();
  const close = models.subscribe((update) => {
    for (const model of update.models) if (model.engine === engine) types.set(model.modelId, model.taskTypes);
  });
  return {
    current: () => {
      const base = offered().filter((id) => id.startsWith('base:'));
      return KINDS.flatMap((type): WarmUpModel[] => {
        const modelId = base.find((id) => types.get(normaliseModelIdNode(id))?.includes(type));
        return modelId === undefined ? [] : [{ modelId, type }];
      });
    },
    close,
  };
}
