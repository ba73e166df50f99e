/**
 * Writes the tiny language models in the repository (`npm run make-models`): random weights around a small grammar, a
 * few hundred words, well under 1 MB. Equal seeds give equal bytes on every machine.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GgufValue } from './tiny-model/gguf.ts';
import { encodeGguf } from './tiny-model/gguf.ts';
import type { Grammar } from './tiny-model/grammars.ts';
import { CODE, ENGLISH } from './tiny-model/grammars.ts';
import { tinyVocabulary } from './tiny-model/vocabulary.ts';
import { SHAPE, tinyWeights } from './tiny-model/weights.ts';

export interface TinyModel {
  readonly file: string;
  readonly name: string;
  readonly seed: number;
  readonly grammar: Grammar;
  /** Jinja; null = the model does not support tools. */
  readonly chatTemplate: string | null;
}

/**
 * Renders roles, tools, calls and one argument, so that tests can see that a model receives everything a task can say.
 */
const CHAT_TEMPLATE = `{% if tools %}### Tools
{{ tools | tojson }}

{% endif %}{% for message in messages %}### {{ message.role }}
{{ message.content }}{% for call in message.tool_calls or [] %}{{ call | tojson }}{% endfor %}

{% endfor %}{% if style is defined %}### Style
{{ style }}

{% endif %}{% if add_generation_prompt %}### assistant
{% endif %}`;

export const TINY_MODELS: readonly TinyModel[] = [
  { file: 'tiny-chat.gguf', name: 'Tiny Chat', seed: 20_240_601, grammar: ENGLISH, chatTemplate: CHAT_TEMPLATE },
  { file: 'tiny-code.gguf', name: 'Tiny Code', seed: 20_240_602, grammar: CODE, chatTemplate: null },
];

export function tinyModelBytes({ name, seed, grammar, chatTemplate }: TinyModel): Buffer {
  const vocabulary = tinyVocabulary(grammar);
  const u32 = (value: number): GgufValue => ({ kind: 'u32', value });
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { kind: 'string', value: 'llama' }],
    ['general.name', { kind: 'string', value: name }],
    ['general.license', { kind: 'string', value: 'apache-2.0' }],
    ['general.file_type', u32(1)],
    ['llama.context_length', u32(SHAPE.context)],
    ['llama.embedding_length', u32(SHAPE.width)],
    ['llama.block_count', u32(SHAPE.layers)],
    ['llama.feed_forward_length', u32(SHAPE.hidden)],
    ['llama.attention.head_count', u32(SHAPE.heads)],
    ['llama.attention.head_count_kv', u32(SHAPE.heads)],
    ['llama.attention.layer_norm_rms_epsilon', { kind: 'f32', value: 2 ** -17 }],
    ['llama.rope.dimension_count', u32(SHAPE.width / SHAPE.heads)],
    ['llama.vocab_size', u32(vocabulary.length)],
    ['tokenizer.ggml.model', { kind: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { kind: 'strings', value: vocabulary.map(({ text }) => text) }],
    ['tokenizer.ggml.scores', { kind: 'f32s', value: vocabulary.map((_, index) => -index) }],
    ['tokenizer.ggml.token_type', { kind: 'i32s', value: vocabulary.map(({ type }) => type) }],
    ['tokenizer.ggml.unknown_token_id', u32(0)],
    ['tokenizer.ggml.bos_token_id', u32(1)],
    ['tokenizer.ggml.eos_token_id', u32(2)],
  ]);
  if (chatTemplate !== null) metadata.set('tokenizer.chat_template', { kind: 'string', value: chatTemplate });
  return encodeGguf(metadata, tinyWeights({ seed, grammar, vocabulary }));
}

async function main(): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'resources', 'models');
  await mkdir(folder, { recursive: true });
  for (const model of TINY_MODELS) {
    const bytes = tinyModelBytes(model);
    await writeFile(join(folder, model.file), bytes);
    console.log(`${model.file}  ${bytes.length} bytes  sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
  }
}

if (import.meta.main) await main();
