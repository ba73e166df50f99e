import { describe, expect, it } from 'vitest';
import { parseTaskArgs, relayAcceptsArgs } from '../../protocol/args/index.ts';
import { CHAT_MODEL, chatArguments, IMAGE_MODEL, imageArguments, invalidArguments, PAINTINGS, PROMPTS } from './samples.ts';

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
    expect(new Set(PAINTINGS.map(({ prompt }) => prompt)).size).toBeGreaterThanOrEqual(5);
    for (const painting of PAINTINGS) {
      const args = imageArguments(painting, IMAGE_MODEL, 7);
      expect(relayAcceptsArgs('StableDiffusion', JSON.parse(args))).toBeNull();
      const { task_config: config } = parseTaskArgs('StableDiffusion', args);
      expect(Math.max(config.image_width, config.image_height)).toBeLessThanOrEqual(256);
    }
  });

  it('has arguments that the relay takes and every engine refuses', () => {
    const args = invalidArguments(CHAT_MODEL);
    expect(relayAcceptsArgs('Llm', JSON.parse(args))).toBeNull();
    expect(() => parseTaskArgs('Llm', args)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_TASK_ARGS' }));
  });
});
