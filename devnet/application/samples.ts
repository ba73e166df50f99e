/**
 * Realistic chat and image requests of different kinds and sizes for the bundled models, and one that nobody can run.
 */

import { parseModelId } from '../../protocol/models/model-id.ts';
import { looksLikeImageModel } from '../../protocol/models/model-kind.ts';
import { parseCnx } from '../../protocol/money/wei.ts';
import type { TaskSpecInput } from './task-spec.ts';

export const CHAT_MODEL = 'crynux-devnet/tiny-chat';
export const CODE_MODEL = 'crynux-devnet/tiny-code';
export const IMAGE_MODEL = 'crynux-devnet/tiny-diffusion';

export interface Prompt {
  readonly title: string;
  readonly system?: string;
  readonly user: string;
  readonly maxNewTokens: number;
  readonly temperature?: number;
}

export const PROMPTS: readonly Prompt[] = [
  { title: 'haiku', user: 'Write a haiku about a graphics card at night.', maxNewTokens: 32 },
  {
    title: 'translate',
    system: 'You are a translator.',
    user: 'Translate to French: "The fans are quiet, the work is done."',
    maxNewTokens: 24,
  },
  {
    title: 'summary',
    user: 'Summarise in one sentence: decentralised networks let owners of idle hardware earn by running models for others.',
    maxNewTokens: 40,
  },
  { title: 'names', user: 'Suggest five names for a bakery run by robots.', maxNewTokens: 40, temperature: 0.9 },
  { title: 'escape', user: 'Is 1 < 2 && 3 > 2? Answer "yes" or "no" — nothing else.', maxNewTokens: 8 },
  { title: 'chinese', user: '用一句话介绍去中心化计算。', maxNewTokens: 32 },
  { title: 'json', system: 'Answer with JSON only.', user: 'Extract name and age: Ada, 36, mathematician.', maxNewTokens: 32 },
  { title: 'regex', user: 'Give a regular expression that matches an ISO date.', maxNewTokens: 24 },
  { title: 'emoji', user: 'Describe Monday in emoji 🙂.', maxNewTokens: 16, temperature: 1.2 },
  { title: 'bedtime', user: 'Tell the beginning of a bedtime story about a lighthouse.', maxNewTokens: 64, temperature: 0.8 },
  {
    title: 'email',
    system: 'You write short, friendly e-mails.',
    user: 'Ask Kim to move our call to Thursday at ten.',
    maxNewTokens: 48,
  },
  { title: 'arithmetic', user: 'What is 17 * 23? Think step by step.', maxNewTokens: 32 },
  { title: 'headline', user: 'A headline for: local power plant shares waste heat with greenhouse.', maxNewTokens: 16 },
  { title: 'steps', user: 'List the steps to change a bicycle tyre.', maxNewTokens: 48 },
];

export interface ImagePrompt {
  readonly title: string;
  readonly prompt: string;
  readonly negativePrompt?: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly images: number;
}

export const IMAGE_PROMPTS: readonly ImagePrompt[] = [
  { title: 'lighthouse', prompt: 'a lighthouse at dusk, oil on canvas', width: 256, height: 256, steps: 8, images: 1 },
  { title: 'fox', prompt: 'a red fox in the snow', negativePrompt: 'people', width: 128, height: 128, steps: 6, images: 3 },
  { title: 'skyline', prompt: 'the skyline of a city that never was', width: 256, height: 128, steps: 10, images: 2 },
  { title: 'portrait', prompt: 'a portrait of a graphics card, 1890', width: 128, height: 192, steps: 8, images: 1 },
  { title: 'harbour', prompt: 'a harbour in fog, woodcut', width: 192, height: 192, steps: 6, images: 2 },
];

/** Task arguments as JSON text (RELAY_PROTOCOL 7.1). */
export function imageArguments(imagePrompt: ImagePrompt, model: string, seed: number): string {
  const { prompt, negativePrompt = '', width, height, steps, images } = imagePrompt;
  return JSON.stringify({
    base_model: { name: model },
    prompt,
    negative_prompt: negativePrompt,
    task_config: { image_width: width, image_height: height, steps, seed, num_images: images, safety_checker: false, cfg: 7 },
  });
}

/** Task arguments as JSON text, as an application would send them (RELAY_PROTOCOL 7.2). */
export function chatArguments(prompt: Prompt, model: string, seed: number): string {
  const messages = [
    ...(prompt.system === undefined ? [] : [{ role: 'system', content: prompt.system }]),
    { role: 'user', content: prompt.user },
  ];
  return JSON.stringify({
    model,
    messages,
    generation_config: {
      max_new_tokens: prompt.maxNewTokens,
      ...(prompt.temperature === undefined
        ? { do_sample: false }
        : { do_sample: true, temperature: prompt.temperature, top_p: 0.95 }),
    },
    seed,
  });
}

/**
 * Passes all of the relay's checks, but no worker accepts a seed of this size, so it is reported as invalid arguments.
 */
export function invalidArguments(model: string): string {
  return JSON.stringify({ model, messages: [{ role: 'user', content: 'Roll a very large die.' }], seed: 1e21 });
}

/** An odd number, so that every division leaves a remainder to account for. */
const WEI_PER_TOKEN = parseCnx('0.031415926535897931');
const MIN_FEE_TOKENS = 16;
const WEI_PER_IMAGE_STEP = parseCnx('0.057721566490153287');
/** One task in this many is an image. */
const IMAGE_EVERY = 4;

export function chatSpec(prompt: Prompt, model: string, seed: number): TaskSpecInput {
  return {
    type: 'Llm',
    args: chatArguments(prompt, model, seed),
    modelIds: [`base:${model}`],
    feeWei: (WEI_PER_TOKEN * BigInt(Math.max(prompt.maxNewTokens, MIN_FEE_TOKENS))).toString(),
  };
}

export function imageSpec(imagePrompt: ImagePrompt, seed: number): TaskSpecInput {
  return {
    type: 'StableDiffusion',
    args: imageArguments(imagePrompt, IMAGE_MODEL, seed),
    modelIds: [`base:${IMAGE_MODEL}`],
    feeWei: (WEI_PER_IMAGE_STEP * BigInt(imagePrompt.images * imagePrompt.steps)).toString(),
    size: imagePrompt.images,
  };
}

export function pickCyclic<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('there is nothing to take in turn');
  return item;
}

export interface SampleTask {
  readonly title: string;
  readonly spec: TaskSpecInput;
}

/** Endless: cycles through the prompts and the models. */
export function sampleChat(index: number): SampleTask {
  const chosen = pickCyclic(PROMPTS, index);
  return { title: chosen.title, spec: chatSpec(chosen, index % 2 === 0 ? CHAT_MODEL : CODE_MODEL, index) };
}

/** For a model that a node of this network has, but that is not bundled: the node's own engine runs it. */
export function sampleForModel(modelId: string, index: number): SampleTask {
  const { name, variant } = parseModelId(modelId);
  if (!looksLikeImageModel({ name, variant })) {
    const chosen = pickCyclic(PROMPTS, index);
    return { title: chosen.title, spec: { ...chatSpec(chosen, name, index), modelIds: [modelId] } };
  }
  const imagePrompt = pickCyclic(IMAGE_PROMPTS, index);
  const args = JSON.parse(imageArguments(imagePrompt, name, index)) as { base_model: object };
  const base_model = { ...args.base_model, ...(variant === null ? {} : { variant }) };
  const spec = { ...imageSpec(imagePrompt, index), args: JSON.stringify({ ...args, base_model }), modelIds: [modelId] };
  return { title: imagePrompt.title, spec };
}

export function isShippedModel(modelId: string): boolean {
  return [CHAT_MODEL, CODE_MODEL, IMAGE_MODEL].some((model) => modelId === `base:${model}`);
}

/** Base models that joined nodes report and that {@link sampleTask} does not use. */
export function otherModels(nodes: readonly { readonly status: string; readonly modelIds: readonly string[] }[]): string[] {
  const reported = nodes.filter(({ status }) => status !== 'Quit').flatMap(({ modelIds }) => modelIds);
  return [...new Set(reported)].filter((id) => id.startsWith('base:') && !isShippedModel(id)).sort();
}

export function sampleImage(index: number): SampleTask {
  const imagePrompt = pickCyclic(IMAGE_PROMPTS, index);
  return { title: imagePrompt.title, spec: imageSpec(imagePrompt, index) };
}

/** Endless: chats, and an image from time to time. */
export function sampleTask(index: number): SampleTask {
  return index % IMAGE_EVERY === IMAGE_EVERY - 1 ? sampleImage(Math.floor(index / IMAGE_EVERY)) : sampleChat(index);
}
