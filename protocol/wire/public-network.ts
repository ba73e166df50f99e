/** Public information about a network. VRAM in GiB. Source: RELAY_PROTOCOL 3.6, 3.7. */
import { z } from 'zod';
import { goArray, uintField } from './fields.ts';

/** The largest page of GET /v1/network/nodes/data. */
export const PUBLIC_NODES_PAGE = 100;

/**
 * GET /v1/network/nodes/data and GET /v2/network/nodes/data; only the second has the weight. Both list every node that ever
 * joined; only a node's own status shows whether it is there now (GET /v1/node/:a).
 */
const publicNodeSchema = z
  .object({ address: z.string(), card_model: z.string(), v_ram: uintField, prob_weight: z.number().nullish() })
  .transform((node) => ({
    address: node.address,
    gpuName: node.card_model,
    gpuVramGib: node.v_ram,
    weight: node.prob_weight ?? null,
  }));
export type PublicNode = z.output<typeof publicNodeSchema>;
export const publicNodesSchema = goArray(publicNodeSchema);

/** GET /v2/loaded-models: the models on the network's nodes. */
const loadedModelSchema = z
  .object({
    model_id: z.string(),
    model_type: z.string(),
    min_vram: z.number(),
    in_memory_node_count: uintField,
    on_disk_node_count: uintField,
  })
  .transform((model) => ({
    modelId: model.model_id,
    kind: model.model_type,
    minVramGib: model.min_vram,
    inMemoryNodes: model.in_memory_node_count,
    onDiskNodes: model.on_disk_node_count,
  }));
export type LoadedModel = z.output<typeof loadedModelSchema>;
export const loadedModelsSchema = goArray(loadedModelSchema);
