/** Generates the answers of a task: equal model, arguments and seed give equal bytes on equal hardware. */
import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { LlmResponse } from '../../../../protocol/engine/llm-response.ts';
import { unsupported } from '../traceback.ts';
import type { Prompt } from './prompt.ts';
import { buildPrompt } from './prompt.ts';
import type { LlmRequest } from './request.ts';
import type { LoadedModel } from './runtime.ts';

/** llama.cpp interprets 2³² − 1 as "draw a seed yourself". */
const SEEDS = 2 ** 32 - 1;
const GOLDEN = 0x9e3779b9;
/** A character may consist of several byte tokens. */
const TAIL_MARGIN = 8;

interface Answer {
  readonly text: string;
  readonly tokens: number;
  readonly reason: 'stop' | 'length';
}

export async function generateAnswer(loaded: LoadedModel, request: LlmRequest): Promise<LlmResponse> {
  const prompt = buildPrompt({ model: loaded.model, entry: loaded.entry, chat: request.chat });
  const room = loaded.sequence.contextSize - prompt.tokens.length;
  if (room < 1) unsupported(`a prompt of ${prompt.tokens.length} tokens`);
  const limit = Math.min(request.maxNewTokens, room);
  const answers: Answer[] = [];
  for (let index = 0; index < request.sequences; index++) {
    answers.push(await generateOne({ loaded, request, prompt, limit, seed: (request.seed + index * GOLDEN) % SEEDS }));
  }
  const completion = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    model: request.model,
    choices: answers.map(({ text, reason }, index) => ({
      finish_reason: reason,
      message: { role: 'assistant', content: text },
      index,
    })),
    usage: {
      prompt_tokens: prompt.tokens.length,
      completion_tokens: completion,
      total_tokens: prompt.tokens.length + completion,
    },
  };
}

async function generateOne(input: {
  loaded: LoadedModel;
  request: LlmRequest;
  prompt: Prompt;
  limit: number;
  seed: number;
}): Promise<Answer> {
  const { loaded, request, prompt, limit } = input;
  const { model, sequence } = loaded;
  const stops = [...request.stopStrings, ...prompt.stopTexts];
  const tail = Math.max(0, ...stops.map((text) => text.length)) + TAIL_MARGIN;
  const tokens: Token[] = [];
  // From an empty context every time, because the cache determines how sums are batched.
  await sequence.clearHistory();
  for await (const token of sequence.evaluate(prompt.tokens, samplingOptions(input, tokens))) {
    if (prompt.stopTokens.has(token)) return { text: model.detokenize(tokens), tokens: tokens.length, reason: 'stop' };
    tokens.push(token);
    const recent = model.detokenize(tokens.slice(-tail), false, tokens.slice(-2 * tail, -tail));
    if (stops.some((text) => recent.includes(text))) {
      return { text: trimAnswer(model.detokenize(tokens), request, prompt), tokens: tokens.length, reason: 'stop' };
    }
    if (tokens.length >= limit) return { text: model.detokenize(tokens), tokens: tokens.length, reason: 'length' };
  }
  return { text: model.detokenize(tokens), tokens: tokens.length, reason: 'stop' };
}

function samplingOptions(
  { request, prompt, limit, seed }: { request: LlmRequest; prompt: Prompt; limit: number; seed: number },
  generated: readonly Token[],
): SequenceEvaluateOptions {
  const { sampling, repetitionPenalty } = request;
  const penalty: SequenceEvaluateOptions =
    repetitionPenalty === 1
      ? {}
      : {
          repeatPenalty: {
            punishTokens: () => [...new Set([...prompt.tokens, ...generated])],
            maxPunishTokens: prompt.tokens.length + limit,
            penalty: repetitionPenalty,
          },
        };
  if (sampling === null) return { temperature: 0, ...penalty };
  return { ...sampling, seed, ...penalty };
}

/** Like the official worker's library: a stop string of the task stays at the end of the text. */
function trimAnswer(text: string, request: LlmRequest, prompt: Prompt): string {
  const ends = [
    ...request.stopStrings.map((stop) => ({ at: text.indexOf(stop), keep: stop.length })),
    ...prompt.stopTexts.map((stop) => ({ at: text.indexOf(stop), keep: 0 })),
  ];
  const first = ends.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at || b.keep - a.keep)[0];
  return first === undefined ? text : text.slice(0, first.at + first.keep);
}
