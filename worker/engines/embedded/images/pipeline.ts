/** Text to image by latent diffusion: prompt → text encoder → denoising by the UNet → VAE decoder → pixels. */
import { unsupported } from '../traceback.ts';
import { createClipTokenizer } from './clip-tokenizer.ts';
import { createScheduler, type SchedulerInput } from './create-scheduler.ts';
import { ImageError } from './errors.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { type Network, openNetwork } from './onnx-network.ts';
import { type Picture, toPicture } from './picture.ts';
import type { Provider } from './provider.ts';
import { gaussianNoise } from './random.ts';
import { openSafetyChecker, type SafetyChecker } from './safety-checker.ts';

export interface ImageRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** Guidance; up to 1, the negative prompt has no effect. */
  readonly cfg: number;
  readonly seed: number;
  readonly count: number;
  readonly safetyChecker: boolean;
  readonly scheduler: SchedulerInput['asked'];
}

export interface DiffusionPipeline {
  /** What the UNet computes in. */
  readonly dtype: 'float32' | 'float16';
  /**
   * One picture after the other; stops between two steps if `signal` aborts.
   * @throws EngineError ENGINE_UNSUPPORTED; ImageError IMAGE_DIVERGED
   */
  generate(request: ImageRequest, signal: AbortSignal): AsyncGenerator<Picture>;
  release(): Promise<void>;
}

const INPUTS = {
  textEncoder: ['input_ids'],
  unet: ['sample', 'timestep', 'encoder_hidden_states'],
  vaeDecoder: ['latent_sample'],
} as const;

interface Parts {
  readonly folder: ModelFolder;
  readonly textEncoder: Network;
  readonly unet: Network;
  readonly vaeDecoder: Network;
  readonly safetyChecker: SafetyChecker | null;
}

/** @throws EngineError MODEL_UNKNOWN, ENGINE_UNSUPPORTED; ImageError IMAGE_BAD_MODEL */
export async function openPipeline(modelDir: string, provider: Provider): Promise<DiffusionPipeline> {
  const folder = await readModelFolder(modelDir);
  const opened: { release(): Promise<void> }[] = [];
  const release = async () => {
    for (const part of opened.splice(0)) await part.release();
  };
  const open = async (part: keyof typeof INPUTS) => {
    const network = await openNetwork(folder[part], provider);
    opened.push(network);
    const extra = network.inputs.find((input) => !(INPUTS[part] as readonly string[]).includes(input));
    if (extra !== undefined) unsupported(`a model whose ${part} wants ${extra}`);
    return network;
  };
  try {
    const [textEncoder, unet, vaeDecoder] = [await open('textEncoder'), await open('unet'), await open('vaeDecoder')];
    const safetyChecker = folder.safetyChecker === null ? null : await openSafetyChecker(folder.safetyChecker, provider);
    if (safetyChecker !== null) opened.push(safetyChecker);
    const parts: Parts = { folder, textEncoder, unet, vaeDecoder, safetyChecker };
    const dtype = unet.shapeOf('sample').type === 'float16' ? 'float16' : 'float32';
    return { dtype, release, generate: (request, signal) => generate(parts, request, signal) };
  } catch (error) {
    await release();
    throw error;
  }
}

async function* generate(parts: Parts, request: ImageRequest, signal: AbortSignal): AsyncGenerator<Picture> {
  const { folder } = parts;
  const latentCells = (pixels: number) => pixels / folder.pixelsPerLatent;
  const dims = [folder.latentChannels, latentCells(request.height), latentCells(request.width)] as const;
  if (!dims.every((size) => Number.isInteger(size) && size > 0)) unsupported(`a size of ${request.width} × ${request.height}`);
  const guided = request.cfg > 1;
  const hidden = await encodePrompts(parts, guided ? [request.negativePrompt, request.prompt] : [request.prompt]);
  for (let image = 0; image < request.count; image++) {
    const latent = await denoise({ parts, request, signal, image, dims, hidden, guided });
    const [decoded] = await parts.vaeDecoder.run({
      latent_sample: { data: latent.map((value) => value / folder.scalingFactor), dims: [1, ...dims] },
    });
    const picture = toPicture(decoded, request);
    const blackened = request.safetyChecker && parts.safetyChecker !== null && (await parts.safetyChecker.objectsTo(picture));
    yield blackened ? { ...picture, pixels: new Uint8ClampedArray(picture.pixels.length) } : picture;
  }
}

/** Hidden states of all prompts, one after the other, and their layout. */
async function encodePrompts({ folder, textEncoder }: Parts, prompts: readonly string[]) {
  const tokenize = createClipTokenizer(folder.vocabulary);
  const { length } = folder.vocabulary;
  const ids = new Int32Array(prompts.length * length);
  for (const [row, prompt] of prompts.entries()) ids.set(tokenize(prompt), row * length);
  const [data] = await textEncoder.run({ input_ids: { data: ids, dims: [prompts.length, length] } });
  if (data === undefined) throw new ImageError('IMAGE_BAD_MODEL', 'text_encoder has no output', { file: 'text_encoder' });
  return { data, dims: [prompts.length, length, data.length / (prompts.length * length)] };
}

interface DenoiseInput {
  readonly parts: Parts;
  readonly request: ImageRequest;
  readonly signal: AbortSignal;
  readonly image: number;
  readonly dims: readonly [channels: number, height: number, width: number];
  readonly hidden: Awaited<ReturnType<typeof encodePrompts>>;
  readonly guided: boolean;
}

async function denoise({ parts, request, signal, image, dims, hidden, guided }: DenoiseInput): Promise<Float32Array> {
  const length = dims[0] * dims[1] * dims[2];
  const scheduler = createScheduler({ asked: request.scheduler, modelConfig: parts.folder.scheduler, steps: request.steps });
  const noise = (draw: number) => gaussianNoise({ seed: request.seed, image, draw, length });
  let sample: Float32Array = noise(0).map((value) => value * scheduler.initialSigma);
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    signal.throwIfAborted();
    const input = scheduler.modelInput(sample, index);
    const batch = new Float32Array(guided ? 2 * length : length);
    batch.set(input);
    if (guided) batch.set(input, length);
    const [answer] = await parts.unet.run({
      sample: { data: batch, dims: [guided ? 2 : 1, ...dims] },
      timestep: { data: Float32Array.of(timestep), dims: parts.unet.shapeOf('timestep').rank === 0 ? [] : [1] },
      encoder_hidden_states: hidden,
    });
    if (answer?.length !== batch.length)
      throw new ImageError('IMAGE_BAD_MODEL', 'unet answers in another size', { file: 'unet' });
    const output = guided ? guide(answer, length, request.cfg) : answer;
    sample = scheduler.step({ index, sample, output, noise: () => noise(index + 1) });
  }
  return sample;
}

/** Classifier-free guidance: away from the negative prompt's answer (first half), through and beyond the prompt's. */
function guide(answer: Float32Array, length: number, cfg: number): Float32Array {
  return answer.slice(0, length).map((away, i) => away + cfg * ((answer[length + i] ?? 0) - away));
}
