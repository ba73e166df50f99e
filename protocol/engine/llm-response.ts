/**
 * The result file of a language model task, `0.json`. Its SHA-256 is the score, so the bytes are part of the rules:
 * exactly what Python's `json.dump` writes in the official worker. Source: RELAY_PROTOCOL 6.3.
 */
import { z } from 'zod';
import { ProtocolError } from '../errors.ts';
import { uintField } from '../wire/fields.ts';

export const LLM_ROLES = ['system', 'user', 'assistant', 'tool'] as const;

export const llmResponseSchema = z.object({
  model: z.string(),
  choices: z.array(
    z.object({
      finish_reason: z.enum(['stop', 'length']),
      message: z.object({
        role: z.enum(LLM_ROLES),
        content: z.string(),
        /** Omitted if the model made no tool call. */
        tool_calls: z.array(z.record(z.string(), z.json())).optional(),
      }),
      index: uintField,
    }),
  ),
  usage: z.object({ prompt_tokens: uintField, completion_tokens: uintField, total_tokens: uintField }),
});
export type LlmResponse = z.output<typeof llmResponseSchema>;

/**
 * ASCII bytes: separators `", "` and `": "`, `\uXXXX` escapes, fixed key order, no newline at the end.
 * @throws ProtocolError PROTOCOL_BAD_MESSAGE for a fraction inside a tool call.
 */
export function encodeLlmResponse(response: LlmResponse): Uint8Array {
  const { model, choices, usage } = response;
  const text = encodeObject([
    ['model', encodeString(model)],
    ['choices', encodeArray(choices.map(encodeChoice))],
    [
      'usage',
      encodeObject([
        ['prompt_tokens', String(usage.prompt_tokens)],
        ['completion_tokens', String(usage.completion_tokens)],
        ['total_tokens', String(usage.total_tokens)],
      ]),
    ],
  ]);
  return new TextEncoder().encode(text);
}

function encodeChoice({ finish_reason, message, index }: LlmResponse['choices'][number]): string {
  const calls: [string, string][] =
    message.tool_calls === undefined ? [] : [['tool_calls', encodeArray(message.tool_calls.map(encodeJson))]];
  return encodeObject([
    ['finish_reason', encodeString(finish_reason)],
    ['message', encodeObject([['role', encodeString(message.role)], ['content', encodeString(message.content)], ...calls])],
    ['index', String(index)],
  ]);
}

function encodeJson(value: z.core.util.JSONType): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    // 1.0 and 1 are the same value here, but different texts in Python.
    throw new ProtocolError('PROTOCOL_BAD_MESSAGE', 'a tool call may contain only whole numbers', {
      what: 'response',
      field: 'tool_calls',
    });
  }
  if (typeof value === 'string') return encodeString(value);
  if (Array.isArray(value)) return encodeArray(value.map(encodeJson));
  if (typeof value === 'object' && value !== null)
    return encodeObject(Object.entries(value).map(([key, item]) => [key, encodeJson(item)]));
  return String(value);
}

function encodeObject(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([key, value]) => `${encodeString(key)}: ${value}`).join(', ')}}`;
}

function encodeArray(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}

/** `ensure_ascii`: 0x7f stays, everything above is escaped per UTF-16 unit, so astral characters as surrogate pairs. */
function encodeString(value: string): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
