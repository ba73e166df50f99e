import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors.ts';
import type { TaskType } from '../tasks/status.ts';
import { ARGS_DIFFERENCES } from './differences.ts';
import { parseTaskArgs, relayAcceptsArgs } from './index.ts';
import { damagedValue, type JsonSchema, validValue } from './testing/schema-arbitrary.ts';

const FILES: Readonly<Record<TaskType, string>> = {
  StableDiffusion: 'stable-diffusion-inference-task.json',
  Llm: 'gpt-inference-task.json',
  FineTuneLora: 'stable-diffusion-finetune-lora-task.json',
};
const TYPES = Object.keys(FILES) as TaskType[];

const MINIMAL: Readonly<Record<TaskType, Record<string, unknown>>> = {
  StableDiffusion: { base_model: 'crynux-network/sdxl-turbo', prompt: 'a cat', task_config: {} },
  Llm: { model: 'qwen/qwen3-8b', messages: [{ role: 'user', content: 'hello' }] },
  FineTuneLora: { model: { name: 'a/b' }, dataset: { name: 'c/d' }, validation: {}, train_args: {} },
};

function publishedSchema(type: TaskType): JsonSchema {
  return JSON.parse(readFileSync(new URL(`../vectors/schemas/${FILES[type]}`, import.meta.url), 'utf8'));
}

// The relay's validator asserts no formats either.
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = new Map<TaskType, ValidateFunction>(TYPES.map((type) => [type, ajv.compile(publishedSchema(type))]));

function published(type: TaskType, args: unknown): boolean {
  return compiled.get(type)?.(args) === true;
}

function engineAccepts(type: TaskType, args: unknown): boolean {
  try {
    parseTaskArgs(type, JSON.stringify(args));
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).code).toBe('PROTOCOL_BAD_TASK_ARGS');
    return false;
  }
}

function withValueAt(args: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(args);
  let holder = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = value;
  return copy;
}

describe.each(TYPES)('arguments of %s', (type) => {
  it('agree with the published JSON schema on arguments that fit it', () => {
    fc.assert(
      fc.property(validValue(publishedSchema(type)), (args) => {
        expect(relayAcceptsArgs(type, args) === null).toBe(published(type, args));
      }),
      { numRuns: 300 },
    );
  });

  it('agree with the published JSON schema on damaged arguments', () => {
    let refused = 0;
    fc.assert(
      fc.property(damagedValue(publishedSchema(type)), (args) => {
        const expected = published(type, args);
        if (!expected) refused++;
        expect({ args, accepted: relayAcceptsArgs(type, args) === null }).toEqual({ args, accepted: expected });
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('are read by the engine whenever the relay accepts them, except for listed differences', () => {
    fc.assert(
      fc.property(validValue(publishedSchema(type)), (args) => {
        if (relayAcceptsArgs(type, args) !== null || engineAccepts(type, args)) return;
        // The rest must be listed differences: undo each and the engine agrees.
        expect(engineAccepts(type, withoutDifferences(type, args))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('accept the minimum and nothing that is not an object', () => {
    expect(relayAcceptsArgs(type, MINIMAL[type])).toBeNull();
    for (const args of [null, 1, 'x', [], true]) {
      expect(relayAcceptsArgs(type, args)).not.toBeNull();
      expect(engineAccepts(type, args)).toBe(false);
    }
    expect(() => parseTaskArgs(type, '{')).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_TASK_ARGS' }));
  });
});

/** The generator of valid values only reaches differences in free-text fields and in the version. */
function withoutDifferences(type: TaskType, args: unknown): unknown {
  if (type === 'Llm') {
    const { messages, ...rest } = args as { messages: Record<string, unknown>[] };
    return { ...rest, messages: messages.map((message) => ({ ...message, content: 'plain' })) };
  }
  const plain = withValueAt(args, ['version'], '2.5.0') as Record<string, unknown>;
  if (type === 'StableDiffusion') return { ...plain, scheduler: { method: 'LCMScheduler' } };
  return withValueAt(plain, ['dataset', 'url'], null);
}

describe('differences between relay and engine', () => {
  it.each(ARGS_DIFFERENCES.flatMap((difference) => difference.types.map((type) => ({ type, ...difference }))))(
    '$type $path: $why',
    ({ type, path, example, relayAccepts, engineAccepts: expected }) => {
      const args = withValueAt(MINIMAL[type], path, example);
      expect(published(type, args)).toBe(relayAccepts);
      expect(relayAcceptsArgs(type, args) === null).toBe(relayAccepts);
      expect(engineAccepts(type, args)).toBe(expected);
    },
  );
});

describe('defaults', () => {
  it('of StableDiffusion are the worker’s', () => {
    expect(parseTaskArgs('StableDiffusion', JSON.stringify(MINIMAL.StableDiffusion))).toEqual({
      version: '2.5.0',
      base_model: { name: 'crynux-network/sdxl-turbo', variant: null },
      dtype: 'auto',
      unet: '',
      prompt: 'a cat',
      negative_prompt: '',
      task_config: { image_width: 512, image_height: 512, steps: 1, seed: 0, num_images: 6, safety_checker: true, cfg: 5 },
      lora: null,
      controlnet: null,
      scheduler: { method: 'DPMSolverMultistepScheduler', args: null },
      vae: '',
      refiner: null,
      textual_inversion: '',
    });
  });

  it('of nested StableDiffusion models too', () => {
    const args = {
      ...MINIMAL.StableDiffusion,
      lora: { model: 'l' },
      refiner: { model: 'r' },
      controlnet: { model: 'c', preprocess: { method: 'mlsd', args: {} } },
    };
    expect(parseTaskArgs('StableDiffusion', JSON.stringify(args))).toMatchObject({
      lora: { model: 'l', weight_file_name: '', weight: 100 },
      refiner: { model: 'r', variant: null, denoising_cutoff: 80, steps: 20 },
      controlnet: {
        variant: null,
        image_dataurl: '',
        weight: 70,
        preprocess: { method: 'mlsd', args: { thr_v: 10, thr_d: 10 } },
      },
    });
  });

  it('of Llm are the worker’s', () => {
    expect(parseTaskArgs('Llm', JSON.stringify(MINIMAL.Llm))).toEqual({
      ...MINIMAL.Llm,
      tools: null,
      generation_config: null,
      template_args: null,
      seed: 0,
      dtype: 'auto',
      quantize_bits: null,
    });
  });

  it('of FineTuneLora are the worker’s', () => {
    expect(parseTaskArgs('FineTuneLora', JSON.stringify(MINIMAL.FineTuneLora))).toMatchObject({
      model: { name: 'a/b', variant: null, revision: 'main' },
      dataset: { url: null, name: 'c/d', config_name: null, image_column: 'image', caption_column: 'text' },
      validation: { prompt: null, num_images: 4 },
      train_args: {
        learning_rate: 1e-4,
        batch_size: 16,
        num_train_steps: null,
        resolution: 512,
        lr_scheduler: { lr_scheduler: 'constant', lr_warmup_steps: 500 },
        adam_args: { beta1: 0.9, beta2: 0.999, weight_decay: 0.01, epsilon: 1e-8 },
      },
      lora: { rank: 8, init_lora_weights: true, target_modules: null },
      transforms: { center_crop: false, random_flip: false },
      mixed_precision: 'no',
      version: '2.5.0',
    });
  });
});

it('accepts base64 images that can be decoded', () => {
  const image = (base64: string) => ({ ...MINIMAL.Llm, messages: [{ role: 'user', content: [{ type: 'image', base64 }] }] });
  for (const good of ['QQ==', 'QUI=', 'QUJD', 'a+/0']) expect(engineAccepts('Llm', image(good))).toBe(true);
  for (const bad of ['QQ', 'QQ=', 'Q===', 'Q Q=', 'QQ==\n', 'a-_0', '=QQQ']) expect(engineAccepts('Llm', image(bad))).toBe(false);
});

it('ignores unknown members, except in content blocks', () => {
  expect(relayAcceptsArgs('Llm', { ...MINIMAL.Llm, whatever: 1 })).toBeNull();
  const block = { type: 'text', text: 'a', whatever: 1 };
  expect(relayAcceptsArgs('Llm', { ...MINIMAL.Llm, messages: [{ role: 'user', content: [block] }] })).not.toBeNull();
});
