import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatModelId,
  isBaseModelId,
  MODEL_TYPES,
  normaliseModelIdNode,
  normaliseModelIdRelay,
  normaliseModelNames,
  parseModelId,
} from './model-id.ts';

describe('model ids', () => {
  it.each([
    ['base:Qwen/Qwen3-8B', 'base', 'Qwen/Qwen3-8B', null],
    ['base:runwayml/sd+fp16', 'base', 'runwayml/sd', 'fp16'],
    ['LORA:https://Host/A.safetensors', 'lora', 'https://Host/A.safetensors', null],
    ['controlnet:a+b+c', 'controlnet', 'a', 'b+c'],
    ['base:a+', 'base', 'a', null],
  ] as const)('%s', (id, type, name, variant) => {
    expect(parseModelId(id)).toEqual({ type, name, variant });
  });

  it.each(['', 'base', 'base:', 'base:+fp16', 'vae:x', ':x', 'Qwen/Qwen3', 'bas\u200be:x'])('refuses %j', (id) => {
    expect(() => parseModelId(id)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_MODEL_ID', data: { id } }));
  });

  it('round-trip', () => {
    const text = fc.string({ minLength: 1 });
    const model = fc.record({
      type: fc.constantFrom(...MODEL_TYPES),
      name: text.filter((name) => !name.includes('+')),
      variant: fc.option(text),
    });
    fc.assert(
      fc.property(model, (id) => {
        expect(parseModelId(formatModelId(id))).toEqual(id);
      }),
    );
  });

  it('are lower-cased completely by the relay, and except for URLs and variants by the node', () => {
    const url = 'lora:https://Host/A?B=C';
    expect(normaliseModelIdRelay(url)).toBe('lora:https://host/a?b=c');
    expect(normaliseModelIdNode(url)).toBe(url);
    expect(normaliseModelIdRelay('base:Org/Name+FP16')).toBe('base:org/name+fp16');
    expect(normaliseModelIdNode('base:Org/Name+FP16')).toBe('base:org/name+FP16');
  });

  it('are recognised as base models in any case', () => {
    expect(isBaseModelId('Base:x')).toBe(true);
    expect(isBaseModelId('lora:base:x')).toBe(false);
  });
});

describe('model names in task arguments', () => {
  it('are normalised in every field of an image task and nowhere else', () => {
    const args = {
      prompt: 'A PROMPT',
      base_model: { name: 'Org/Base', variant: 'FP16' },
      lora: { model: 'https://Host/Lora', weight: 100 },
      controlnet: { model: 'Org/Net' },
      refiner: { model: 'Org/Refiner' },
      unet: 'Org/Unet',
      vae: '',
      textual_inversion: 'http://Host/TI',
    };
    const before = structuredClone(args);
    expect(normaliseModelNames('StableDiffusion', args)).toEqual({
      ...args,
      base_model: { name: 'org/base', variant: 'FP16' },
      controlnet: { model: 'org/net' },
      refiner: { model: 'org/refiner' },
      unet: 'org/unet',
    });
    expect(args).toEqual(before);
    expect(normaliseModelNames('StableDiffusion', { base_model: 'Org/Base', lora: null })).toEqual({
      base_model: 'org/base',
      lora: null,
    });
  });

  it('are normalised in the one field of LLM and fine-tune tasks', () => {
    expect(normaliseModelNames('Llm', { model: 'Qwen/Q', messages: [{ content: 'HI' }] })).toEqual({
      model: 'qwen/q',
      messages: [{ content: 'HI' }],
    });
    expect(normaliseModelNames('FineTuneLora', { model: { name: 'Org/M', revision: 'Main' } })).toEqual({
      model: { name: 'org/m', revision: 'Main' },
    });
  });

  it('are left alone in a value that is not an arguments object', () => {
    for (const args of [null, 'Model', 7, ['Model'], { model: 7 }, {}]) expect(normaliseModelNames('Llm', args)).toEqual(args);
  });

  it('do not change when normalised again', () => {
    const name = fc.string();
    const args = fc.record({
      base_model: fc.oneof(name, fc.record({ name })),
      lora: fc.option(fc.record({ model: name })),
      unet: name,
    });
    fc.assert(
      fc.property(args, (value) => {
        const once = normaliseModelNames('StableDiffusion', value);
        expect(normaliseModelNames('StableDiffusion', once)).toEqual(once);
      }),
    );
  });
});
