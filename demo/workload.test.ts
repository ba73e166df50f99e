import { describe, expect, it } from 'vitest';
import { parseTaskArgs, relayAcceptsArgs } from '../protocol/args/index.ts';
import { CHAT_MODEL, chatArguments, invalidArguments, PROMPTS } from './workload.ts';

describe('the demo workload', () => {
  it('has at least twelve different prompts, all valid for relay and engine', () => {
    expect(new Set(PROMPTS.map((prompt) => prompt.user)).size).toBeGreaterThanOrEqual(12);
    for (const prompt of PROMPTS) {
      const args = chatArguments(prompt, CHAT_MODEL, 7);
      expect(relayAcceptsArgs('Llm', JSON.parse(args))).toBeNull();
      expect(() => parseTaskArgs('Llm', args)).not.toThrow();
    }
  });

  it('has arguments that the relay takes and every engine refuses', () => {
    const args = invalidArguments(CHAT_MODEL);
    expect(relayAcceptsArgs('Llm', JSON.parse(args))).toBeNull();
    expect(() => parseTaskArgs('Llm', args)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_TASK_ARGS' }));
  });
});
