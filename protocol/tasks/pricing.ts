/** Workload, expected seconds and queue priority of a task, frozen at its creation. Source: RELAY_PROTOCOL 4.1. */
import { ProtocolError } from '../errors.ts';
import { canonicalJson } from '../signing/canonical-json.ts';

/** Initial parameters of the relay's estimate, in seconds per unit. */
export const SD_OVERHEAD_SECONDS = 30;
export const SECONDS_PER_SD_PIXEL_STEP = 0.00003814697265625;
export const LLM_CONSTANT_SECONDS = 30;
export const SECONDS_PER_INPUT_BYTE = 0.0001;
export const SECONDS_PER_OUTPUT_TOKEN = 0.1;
export const MODEL_SWITCH_SECONDS = 120;
export const SECONDS_PER_IMAGE = 10;
export const SECONDS_PER_MEGAPIXEL = 5;

const SD_DEFAULTS = { num_images: 6, image_width: 512, image_height: 512, steps: 1 } as const;
const DEFAULT_NEW_TOKENS = 256;
const PIXELS_PER_MEGAPIXEL = 1_000_000;
/** GiB; tasks that need less count as this much. */
const REFERENCE_VRAM_GIB = 8;

export interface SdWorkload {
  readonly type: 'StableDiffusion';
  /** Images × width × height × steps. */
  readonly pixelSteps: number;
}

export interface LlmWorkload {
  readonly type: 'Llm';
  readonly textInputBytes: number;
  readonly imageCount: number;
  readonly imagePixels: number;
  readonly maxNewTokens: number;
}

interface FineTuneWorkload {
  readonly type: 'FineTuneLora';
  readonly timeoutSeconds: number;
}

export type Workload = SdWorkload | LlmWorkload | FineTuneWorkload;

interface SdTaskConfig {
  readonly num_images?: number | undefined;
  readonly image_width?: number | undefined;
  readonly image_height?: number | undefined;
  readonly steps?: number | undefined;
}

/** @throws ProtocolError PROTOCOL_BAD_TASK_ARGS when a factor is zero (the relay answers 500). */
export function sdWorkload(taskConfig: SdTaskConfig): SdWorkload {
  const factors = Object.entries(SD_DEFAULTS).map(([key, fallback]) => taskConfig[key as keyof SdTaskConfig] ?? fallback);
  const pixelSteps = factors.reduce((product, factor) => product * factor, 1);
  if (!(pixelSteps > 0)) throw new ProtocolError('PROTOCOL_BAD_TASK_ARGS', 'an image task has no pixels to compute');
  return { type: 'StableDiffusion', pixelSteps };
}

interface LlmArgs {
  readonly messages: readonly { readonly content?: unknown }[];
  readonly template_args?: unknown;
  readonly tools?: unknown;
  readonly generation_config?: { readonly max_new_tokens?: number | null | undefined } | null | undefined;
}

/**
 * Text bytes are those of the canonical JSON of messages, template_args and tools without the images' base64. `pixelsOf`
 * returns the pixels of one base64 image; the caller decodes it.
 */
export function llmWorkload(args: LlmArgs, pixelsOf: (base64: string) => number): LlmWorkload {
  const images: string[] = [];
  const messages = args.messages.map((message) =>
    Array.isArray(message.content)
      ? { ...message, content: message.content.map((block: unknown) => extractImage(block, images)) }
      : message,
  );
  const text = canonicalJson({ messages, template_args: args.template_args ?? null, tools: args.tools ?? null });
  return {
    type: 'Llm',
    textInputBytes: new TextEncoder().encode(text).length,
    imageCount: images.length,
    imagePixels: images.reduce((pixels, image) => pixels + pixelsOf(image), 0),
    maxNewTokens: args.generation_config?.max_new_tokens ?? DEFAULT_NEW_TOKENS,
  };
}

function extractImage(block: unknown, images: string[]): unknown {
  if (typeof block !== 'object' || block === null || !('base64' in block) || typeof block.base64 !== 'string') return block;
  const { base64, ...rest } = block;
  images.push(base64);
  return rest;
}

/** Node seconds, at least one. `modelSwitch`: the node must first load a different model (LLM only). */
export function estimatedSeconds(workload: Workload, { modelSwitch }: { readonly modelSwitch: boolean }): number {
  return Math.max(1, rawSeconds(workload, modelSwitch));
}

function rawSeconds(workload: Workload, modelSwitch: boolean): number {
  switch (workload.type) {
    case 'StableDiffusion':
      return SD_OVERHEAD_SECONDS + workload.pixelSteps * SECONDS_PER_SD_PIXEL_STEP;
    case 'Llm':
      return (
        LLM_CONSTANT_SECONDS +
        workload.textInputBytes * SECONDS_PER_INPUT_BYTE +
        workload.maxNewTokens * SECONDS_PER_OUTPUT_TOKEN +
        (modelSwitch ? MODEL_SWITCH_SECONDS : 0) +
        workload.imageCount * SECONDS_PER_IMAGE +
        (workload.imagePixels / PIXELS_PER_MEGAPIXEL) * SECONDS_PER_MEGAPIXEL
      );
    case 'FineTuneLora':
      return workload.timeoutSeconds;
  }
}

/** Demand in multiples of 8 GiB, at least one. */
export function vramWeight(task: {
  readonly requiredGpu: string;
  readonly requiredGpuVramGib: number;
  readonly minVramGib: number;
}): number {
  const demand = task.requiredGpu === '' ? task.minVramGib : task.requiredGpuVramGib;
  return Math.max(demand, REFERENCE_VRAM_GIB) / REFERENCE_VRAM_GIB;
}

/**
 * Wei per weighted second, rounded down: the queue runs in descending order of it.
 * @throws ProtocolError PROTOCOL_BAD_AMOUNT when the weighted seconds are not positive and finite
 */
export function taskPriority(task: { readonly feeWei: bigint; readonly seconds: number; readonly vramWeight: number }): bigint {
  const weighted = task.seconds * task.vramWeight;
  if (!(weighted > 0) || !Number.isFinite(weighted)) {
    throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `a task cannot be priced by ${weighted} seconds`, { weighted });
  }
  const cost = exactFraction(weighted);
  return (task.feeWei * cost.denominator) / cost.numerator;
}

/** A double is an integer divided by a power of two, so the conversion to bigint does not round. */
function exactFraction(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(numerator), denominator };
}
