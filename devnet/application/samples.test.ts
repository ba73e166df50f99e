import { describe, expect, it } from 'vitest';
import { parseTaskArgs, relayAcceptsArgs } from '../../protocol/args/index.ts';
import {
  CHAT_MODEL,
  chatArguments,
  IMAGE_MODEL,
  IMAGE_PROMPTS,
  imageArguments,
  invalidArguments,
  otherModels,
  PROMPTS,
  sampleForModel,
} from './samples.ts';

describe('tasks for the models that the nodes of a network have', () => {
  const nodes = [
    { status: 'Available', modelIds: [`base:${CHAT_MODEL}`, 'base:qwen/qwen3-8b', 'lora:some/style'] },
    { status: 'Busy', modelIds: ['base:crynux-network/sdxl-turbo+fp16', 'base:qwen/qwen3-8b'] },
    { status: 'Quit', modelIds: ['base:gone/model'] },
  ];

  it('are for base models of joined nodes that other tasks do not use', () => {
    expect(otherModels(nodes)).toEqual(['base:crynux-network/sdxl-turbo+fp16', 'base:qwen/qwen3-8b']);
  });

  it('are chats for language models and images for the others', () => {
    const chat = sampleForModel('base:qwen/qwen3-8b', 1).spec;
    expect(chat).toMatchObject({ type: 'Llm', modelIds: ['base:qwen/qwen3-8b'] });
    expect(JSON.parse(chat.args)).toMatchObject({ model: 'qwen/qwen3-8b' });
    const image = sampleForModel('base:crynux-network/sdxl-turbo+fp16', 1).spec;
    expect(image).toMatchObject({ type: 'StableDiffusion', modelIds: ['base:crynux-network/sdxl-turbo+fp16'] });
    expect(JSON.parse(image.args)).toMatchObject({ base_model: { name: 'crynux-network/sdxl-turbo', variant: 'fp16' } });
  });
});

describe('the sample tasks', () => {
  it('has at least twelve different prompts, all valid for relay and engine', () => {
    expect(new Set(PROMPTS.map((prompt) => prompt.user)).size).toBeGreaterThanOrEqual(12);
    for (const prompt of PROMPTS) {
      const args = chatArguments(prompt, CHAT_MODEL, 7);
      expect(relayAcceptsArgs('Llm', JSON.parse(args))).toBeNull();
      expect(() => parseTaskArgs('Llm', args)).not.toThrow();
    }
  });

  it('has at least five different paintings of at most 256 pixels a side, all valid for relay and engine', () => {
    expect(new Set(IMAGE_PROMPTS.map(({ prompt }) => prompt)).size).toBeGreaterThanOrEqual(5);
    for (const painting of IMAGE_PROMPTS) {
      const args = imageArguments(painting, IMAGE_MODEL, 7);
      expect(relayAcceptsArgs('StableDiffusion', JSON.parse(args))).toBeNull();
      const { task_config: config } = parseTaskArgs('StableDiffusion', args);
      expect(Math.max(config.image_width, config.image_height)).toBeLessThanOrEqual(256);
    }
  });

  it('includes arguments that the relay accepts and every engine refuses', () => {
    const args = invalidArguments(CHAT_MODEL);
    expect(relayAcceptsArgs('Llm', JSON.parse(args))).toBeNull();
    expect(() => parseTaskArgs('Llm', args)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_TASK_ARGS' }));
  });
});
