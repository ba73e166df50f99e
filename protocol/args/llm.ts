/** Arguments of an Llm task (type 1). Source: RELAY_PROTOCOL 7.2. */
import { z } from 'zod';
import { LLM_ROLES } from '../engine/llm-response.ts';
import { type ArgsDialect, dtypeField, integerField, jsonObjectField, nonEmptyField } from './fields.ts';

/** Standard alphabet, padded, no other characters: what Python's `b64decode(validate=True)` accepts. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function contentField(dialect: ArgsDialect) {
  const base64 = dialect === 'relay' ? nonEmptyField : nonEmptyField.refine(isBase64, 'must be base64');
  const block = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: nonEmptyField }),
    z.strictObject({ type: z.literal('image'), base64 }),
  ]);
  return z.union([z.string(), z.array(block), z.null()]);
}

function generationConfigField(dialect: ArgsDialect) {
  const integer = integerField(dialect);
  return z
    .object({
      max_new_tokens: integer,
      stop_strings: z.array(z.string()),
      do_sample: z.boolean(),
      num_beams: integer,
      temperature: z.number(),
      typical_p: z.number(),
      top_k: integer,
      top_p: z.number(),
      min_p: z.number(),
      repetition_penalty: z.number(),
      num_return_sequences: integer,
    })
    .partial();
}

function llmArgs(dialect: ArgsDialect) {
  return z.object({
    model: nonEmptyField,
    messages: z.array(
      z.object({
        /**
         * Neither side requires a role or content; without them the chat template fails on every node, and nothing is
         * reported.
         */
        role: z.enum(LLM_ROLES).optional(),
        content: contentField(dialect).optional(),
        tool_call_id: z.string().nullable().optional(),
        tool_calls: z.array(jsonObjectField).nullable().optional(),
      }),
    ),
    tools: z.array(jsonObjectField).nullable().default(null),
    /** The worker supplies missing values: 256 new tokens, one sequence, the rest from the model. */
    generation_config: generationConfigField(dialect).nullable().default(null),
    template_args: jsonObjectField.nullable().default(null),
    seed: integerField(dialect).default(0),
    dtype: dtypeField,
    quantize_bits: z.literal([4, 8]).nullable().default(null),
  });
}

/** As the worker's models read them, defaults filled in. */
export const llmTaskArgsSchema = llmArgs('engine');
export type LlmTaskArgs = z.output<typeof llmTaskArgsSchema>;

/** As the relay's published JSON schema judges them. */
export const relayLlmTaskArgsSchema = llmArgs('relay');
