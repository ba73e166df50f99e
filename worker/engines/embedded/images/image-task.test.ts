import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTaskArgs } from '../../../../protocol/args/index.ts';
import { assertValidScore, imageScore } from '../../../../protocol/scores/score.ts';
import { GraphBuilder } from '../../../../scripts/tiny-diffusion/graph-builder.ts';
import type { ElementType, OnnxValue } from '../../../../scripts/tiny-diffusion/onnx-file.ts';
import { tracebackOf } from '../traceback.ts';
import { type ImageRuntime, runStableDiffusionTask, startImageRuntime } from './image-task.ts';

const TINY = fileURLToPath(new URL('../../../../resources/models/tiny-diffusion', import.meta.url));
const CONFIG = { image_width: 64, image_height: 64, steps: 3, seed: 7, num_images: 1, cfg: 5 };
const ARGS = { base_model: 'tiny/diffusion', prompt: 'a red cat in the forest', task_config: CONFIG };

let root = '';
let runtime: ImageRuntime;
let outputs = 0;
let outputDir = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crynux-image-'));
  runtime = await startImageRuntime('cpu');
});
afterAll(async () => {
  await runtime.release();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  outputDir = join(root, `output-${outputs++}`);
  await mkdir(outputDir);
});

interface Changes {
  readonly args?: object;
  readonly config?: object;
  readonly modelDir?: string;
  readonly signal?: AbortSignal;
}

/** Like a job: JSON text in, files out, an error as its traceback. */
async function run({
  args,
  config,
  modelDir = TINY,
  signal = new AbortController().signal,
}: Changes = {}): Promise<Uint8Array[]> {
  const text = JSON.stringify({ ...ARGS, ...args, task_config: { ...CONFIG, ...config } });
  const input = { runtime, args: parseTaskArgs('StableDiffusion', text), modelDir, outputDir, signal };
  const names = await runStableDiffusionTask(input);
  return Promise.all(names.map((name) => readFile(join(outputDir, name))));
}

async function tracebackFor(changes: Changes): Promise<string> {
  const traceback = await run(changes).then(() => 'no error', tracebackOf);
  expect(await readdir(outputDir), 'files of a failed task').toEqual([]);
  return traceback;
}

describe('an image task', () => {
  it('writes PNG files that can be scored', async () => {
    const files = await run({ config: { num_images: 3, image_width: 72, image_height: 104 } });
    expect(await readdir(outputDir)).toEqual(['0.png', '1.png', '2.png']);
    const score = imageScore(files);
    expect(() => assertValidScore('StableDiffusion', score)).not.toThrow();
    expect(score).toHaveLength(2 + 3 * 16);
    for (const file of files) {
      const { width, height, channels, depth, data } = decode(file);
      expect({ width, height, channels, depth }).toEqual({ width: 72, height: 104, channels: 3, depth: 8 });
      // A picture, not a plain surface: many colours.
      expect(new Set(data).size).toBeGreaterThan(100);
    }
    expect(new Set(files.map((file) => imageScore([file]))).size).toBe(3);
  });

  it('gives image 1 the same noise whether one or more images were requested', async () => {
    const [, second] = await run({ config: { num_images: 2 } });
    outputDir = `${outputDir}-more`;
    await mkdir(outputDir);
    const [, again] = await run({ config: { num_images: 3 } });
    expect(again).toEqual(second);
  });

  it.each<[string, Changes]>([
    ['the prompt', { args: { prompt: 'a blue bird over the sea' } }],
    ['the negative prompt', { args: { negative_prompt: 'blurry text' } }],
    ['the seed', { config: { seed: 8 } }],
    ['the number of steps', { config: { steps: 4 } }],
    ['the guidance', { config: { cfg: 9 } }],
    ['the scheduler', { args: { scheduler: { method: 'EulerAncestralDiscreteScheduler' } } }],
    [
      'a setting of the scheduler',
      { args: { scheduler: { method: 'DPMSolverMultistepScheduler', args: { use_karras_sigmas: true } } } },
    ],
  ])('draws a different picture if %s changes', async (_, changes) => {
    const [before] = await run();
    outputDir = `${outputDir}-changed`;
    await mkdir(outputDir);
    const [after] = await run(changes);
    expect(imageScore([after ?? new Uint8Array()])).not.toBe(imageScore([before ?? new Uint8Array()]));
  });

  it('omits the negative prompt without guidance', async () => {
    const [before] = await run({ config: { cfg: 1 } });
    outputDir = `${outputDir}-changed`;
    await mkdir(outputDir);
    expect((await run({ config: { cfg: 1 }, args: { negative_prompt: 'blurry' } }))[0]).toEqual(before);
  });

  it('never overwrites an earlier result', async () => {
    await writeFile(join(outputDir, '0.png'), 'earlier');
    await expect(run()).rejects.toMatchObject({ code: 'ENGINE_JOB_REPEATED' });
    expect(await readFile(join(outputDir, '0.png'), 'utf8')).toBe('earlier');
  });

  it('stops when told to', async () => {
    const reason = new Error('deadline');
    expect(await tracebackFor({ signal: AbortSignal.abort(reason) })).toContain('deadline');
  });
});

describe('a task that this engine cannot run', () => {
  it.each<[string, object, object?]>([
    ['a LoRA', { lora: { model: 'some/lora' } }],
    ['a ControlNet', { controlnet: { model: 'some/controlnet' } }],
    ['a refiner', { refiner: { model: 'some/refiner' } }],
    ['another UNet', { unet: 'some/unet' }],
    ['another VAE', { vae: 'some/vae' }],
    ['a textual inversion', { textual_inversion: 'some/words' }],
    ['float16 with a model exported in float32', { dtype: 'float16' }],
    ['a size of 60 × 64', {}, { image_width: 60 }],
    ['a size of 0 × 64', {}, { image_width: 0 }],
    ['a size of -64 × -64', {}, { image_width: -64, image_height: -64 }],
    ['a size of 4096 × 4096', {}, { image_width: 4096, image_height: 4096 }],
    ['60 steps with original_inference_steps 50', { scheduler: { method: 'LCMScheduler' } }, { steps: 60 }],
    [
      'a stochastic solver of order 3',
      { scheduler: { method: 'DPMSolverMultistepScheduler', args: { algorithm_type: 'sde-dpmsolver++', solver_order: 3 } } },
    ],
    ['scheduler setting beta_schedule', { scheduler: { method: 'LCMScheduler', args: { beta_schedule: 'Task args invalid' } } }],
  ])('is unsupported and not invalid: %s', async (what, args, config = {}) => {
    const traceback = await tracebackFor({ args, config });
    expect(traceback).toContain(`${what}: unsupported by this engine`);
    expect(traceback).not.toContain('Task args invalid');
  });

  it('is invalid only if its arguments are', async () => {
    for (const changes of [{ args: { prompt: '' } }, { config: { steps: 0 } }, { config: { num_images: 11 } }]) {
      expect(await tracebackFor(changes)).toContain('Task args invalid');
    }
  });

  it('reports a missing model', async () => {
    expect(await tracebackFor({ modelDir: join(root, 'nowhere') })).toContain('Task model not downloaded');
  });

  it('stays usable after a model that cannot be opened', async () => {
    const broken = join(root, 'broken');
    await cp(TINY, broken, { recursive: true });
    await writeFile(join(broken, 'vae_decoder', 'model.onnx'), 'no model');
    expect(await tracebackFor({ modelDir: broken })).toContain('IMAGE_BAD_MODEL: vae_decoder');
    expect(await run()).toHaveLength(1);
  });
});

describe('models of other exports', () => {
  /** Answers with a tenth of the sample. */
  async function modelWithUnet(name: string, type: ElementType, inputs: readonly OnnxValue[]): Promise<string> {
    const folder = join(root, name);
    await cp(TINY, folder, { recursive: true });
    const g = new GraphBuilder({ name: 'unet', seed: 1 });
    const dims = ['batch', 4, 'height', 'width'];
    const sample = g.input({ name: 'sample', type, dims });
    for (const input of inputs) g.input(input);
    const tenth = g.op('Mul', [g.cast(sample, 'float32'), g.scalar(0.1)]);
    g.output({ name: 'out_sample', type, dims }, g.cast(tenth, type));
    await writeFile(join(folder, 'unet', 'model.onnx'), g.encode());
    return folder;
  }
  const text: OnnxValue = { name: 'encoder_hidden_states', type: 'float16', dims: ['batch', 'tokens', 'width'] };

  it('in float16 with a timestep that is a float without axes', async () => {
    const timestep: OnnxValue = { name: 'timestep', type: 'float32', dims: [] };
    const modelDir = await modelWithUnet('halves', 'float16', [timestep, text]);
    expect(await run({ modelDir, args: { dtype: 'float16' } })).toHaveLength(1);
    outputDir = `${outputDir}-refused`;
    await mkdir(outputDir);
    expect(await tracebackFor({ modelDir, args: { dtype: 'float32' } })).toContain('float32 with a model exported in float16');
  });

  it('that require more than text and time are unsupported', async () => {
    const timestep: OnnxValue = { name: 'timestep', type: 'int64', dims: ['steps'] };
    const extra: OnnxValue = { name: 'timestep_cond', type: 'float32', dims: ['batch', 256] };
    const modelDir = await modelWithUnet('consistency', 'float32', [timestep, text, extra]);
    expect(await tracebackFor({ modelDir })).toContain('a model whose unet wants timestep_cond: unsupported');
  });
});

describe('the safety checker', () => {
  /** Objects if the mean of CLIP's planes is above −100 (always) or above 100 (never). */
  async function modelWithChecker(limit: number): Promise<string> {
    const folder = join(root, `checker-${limit}`);
    await cp(TINY, folder, { recursive: true });
    const index = { _class_name: 'OnnxStableDiffusionPipeline', safety_checker: ['diffusers', 'OnnxRuntimeModel'] };
    await writeFile(join(folder, 'model_index.json'), JSON.stringify(index));
    const g = new GraphBuilder({ name: 'safety_checker', seed: 1 });
    const clip = g.input({ name: 'clip_input', type: 'float32', dims: ['batch', 3, 224, 224] });
    const images = g.input({ name: 'images', type: 'float32', dims: ['batch', 'height', 'width', 3] });
    g.output({ name: 'out_images', type: 'float32', dims: ['batch', 'height', 'width', 3] }, images);
    const mean = g.op('ReduceMean', [clip], { axes: [1, 2, 3], keepdims: 0 });
    g.output({ name: 'has_nsfw_concepts', type: 'bool', dims: ['batch'] }, g.op('Greater', [mean, g.scalar(limit)]));
    await mkdir(join(folder, 'safety_checker'));
    await writeFile(join(folder, 'safety_checker', 'model.onnx'), g.encode());
    return folder;
  }

  it('blackens a picture, which makes it a failure, not a result', async () => {
    const modelDir = await modelWithChecker(-100);
    expect(await tracebackFor({ modelDir })).toContain('IMAGE_BLANK');
    expect(await run({ modelDir, config: { safety_checker: false } })).toHaveLength(1);
  });

  it('leaves a harmless picture unchanged', async () => {
    const [plain] = await run();
    outputDir = `${outputDir}-checked`;
    await mkdir(outputDir);
    expect((await run({ modelDir: await modelWithChecker(100), config: { safety_checker: true } }))[0]).toEqual(plain);
  });
});
