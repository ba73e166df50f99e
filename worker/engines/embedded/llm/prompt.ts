/** Chat turns as tokens, and what ends an answer, by the wrapper that the catalogue names. */
import type { ChatHistoryItem, LlamaModel, Token } from 'node-llama-cpp';
import { chatWrappers } from 'node-llama-cpp';
import type { GgufModel } from '../../models/catalogue.ts';
import type { ChatTurn } from './request.ts';

export interface Prompt {
  readonly tokens: Token[];
  readonly stopTokens: ReadonlySet<Token>;
  /** Texts of the chat format, not part of an answer. */
  readonly stopTexts: readonly string[];
}

export function buildPrompt(input: { model: LlamaModel; entry: GgufModel; turns: readonly ChatTurn[] }): Prompt {
  const { model, entry, turns } = input;
  const wrapper = new chatWrappers[entry.chatWrapper]();
  const chatHistory: ChatHistoryItem[] = [...turns.map(historyItem), { type: 'model', response: [] }];
  const { contextText, stopGenerationTriggers } = wrapper.generateContextState({ chatHistory });
  const stopTokens = new Set<Token>();
  const stopTexts: string[] = [];
  for (const trigger of stopGenerationTriggers) {
    const [token, ...more] = trigger.tokenize(model.tokenizer);
    if (token !== undefined && more.length === 0) stopTokens.add(token);
    else if (token !== undefined) stopTexts.push(trigger.toString());
  }
  return { tokens: contextText.tokenize(model.tokenizer), stopTokens, stopTexts };
}

function historyItem({ role, text }: ChatTurn): ChatHistoryItem {
  switch (role) {
    case 'system':
      return { type: 'system', text };
    case 'user':
      return { type: 'user', text };
    case 'assistant':
      return { type: 'model', response: [text] };
  }
}
