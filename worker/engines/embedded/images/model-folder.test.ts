import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelFolder } from './model-folder.ts';

const TINY = fileURLToPath(new URL('../../../../resources/models/tiny-diffusion', import.meta.url));
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crynux-model-'));
  await cp(TINY, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
const failure = () =>
  readModelFolder(folder).then(
    () => null,
    (error: { code: string; message: string }) => error,
  );

describe('readModelFolder', () => {
  it('reads the layout of diffusers', async () => {
    const model = await readModelFolder(folder);
    expect(model).toMatchObject({ latentChannels: 4, scalingFactor: 0.18215, pixelsPerLatent: 8, safetyChecker: null });
    expect(model.unet).toBe(join(folder, 'unet', 'model.onnx'));
    expect(model.vocabulary).toMatchObject({ padToken: '<|endoftext|>', length: 77 });
    expect(model.vocabulary.merges.length).toBe(192);
  });

  it("works without the optional files, with Stable Diffusion's values", async () => {
    await rm(join(folder, 'vae_decoder/config.json'));
    await rm(join(folder, 'tokenizer/tokenizer_config.json'));
    expect(await readModelFolder(folder)).toMatchObject({ latentChannels: 4, scalingFactor: 0.18215, pixelsPerLatent: 8 });
  });

  it('pads as the model was trained: the special tokens’ map takes precedence unless the tokens are listed', async () => {
    await write('tokenizer/special_tokens_map.json', { pad_token: '!', bos_token: { content: '<|startoftext|>' } });
    expect((await readModelFolder(folder)).vocabulary.padToken).toBe('!');
    await write('tokenizer/tokenizer_config.json', { pad_token: { content: '<|endoftext|>' }, added_tokens_decoder: {} });
    expect((await readModelFolder(folder)).vocabulary.padToken).toBe('<|endoftext|>');
  });

  it('uses at most 77 tokens, whatever an export says', async () => {
    await write('tokenizer/tokenizer_config.json', { model_max_length: 1e30 });
    expect((await readModelFolder(folder)).vocabulary.length).toBe(77);
  });

  it('expects a safety checker if the index names one', async () => {
    await write('model_index.json', {
      _class_name: 'OnnxStableDiffusionPipeline',
      safety_checker: ['diffusers', 'OnnxRuntimeModel'],
    });
    expect(await failure()).toMatchObject({ code: 'IMAGE_BAD_MODEL', message: 'safety_checker/model.onnx is missing' });
    await cp(join(folder, 'unet'), join(folder, 'safety_checker'), { recursive: true });
    expect((await readModelFolder(folder)).safetyChecker).toBe(join(folder, 'safety_checker', 'model.onnx'));
  });

  it('reports a missing model', async () => {
    await rm(join(folder, 'model_index.json'));
    expect(await failure()).toMatchObject({ code: 'MODEL_UNKNOWN' });
  });

  it('refuses other kinds of pipeline', async () => {
    await write('model_index.json', { _class_name: 'StableDiffusionXLPipeline' });
    expect(await failure()).toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  it.each([
    ['unet/model.onnx', null],
    ['scheduler/scheduler_config.json', null],
    ['tokenizer/vocab.json', null],
    ['tokenizer/merges.txt', null],
    ['model_index.json', '{'],
    ['model_index.json', '{}'],
    ['tokenizer/vocab.json', '{"a":-1}'],
    ['tokenizer/merges.txt', 'a b c\n'],
    ['vae_decoder/config.json', '{"scaling_factor":0}'],
  ])('names a file that is missing or damaged: %s = %s', async (name, text) => {
    if (text === null) await rm(join(folder, name));
    else await write(name, text);
    expect(await failure()).toMatchObject({ code: 'IMAGE_BAD_MODEL', message: expect.stringContaining(name) });
  });
});
