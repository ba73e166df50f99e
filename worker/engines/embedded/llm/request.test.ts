import { describe, expect, it } from 'vitest';
import { parseTaskArgs } from '../../../../protocol/args/index.ts';
import { llmRequest } from './request.ts';

const BASE = { model: 'm', messages: [{ role: 'user', content: 'hello' }] };

function request(change: object) {
  return llmRequest(parseTaskArgs('Llm', JSON.stringify({ ...BASE, ...change })));
}

describe('a request from task arguments', () => {
  it("has the official worker's defaults", () => {
    expect(request({})).toEqual({
      model: 'm',
      chat: { kind: 'turns', turns: [{ role: 'user', text: 'hello' }] },
      maxNewTokens: 256,
      stopStrings: [],
      sampling: null,
      repetitionPenalty: 1,
      sequences: 1,
      seed: 0,
    });
    expect(request({ generation_config: { do_sample: true } }).sampling).toEqual({
      temperature: 1,
      topK: 50,
      topP: 1,
      minP: 0,
    });
  });

  it('follows the settings', () => {
    const generation_config = {
      max_new_tokens: 12,
      stop_strings: ['.', ''],
      do_sample: true,
      num_beams: 1,
      temperature: 0.5,
      typical_p: 1,
      top_k: 0,
      top_p: 0.9,
      min_p: 0.1,
      repetition_penalty: 1.2,
      num_return_sequences: 3,
    };
    expect(request({ generation_config, seed: 4_294_967_295, tools: [], template_args: {} })).toMatchObject({
      maxNewTokens: 12,
      stopStrings: ['.'],
      sampling: { temperature: 0.5, topK: 0, topP: 0.9, minP: 0.1 },
      repetitionPenalty: 1.2,
      sequences: 3,
      seed: 4_294_967_295,
    });
  });

  it('joins text blocks and accepts every plain role', () => {
    const messages = [
      { role: 'system', content: 'be short' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: null },
      { role: 'user' },
    ];
    expect(request({ messages }).chat).toEqual({
      kind: 'turns',
      turns: [
        { role: 'system', text: 'be short' },
        { role: 'user', text: 'ab' },
        { role: 'assistant', text: '' },
        { role: 'user', text: '' },
      ],
    });
  });

  it('leaves tools, their calls and results, and template arguments to the model’s own template', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const tool_calls = [{ id: '1', function: { name: 'f', arguments: { a: 1 } } }];
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      { role: 'assistant', content: null, tool_calls },
      { role: 'tool', content: '7', tool_call_id: '1' },
    ];
    expect(request({ messages, tools, template_args: { enable_thinking: false } }).chat).toEqual({
      kind: 'template',
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: '', tool_calls },
        { role: 'tool', content: '7', tool_call_id: '1' },
      ],
      tools,
      args: { enable_thinking: false },
    });
    expect(request({ template_args: { a: 1 } }).chat).toMatchObject({ kind: 'template', tools: null });
  });

  it.each([
    { quantize_bits: 4 },
    { dtype: 'float16' },
    { seed: -1 },
    { seed: 2 ** 32 },
    { messages: [{ content: 'no role' }] },
    { messages: [{ content: 'no role' }], tools: [{ name: 'f' }] },
    { messages: [{ role: 'user', content: [{ type: 'image', base64: 'AAAA' }] }], template_args: { a: 1 } },
    { messages: [{ role: 'user', content: [{ type: 'image', base64: 'AAAA' }] }] },
    ...[
      { num_beams: 2 },
      { typical_p: 0.5 },
      { max_new_tokens: 0 },
      { max_new_tokens: -1 },
      { num_return_sequences: 2 },
      { num_return_sequences: 0, do_sample: true },
      { do_sample: true, temperature: 0 },
      { do_sample: true, top_k: -1 },
      { do_sample: true, top_p: 0 },
      { do_sample: true, top_p: 1.5 },
      { do_sample: true, min_p: -0.1 },
      { repetition_penalty: 0 },
    ].map((generation_config) => ({ generation_config })),
  ])('is refused as unsupported, not as invalid: %j', (change) => {
    expect(() => request(change)).toThrowError(
      expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', message: expect.stringContaining('unsupported by this engine') }),
    );
  });
});
