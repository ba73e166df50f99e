import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLlmResponse, type LlmResponse, llmResponseSchema } from './llm-response.ts';

const RESPONSE: LlmResponse = {
  usage: { total_tokens: 12, completion_tokens: 5, prompt_tokens: 7 },
  choices: [{ index: 0, message: { content: 'Hi', role: 'assistant' }, finish_reason: 'stop' }],
  model: 'qwen/qwen3-8b',
};

function text(response: LlmResponse): string {
  return Buffer.from(encodeLlmResponse(response)).toString('latin1');
}

function withContent(content: string): LlmResponse {
  return { ...RESPONSE, choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'length' }] };
}

describe('encodeLlmResponse', () => {
  it('writes keys and separators as the worker does, whatever the order of the members', () => {
    expect(text(RESPONSE)).toBe(
      '{"model": "qwen/qwen3-8b", "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}, "index": 0}], ' +
        '"usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}}',
    );
    expect(text({ ...RESPONSE, choices: [] })).toContain('"choices": [], "usage"');
  });

  // Each right side is what Python 3.11's json.dumps prints for the left one.
  it.each([
    ['"\\/', '\\"\\\\/'],
    ['\b\f\n\r\t', '\\b\\f\\n\\r\\t'],
    ['\u0000\u001f\u007f', '\\u0000\\u001f\u007f'],
    ['\u0080é猫\u2028\uffff', '\\u0080\\u00e9\\u732b\\u2028\\uffff'],
    ['😀', '\\ud83d\\ude00'],
    ['\ud800', '\\ud800'],
    ['<&>', '<&>'],
  ])('escapes %j as Python does', (content, expected) => {
    expect(text(withContent(content))).toContain(`"content": "${expected}"}`);
  });

  it('writes tool calls after the content', () => {
    const tool_calls = [{ id: 'call_1', function: { name: 'f', arguments: '{"a": "é"}' }, index: 0, nested: [1, null, true] }];
    const response: LlmResponse = {
      ...RESPONSE,
      choices: [{ index: 0, message: { role: 'assistant', content: '', tool_calls }, finish_reason: 'stop' }],
    };
    expect(text(response)).toContain(
      '"content": "", "tool_calls": [{"id": "call_1", "function": {"name": "f", "arguments": "{\\"a\\": \\"\\u00e9\\"}"}, ' +
        '"index": 0, "nested": [1, null, true]}]}',
    );
    const fraction = {
      ...response,
      choices: [{ index: 0, message: { role: 'assistant', content: '', tool_calls: [{ t: 0.5 }] }, finish_reason: 'stop' }],
    };
    expect(() => encodeLlmResponse(llmResponseSchema.parse(fraction))).toThrowError(
      expect.objectContaining({ code: 'PROTOCOL_BAD_MESSAGE' }),
    );
  });

  it('is ASCII that reads back as the same response', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (content, tokens) => {
        const response = {
          ...withContent(content),
          usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens },
        };
        const bytes = encodeLlmResponse(response);
        expect(bytes.every((byte) => byte < 0x80)).toBe(true);
        expect(llmResponseSchema.parse(JSON.parse(Buffer.from(bytes).toString()))).toEqual(response);
      }),
    );
  });
});

it('reads only responses of this shape', () => {
  for (const bad of [{}, { ...RESPONSE, usage: { ...RESPONSE.usage, completion_tokens: -1 } }, { ...RESPONSE, choices: {} }]) {
    expect(llmResponseSchema.safeParse(bad).success).toBe(false);
  }
});
