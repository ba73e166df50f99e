/**
 * Task arguments as this engine runs them. It refuses what it cannot handle, and never silently does something else.
 * The defaults are those of the transformers library, which the official worker calls. Source: RELAY_PROTOCOL 7.2.
 */
import type { LlmTaskArgs } from '../../../../protocol/args/llm.ts';
import { unsupported } from '../traceback.ts';
import type { TemplateChat, TemplateMessage } from './chat-template.ts';

export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

interface Sampling {
  readonly temperature: number;
  /** 0 = all tokens. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/** Plain turns, or what only the model's own template can express. */
export type Chat =
  | { readonly kind: 'turns'; readonly turns: readonly ChatTurn[] }
  | ({ readonly kind: 'template' } & TemplateChat);

export interface LlmRequest {
  readonly model: string;
  readonly chat: Chat;
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
  /** Null = always the most likely token. */
  readonly sampling: Sampling | null;
  /** 1 = none. */
  readonly repetitionPenalty: number;
  readonly sequences: number;
  readonly seed: number;
}

const DEFAULT_NEW_TOKENS = 256;
const MAX_SEED = 2 ** 32 - 1;

/** @throws EngineError ENGINE_UNSUPPORTED, never a verdict about the task: other engines may run it. */
export function llmRequest(args: LlmTaskArgs): LlmRequest {
  if (args.quantize_bits != null) unsupported('quantize_bits');
  if (args.dtype !== 'auto') unsupported(`dtype ${args.dtype}`);
  const config = args.generation_config ?? {};
  if ((config.num_beams ?? 1) !== 1) unsupported('num_beams');
  if ((config.typical_p ?? 1) !== 1) unsupported('typical_p');
  const sampled = config.do_sample ?? false;
  const sequences = assertInRange('num_return_sequences', config.num_return_sequences ?? 1, 1, 64);
  if (sequences > 1 && !sampled) unsupported('several sequences without do_sample');
  return {
    model: args.model,
    chat: chatOf(args),
    maxNewTokens: assertInRange('max_new_tokens', config.max_new_tokens ?? DEFAULT_NEW_TOKENS, 1, MAX_SEED),
    stopStrings: (config.stop_strings ?? []).filter((text) => text !== ''),
    sampling: sampled
      ? {
          temperature: assertInRange('temperature', config.temperature ?? 1, Number.MIN_VALUE, 100),
          topK: assertInRange('top_k', config.top_k ?? 50, 0, MAX_SEED),
          topP: assertInRange('top_p', config.top_p ?? 1, Number.MIN_VALUE, 1),
          minP: assertInRange('min_p', config.min_p ?? 0, 0, 1),
        }
      : null,
    repetitionPenalty: assertInRange('repetition_penalty', config.repetition_penalty ?? 1, Number.MIN_VALUE, 100),
    sequences,
    seed: assertInRange('seed', args.seed, 0, MAX_SEED),
  };
}

function chatOf({ messages, tools, template_args }: LlmTaskArgs): Chat {
  const isPlain =
    (tools ?? []).length === 0 &&
    Object.keys(template_args ?? {}).length === 0 &&
    messages.every(({ role, tool_calls }) => role !== 'tool' && (tool_calls ?? []).length === 0);
  if (isPlain) return { kind: 'turns', turns: messages.map((message) => ({ role: plainRole(message), text: textOf(message) })) };
  return { kind: 'template', messages: messages.map(templateMessage), tools, args: template_args ?? {} };
}

type Message = LlmTaskArgs['messages'][number];

function plainRole({ role }: Message): ChatTurn['role'] {
  return role === undefined || role === 'tool' ? unsupported('a message without a role') : role;
}

function templateMessage(message: Message): TemplateMessage {
  const { role, tool_calls, tool_call_id } = message;
  return {
    role: role ?? unsupported('a message without a role'),
    content: textOf(message),
    ...(tool_calls == null ? {} : { tool_calls }),
    ...(tool_call_id == null ? {} : { tool_call_id }),
  };
}

function textOf({ content }: Message): string {
  if (content == null || typeof content === 'string') return content ?? '';
  return content.map((block) => (block.type === 'text' ? block.text : unsupported('images'))).join('');
}

function assertInRange(name: string, value: number, least: number, most: number): number {
  return value >= least && value <= most ? value : unsupported(`${name} ${value}`);
}
