/** A diffusion model on disk: the ONNX layout of diffusers (Stable Diffusion 1.x, 2.x and Turbo). */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../errors.ts';
import { unsupported } from '../traceback.ts';
import type { ClipVocabulary } from './clip-tokenizer.ts';
import { ImageError } from './errors.ts';

const PIPELINES = [
  'OnnxStableDiffusionPipeline',
  'StableDiffusionPipeline',
  'ORTStableDiffusionPipeline',
  'LatentConsistencyModelPipeline',
];
const NETWORKS = ['text_encoder', 'unet', 'vae_decoder'] as const;
const CLIP_TOKENS = 77;

const component = z.tuple([z.string().nullable(), z.string().nullable()]);
const modelIndexSchema = z.object({ _class_name: z.string(), safety_checker: component.default([null, null]) });
const schedulerSchema = z.record(z.string(), z.unknown());
const decoderSchema = z.object({
  scaling_factor: z.number().positive().default(0.18215),
  block_out_channels: z.array(z.number()).min(1).default([128, 256, 512, 512]),
  latent_channels: z.number().int().positive().default(4),
});
const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const tokenizerSchema = z.object({
  pad_token: token.optional(),
  model_max_length: z.number().min(2).default(CLIP_TOKENS),
  added_tokens_decoder: z.unknown().optional(),
});
const specialTokensSchema = z.object({ pad_token: token.optional() });
const vocabularySchema = z.record(z.string(), z.number().int().nonnegative());

export interface ModelFolder {
  readonly textEncoder: string;
  readonly unet: string;
  readonly vaeDecoder: string;
  /** null: the model has none. */
  readonly safetyChecker: string | null;
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly latentChannels: number;
  /** Latents are divided by this before they are decoded. */
  readonly scalingFactor: number;
  /** Pixels along one side of a latent's cell. */
  readonly pixelsPerLatent: number;
  readonly vocabulary: ClipVocabulary;
}

/**
 * @throws EngineError MODEL_UNKNOWN if it is missing, ENGINE_UNSUPPORTED for another kind of pipeline
 * @throws ImageError IMAGE_BAD_MODEL
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  if (!(await exists(join(folder, 'model_index.json')))) throw new EngineError('MODEL_UNKNOWN', 'the model is not on disk');
  const index = await readConfig(folder, 'model_index.json', modelIndexSchema);
  if (!PIPELINES.includes(index._class_name)) unsupported(`a model of ${index._class_name}`);
  const networks = index.safety_checker[1] === null ? NETWORKS : [...NETWORKS, 'safety_checker'];
  for (const network of networks) {
    if (!(await exists(join(folder, network, 'model.onnx')))) throw badModel(`${network}/model.onnx`, 'is missing');
  }
  const decoder = await readConfig(folder, 'vae_decoder/config.json', decoderSchema, {});
  const network = (name: string) => join(folder, name, 'model.onnx');
  return {
    textEncoder: network('text_encoder'),
    unet: network('unet'),
    vaeDecoder: network('vae_decoder'),
    safetyChecker: index.safety_checker[1] === null ? null : network('safety_checker'),
    scheduler: await readConfig(folder, 'scheduler/scheduler_config.json', schedulerSchema),
    latentChannels: decoder.latent_channels,
    scalingFactor: decoder.scaling_factor,
    pixelsPerLatent: 2 ** (decoder.block_out_channels.length - 1),
    vocabulary: await readVocabulary(folder),
  };
}

async function readVocabulary(folder: string): Promise<ClipVocabulary> {
  const ids = await readConfig(folder, 'tokenizer/vocab.json', vocabularySchema);
  const lines = (await readText(folder, 'tokenizer/merges.txt')).split('\n');
  const merges = lines
    .filter((line) => line !== '' && !line.startsWith('#version'))
    .map((line): [string, string] => {
      const [left, right, ...rest] = line.trimEnd().split(' ');
      if (left === undefined || right === undefined || rest.length > 0)
        throw badModel('tokenizer/merges.txt', 'is no list of pairs');
      return [left, right];
    });
  const config = await readConfig(folder, 'tokenizer/tokenizer_config.json', tokenizerSchema, {});
  const special = await readConfig(folder, 'tokenizer/special_tokens_map.json', specialTokensSchema, {});
  // Older exports contradict themselves (SD 2.x); transformers uses the map unless the tokens are listed.
  const padToken = config.added_tokens_decoder === undefined ? (special.pad_token ?? config.pad_token) : config.pad_token;
  // Some exports say 10^30 for "no limit"; the text encoder's limit is CLIP's.
  const length = Math.min(config.model_max_length, CLIP_TOKENS);
  return { ids: new Map(Object.entries(ids)), merges, padToken: padToken ?? '<|endoftext|>', length };
}

async function readConfig<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
  absent?: z.input<Schema>,
): Promise<z.output<Schema>> {
  if (absent !== undefined && !(await exists(join(folder, name)))) return schema.parse(absent);
  let value: unknown;
  try {
    value = JSON.parse(await readText(folder, name));
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw badModel(name, 'is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badModel(name, `${issue?.path.join('.')}: ${issue?.message}`);
}

async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (cause) {
    throw badModel(name, 'cannot be read', cause);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function badModel(file: string, why: string, cause?: unknown): ImageError {
  return new ImageError('IMAGE_BAD_MODEL', `${file} ${why}`, { file }, { cause });
}
