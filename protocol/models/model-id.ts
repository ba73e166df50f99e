/** Model ids and the names inside task arguments. Source: RELAY_PROTOCOL 7.4. */
import { ProtocolError } from '../errors.ts';
import type { TaskType } from '../tasks/status.ts';

export const MODEL_TYPES = ['base', 'lora', 'controlnet'] as const;
export type ModelType = (typeof MODEL_TYPES)[number];

export interface ModelId {
  readonly type: ModelType;
  /** Hub name (`owner/repo`) or URL. */
  readonly name: string;
  readonly variant: string | null;
}

/**
 * Reads `<type>:<name>[+<variant>]`, split at the first `:` and then the first `+`. The type may have any case.
 * @throws ProtocolError PROTOCOL_BAD_MODEL_ID
 */
export function parseModelId(id: string): ModelId {
  const colon = id.indexOf(':');
  const typeText = id.slice(0, Math.max(colon, 0)).toLowerCase();
  const type = MODEL_TYPES.find((known) => known === typeText);
  const rest = id.slice(colon + 1);
  const plus = rest.indexOf('+');
  const name = plus < 0 ? rest : rest.slice(0, plus);
  if (type === undefined || name === '') {
    throw new ProtocolError('PROTOCOL_BAD_MODEL_ID', `${JSON.stringify(id)} is not a model id`, { id });
  }
  const variant = plus < 0 ? '' : rest.slice(plus + 1);
  return { type, name, variant: variant === '' ? null : variant };
}

export function formatModelId(model: ModelId): string {
  return `${model.type}:${model.name}${model.variant === null ? '' : `+${model.variant}`}`;
}

export function isBaseModelId(id: string): boolean {
  return id.toLowerCase().startsWith('base:');
}

/** As the relay stores ids of tasks and node model sets: everything lower-cased, URLs and variants included. */
export function normaliseModelIdRelay(id: string): string {
  return id.toLowerCase();
}

/** As a node names its models: the name lower-cased unless it is a URL, the variant kept. */
export function normaliseModelIdNode(id: string): string {
  const model = parseModelId(id);
  return formatModelId({ ...model, name: normaliseModelName(model.name) });
}

/** A name inside task arguments: lower-cased unless it is a URL. */
function normaliseModelName(name: string): string {
  return name.startsWith('http://') || name.startsWith('https://') ? name : name.toLowerCase();
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Paths of model names in the arguments; a path that is missing or not a string is left alone. */
const NAME_PATHS: Readonly<Record<TaskType, readonly (readonly [string, string?])[]>> = {
  StableDiffusion: [
    ['base_model'],
    ['base_model', 'name'],
    ['lora', 'model'],
    ['controlnet', 'model'],
    ['refiner', 'model'],
    ['unet'],
    ['vae'],
    ['textual_inversion'],
  ],
  Llm: [['model']],
  FineTuneLora: [['model', 'name']],
};

/** Task arguments with every model name normalised, as relay and node both do; the input is not changed. */
export function normaliseModelNames(taskType: TaskType, args: unknown): unknown {
  if (!isObject(args)) return args;
  const result: Record<string, unknown> = { ...args };
  for (const [key, inner] of NAME_PATHS[taskType]) {
    const value = result[key];
    if (inner === undefined) {
      if (typeof value === 'string') result[key] = normaliseModelName(value);
    } else if (isObject(value) && typeof value[inner] === 'string') {
      result[key] = { ...value, [inner]: normaliseModelName(value[inner]) };
    }
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
