/**
 * Task arguments as this engine runs them. What it can't honour it refuses; it never quietly does something else.
 * Defaults are those of the transformers library, which the official worker calls. Source: RELAY_PROTOCOL 7.2.
 */
import type { LlmTaskArgs } from '../../../../protocol/args/llm.ts';
import { unsupported } from '../traceback.ts';

export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

export interface Sampling {
  readonly temperature: number;
  /** 0 = all tokens. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

export interface LlmRequest {
  readonly model: string;
  readonly turns: readonly ChatTurn[];
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
  /** Null = always the likeliest token. */
  readonly sampling: Sampling | null;
  /** 1 = none. */
  readonly repetitionPenalty: number;
  readonly sequences: number;
  readonly seed: number;
}

const DEFAULT_NEW_TOKENS = 256;
const MAX_SEED = 2 ** 32 - 1;

/** @throws EngineError ENGINE_UNSUPPORTED, never a verdict about the task: other engines may well run it. */
export function llmRequest(args: LlmTaskArgs): LlmRequest {
  if (args.tools != null && args.tools.length > 0) unsupported('tools');
  if (args.template_args != null && Object.keys(args.template_args).length > 0) unsupported('template_args');
  if (args.quantize_bits != null) unsupported('quantize_bits');
  if (args.dtype !== 'auto') unsupported(`dtype ${args.dtype}`);
  const config = args.generation_config ?? {};
  if ((config.num_beams ?? 1) !== 1) unsupported('num_beams');
  if ((config.typical_p ?? 1) !== 1) unsupported('typical_p');
  const sampled = config.do_sample ?? false;
  const sequences = inRange('num_return_sequences', config.num_return_sequences ?? 1, 1, 64);
  if (sequences > 1 && !sampled) unsupported('several sequences without do_sample');
  return {
    model: args.model,
    turns: args.messages.map(turn),
    maxNewTokens: inRange('max_new_tokens', config.max_new_tokens ?? DEFAULT_NEW_TOKENS, 1, MAX_SEED),
    stopStrings: (config.stop_strings ?? []).filter((text) => text !== ''),
    sampling: sampled
      ? {
          temperature: inRange('temperature', config.temperature ?? 1, Number.MIN_VALUE, 100),
          topK: inRange('top_k', config.top_k ?? 50, 0, MAX_SEED),
          topP: inRange('top_p', config.top_p ?? 1, Number.MIN_VALUE, 1),
          minP: inRange('min_p', config.min_p ?? 0, 0, 1),
        }
      : null,
    repetitionPenalty: inRange('repetition_penalty', config.repetition_penalty ?? 1, Number.MIN_VALUE, 100),
    sequences,
    seed: inRange('seed', args.seed, 0, MAX_SEED),
  };
}

function turn(message: LlmTaskArgs['messages'][number]): ChatTurn {
  const { role, content } = message;
  if (role === undefined) unsupported('a message without a role');
  if (role === 'tool' || (message.tool_calls ?? []).length > 0) unsupported('tool messages');
  if (content == null || typeof content === 'string') return { role, text: content ?? '' };
  return { role, text: content.map((block) => (block.type === 'text' ? block.text : unsupported('images'))).join('') };
}

function inRange(name: string, value: number, least: number, most: number): number {
  return value >= least && value <= most ? value : unsupported(`${name} ${value}`);
}
