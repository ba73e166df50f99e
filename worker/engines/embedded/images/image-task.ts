/** StableDiffusion tasks (type 0): arguments to N.png. Source: RELAY_PROTOCOL 6.1, 7.1, 9.5. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SdTaskArgs } from '../../../../protocol/args/stable-diffusion.ts';
import { imageHash } from '../../../../protocol/scores/phash.ts';
import { nativeZlib } from '../../../kit/native-zlib.ts';
import { EngineError } from '../../errors.ts';
import type { EmbeddedDevice } from '../environment.ts';
import { ImageError } from './errors.ts';
import { encodePicture } from './picture.ts';
import { type DiffusionPipeline, type ImageRequest, openPipeline } from './pipeline.ts';
import { chooseProvider, type Provider } from './provider.ts';
import { assertDtype, assertSupported } from './support.ts';

const BLANK_HASH = /^0x0+$/;

export interface ImageRuntime {
  readonly provider: Provider;
  /** Replaces the model loaded before, if it is a different one. */
  load(modelDir: string): Promise<DiffusionPipeline>;
  /** Frees the model; the next task loads it again. */
  release(): Promise<void>;
}

/** @throws EngineError ENGINE_NO_GPU */
export async function startImageRuntime(device: EmbeddedDevice | 'webgpu'): Promise<ImageRuntime> {
  const provider = await chooseProvider(device);
  let loaded: { readonly modelDir: string; readonly pipeline: DiffusionPipeline } | null = null;
  const release = async () => {
    const previous = loaded;
    loaded = null;
    await previous?.pipeline.release();
  };
  return {
    provider,
    release,
    async load(modelDir) {
      if (loaded?.modelDir === modelDir) return loaded.pipeline;
      await release();
      const pipeline = await openPipeline(modelDir, provider);
      loaded = { modelDir, pipeline };
      return pipeline;
    },
  };
}

export interface ImageTask {
  readonly runtime: ImageRuntime;
  /** From `parseTaskArgs`: its error is the one that makes a task invalid. */
  readonly args: SdTaskArgs;
  /** Folder of the base model in the variant that the arguments name. */
  readonly modelDir: string;
  /** Exists and is empty. */
  readonly outputDir: string;
  readonly signal: AbortSignal;
}

/**
 * Writes 0.png, 1.png, … once all images are done.
 * @returns their names
 * @throws EngineError ENGINE_UNSUPPORTED, MODEL_UNKNOWN, ENGINE_JOB_REPEATED; ImageError; the signal's reason
 */
export async function runStableDiffusionTask({ runtime, args, modelDir, outputDir, signal }: ImageTask): Promise<string[]> {
  assertSupported(args);
  const pipeline = await runtime.load(modelDir);
  assertDtype(args.dtype, pipeline.dtype);
  const files: Uint8Array[] = [];
  for await (const picture of pipeline.generate(requestOf(args), signal)) {
    const png = encodePicture(picture);
    if (BLANK_HASH.test(imageHash(png, nativeZlib)))
      throw new ImageError('IMAGE_BLANK', `image ${files.length} has an all-zero hash`);
    files.push(png);
  }
  signal.throwIfAborted();
  const names = files.map((_, index) => `${index}.png`);
  for (const [index, png] of files.entries()) await writeNewFile(join(outputDir, names[index] ?? ''), png);
  return names;
}

function requestOf({ prompt, negative_prompt: negativePrompt, task_config: config, scheduler }: SdTaskArgs): ImageRequest {
  return {
    prompt,
    negativePrompt,
    width: config.image_width,
    height: config.image_height,
    steps: config.steps,
    cfg: config.cfg,
    seed: config.seed,
    count: config.num_images,
    safetyChecker: config.safety_checker,
    scheduler,
  };
}

async function writeNewFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx' });
  } catch (cause) {
    throw new EngineError('ENGINE_JOB_REPEATED', `${file} cannot be written anew`, {}, { cause });
  }
}
