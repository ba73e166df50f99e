import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineModel } from '../../../protocol/engine/messages.ts';
import { assertValidScore, imageScore } from '../../../protocol/scores/score.ts';
import type { EngineJob } from '../engine.ts';
import { loadCatalogue } from '../models/catalogue.ts';
import { createHarness, type EngineHarness } from '../testing/engine-harness.ts';
import { startRawWorker } from '../testing/raw-worker.ts';

const TINY = 'crynux-devnet/tiny-diffusion';
const CHAT = 'crynux-devnet/tiny-chat';

interface Change {
  readonly task_config?: object;
  readonly [field: string]: unknown;
}

function imageArgs({ task_config, ...change }: Change = {}): object {
  const config = { image_width: 128, image_height: 64, steps: 3, seed: 7, num_images: 2, cfg: 6, safety_checker: false };
  return { base_model: TINY, prompt: 'a lighthouse at dusk', task_config: { ...config, ...task_config }, ...change };
}

const CHAT_ARGS = {
  model: CHAT,
  messages: [{ role: 'user', content: 'Tell me of the sea' }],
  generation_config: { max_new_tokens: 12, do_sample: false },
  seed: 1,
};

/** Other engines can do all of this. */
const UNSUPPORTED: readonly { readonly task_type?: number; readonly models?: readonly EngineModel[]; readonly args?: object }[] =
  [
    { args: imageArgs({ lora: { model: 'owner/style' } }) },
    { args: imageArgs({ controlnet: { model: 'owner/canny', image_dataurl: 'data:image/png;base64,AAAA' } }) },
    { args: imageArgs({ refiner: { model: 'owner/refiner' } }) },
    { args: imageArgs({ unet: 'owner/unet' }) },
    { args: imageArgs({ vae: 'owner/vae' }) },
    { args: imageArgs({ textual_inversion: 'owner/words' }) },
    { args: imageArgs({ dtype: 'float16' }) },
    { args: imageArgs({ task_config: { image_width: 127 } }) },
    { models: [{ id: 'owner/style', type: 'lora', variant: null }] },
    { task_type: 2, args: {} },
  ];

let engines: EngineHarness[];
let jobs = 0;

beforeAll(async () => {
  engines = [await createHarness({ kind: 'embedded' }), await createHarness({ kind: 'embedded' })];
  await Promise.all(engines.map(({ engine }) => engine.start()));
});

afterAll(() => Promise.all(engines.map((harness) => harness.close())));

async function run(args: object, more: Partial<EngineJob> & { harness?: EngineHarness | undefined } = {}) {
  const { harness = engines[0], ...changes } = more;
  if (harness === undefined) throw new Error('no such engine');
  await harness.state('ready');
  const job = await harness.job(`${++jobs}`, args, {
    type: 'StableDiffusion',
    models: [{ id: TINY, type: 'base', variant: null }],
    ...changes,
  });
  const outcome = await harness.engine.execute(job);
  const names = (await readdir(job.outputDir)).toSorted();
  return { outcome, names, files: await Promise.all(names.map((name) => readFile(join(job.outputDir, name)))) };
}

async function painted(args: object, harness?: EngineHarness) {
  const { outcome, names, files } = await run(args, { harness });
  expect(outcome).toEqual({ kind: 'success' });
  expect(names).toEqual(files.map((_, index) => `${index}.png`));
  return files;
}

const chat = (harness?: EngineHarness) => run(CHAT_ARGS, { type: 'Llm', models: [], harness });

describe('an image task', () => {
  it('9.5 results: gives as many pictures as requested, of the right size, and a score that may be submitted', async () => {
    for (const num_images of [1, 3]) {
      const files = await painted(imageArgs({ task_config: { num_images } }));
      expect(files).toHaveLength(num_images);
      for (const png of files) expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 64]);
      const score = imageScore(files);
      expect(() => assertValidScore('StableDiffusion', score)).not.toThrow();
      expect(score).toHaveLength(2 + 16 * num_images);
    }
  });

  it('gives equal bytes in two engines for equal arguments, whatever they computed before', async () => {
    const wanted = [
      imageArgs(),
      imageArgs({ prompt: 'a red fox', negative_prompt: 'snow' }),
      imageArgs({ scheduler: { method: 'EulerAncestralDiscreteScheduler' }, task_config: { seed: 8 } }),
    ];
    const first: Buffer[][] = [];
    for (const args of wanted) first.push(await painted(args, engines[0]));
    const second: Buffer[][] = [];
    await chat(engines[1]);
    for (const args of wanted.toReversed()) {
      second.unshift(await painted(args, engines[1]));
      expect((await chat(engines[1])).outcome).toEqual({ kind: 'success' });
    }
    expect(second).toEqual(first);
    expect(new Set(first.flat().map((png) => png.toString('hex'))).size).toBe(6);
  });

  it('leaves the texts unchanged', async () => {
    const before = await chat();
    await painted(imageArgs());
    expect((await chat()).files).toEqual(before.files);
  });
});

describe('an image task that cannot be run', () => {
  it('9.5 args invalid: because its arguments are wrong is invalid, as on every node', async () => {
    for (const args of [imageArgs({ prompt: '' }), imageArgs({ task_config: { steps: 0 } }), { base_model: TINY }]) {
      const { outcome, files } = await run(args);
      expect(outcome).toMatchObject({ kind: 'invalid', traceback: expect.stringContaining('Task args invalid') });
      expect(files).toEqual([]);
    }
  });

  it('because only other engines can run it is unsupported, which blames nobody', async () => {
    const worker = await startRawWorker();
    worker.send('{"worker_id":1}');
    const out = join(worker.folder, 'out');
    const base = { id: TINY, type: 'base', variant: null } as const;
    for (const [index, { task_type = 0, models = [base], args = imageArgs() }] of UNSUPPORTED.entries()) {
      const { result } = await worker.run({
        task_name: 'inference',
        task_type,
        task_id: `u${index}`,
        models: [...models],
        task_args: JSON.stringify(args),
        output_dir: out,
      });
      expect(result).toMatchObject({ status: 'error', traceback: expect.stringContaining('unsupported by this engine') });
      expect(result).not.toMatchObject({ traceback: expect.stringContaining('Task args invalid') });
    }
    expect(await readdir(out)).toEqual([]);
    await worker.close();
  });

  it('because its model is missing, or is a text model, fails without a restart', async () => {
    const before = await engines[0]?.state('ready');
    for (const base_model of ['owner/nowhere', CHAT]) {
      const { outcome } = await run(imageArgs({ base_model }));
      expect(outcome).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('Task model not downloaded') });
    }
    expect(engines[0]?.engine.state()).toEqual(before);
  });
});

describe('an image model of the host’s catalogue', () => {
  it('is downloaded file by file, continues after an interruption, and then paints like the bundled one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'embedded-images-'));
    const bundled = (await loadCatalogue(folder)).find(TINY);
    if (bundled?.kind !== 'onnx') throw new Error('no bundled image model');
    const asked: string[] = [];
    let broken = true;
    const hub = createServer((request, response) => {
      const path = request.url?.replace('/Owner/Tiny/resolve/v1/onnx/', '') ?? '';
      asked.push(path);
      if (broken && path === 'unet/model.onnx') response.writeHead(403).end();
      else createReadStream(join(bundled.folder, path)).pipe(response);
    });
    hub.listen(0, '127.0.0.1');
    await once(hub, 'listening');
    const huggingface = join(folder, 'models', 'huggingface');
    await mkdir(huggingface, { recursive: true });
    const source = { kind: 'hub', repo: 'Owner/Tiny', revision: 'v1', folder: 'onnx', files: bundled.files };
    await writeFile(
      join(huggingface, 'catalogue.json'),
      JSON.stringify({ models: [{ kind: 'onnx', id: 'owner/tiny', source }] }),
    );
    const hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    const harness = await createHarness({ kind: 'embedded', hubUrl }, { folder });
    await harness.engine.start();
    const args = imageArgs({ base_model: { name: 'owner/tiny', variant: 'fp16' } });
    const download = () =>
      harness.engine.download(
        { id: 'owner/tiny', type: 'base', variant: 'fp16' },
        'StableDiffusion',
        new AbortController().signal,
      );

    expect(await download()).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('MODEL_REFUSED') });
    expect((await run(args, { harness })).outcome).toMatchObject({
      kind: 'failed',
      traceback: expect.stringContaining('Task model not downloaded'),
    });
    broken = false;
    expect(await download()).toEqual({ kind: 'success' });
    expect(asked.toSorted()).toEqual([...bundled.files.map(({ path }) => path), 'unet/model.onnx'].toSorted());
    expect(await painted(args, harness)).toEqual(await painted(imageArgs()));

    await harness.close();
    hub.close();
    await rm(folder, { recursive: true, force: true });
  });
});
