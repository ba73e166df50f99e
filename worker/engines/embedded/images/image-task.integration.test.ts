import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const TINY = fileURLToPath(new URL('../../../../resources/models/tiny-diffusion', import.meta.url));
const TASK = new URL('./image-task.ts', import.meta.url).href;
const ARGS = new URL('../../../../protocol/args/index.ts', import.meta.url).href;
const PROGRAM = `
const { runStableDiffusionTask, startImageRuntime } = await import(${JSON.stringify(TASK)});
const { parseTaskArgs } = await import(${JSON.stringify(ARGS)});
const [modelDir, outputDir, text] = process.argv.slice(1);
const args = parseTaskArgs('StableDiffusion', text);
const runtime = await startImageRuntime('cpu');
await runStableDiffusionTask({ runtime, args, modelDir, outputDir, signal: new AbortController().signal });
`;
/** From this size on, a network is computed by several threads. */
const LARGE = 32 * 1024 * 1024;

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crynux-image-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function filesOfProcess(name: string, modelDir: string, scheduler: string): Promise<Buffer[]> {
  const outputDir = join(root, name);
  await mkdir(outputDir);
  const config = { image_width: 128, image_height: 128, steps: 4, seed: 5, num_images: 2, cfg: 7 };
  const text = JSON.stringify({
    base_model: 'tiny',
    prompt: 'a golden castle',
    task_config: config,
    scheduler: { method: scheduler },
  });
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', PROGRAM];
  await promisify(execFile)(process.execPath, [...flags, modelDir, outputDir, text]);
  return Promise.all(['0.png', '1.png'].map((file) => readFile(join(outputDir, file))));
}

describe('equal tasks in two processes', () => {
  it.each(['DPMSolverMultistepScheduler', 'EulerAncestralDiscreteScheduler', 'LCMScheduler'])(
    'give the same bytes: %s',
    async (scheduler) => {
      const first = await filesOfProcess(`${scheduler}-1`, TINY, scheduler);
      const second = await filesOfProcess(`${scheduler}-2`, TINY, scheduler);
      expect(first[0]?.length).toBeGreaterThan(1000);
      expect(first.map((file, i) => file.equals(second[i] ?? Buffer.alloc(0)))).toEqual([true, true]);
      expect(first[0]?.equals(first[1] ?? Buffer.alloc(0))).toBe(false);
    },
  );

  it('give the same bytes if several threads compute them', async () => {
    const modelDir = join(root, 'large');
    await cp(TINY, modelDir, { recursive: true });
    for (const network of ['text_encoder', 'unet', 'vae_decoder']) {
      await writeFile(join(modelDir, network, 'model.onnx_data'), '');
      await truncate(join(modelDir, network, 'model.onnx_data'), LARGE);
    }
    const runs = [
      await filesOfProcess('threads-1', modelDir, 'LCMScheduler'),
      await filesOfProcess('threads-2', modelDir, 'LCMScheduler'),
    ];
    expect(runs[0]?.map((file, i) => file.equals(runs[1]?.[i] ?? Buffer.alloc(0)))).toEqual([true, true]);
  });
});
