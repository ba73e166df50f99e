/** A model's name in the store: engine and network ID, in one canonical spelling. Source: RELAY_PROTOCOL 7.4. */
import type { ModelEngine, ModelKey } from '../../contract/models.ts';
import type { EngineModel } from '../../protocol/engine/messages.ts';
import { formatModelId, normaliseModelIdNode, parseModelId } from '../../protocol/models/model-id.ts';

/** @throws ProtocolError PROTOCOL_BAD_MODEL_ID */
export function modelKey(engine: ModelEngine, modelId: string): ModelKey {
  return { engine, modelId: normaliseModelIdNode(modelId) };
}

/** @throws ProtocolError PROTOCOL_BAD_MODEL_ID */
export function keyOfModel(engine: ModelEngine, { id, type, variant }: EngineModel): ModelKey {
  return modelKey(engine, `${type}:${id}${variant === null ? '' : `+${variant}`}`);
}

export function modelOfKey({ modelId }: ModelKey): EngineModel {
  const { type, name, variant } = parseModelId(modelId);
  return { id: name, type, variant };
}

export function baseKey(engine: ModelEngine, name: string, variant: string | null = null): ModelKey {
  return modelKey(engine, formatModelId({ type: 'base', name, variant }));
}

export function sameKey(a: ModelKey, b: ModelKey): boolean {
  return a.engine === b.engine && a.modelId === b.modelId;
}

/** As a key for maps. */
export function keyText({ engine, modelId }: ModelKey): string {
  return `${engine} ${modelId}`;
}
