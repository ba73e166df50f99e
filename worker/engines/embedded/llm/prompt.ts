/** A chat as tokens, and what ends an answer: by the wrapper that the catalogue names, or by the model's own template. */
import type { ChatHistoryItem, LlamaModel, Token } from 'node-llama-cpp';
import { chatWrappers } from 'node-llama-cpp';
import type { GgufModel } from '../../models/catalogue.ts';
import { unsupported } from '../traceback.ts';
import { renderChat, type TemplateChat } from './chat-template.ts';
import type { Chat, ChatTurn } from './request.ts';

export interface Prompt {
  readonly tokens: Token[];
  readonly stopTokens: ReadonlySet<Token>;
  /** Texts of the chat format that are not part of an answer. */
  readonly stopTexts: readonly string[];
}

export function buildPrompt(input: { model: LlamaModel; entry: GgufModel; chat: Chat }): Prompt {
  const { model, entry, chat } = input;
  return chat.kind === 'template' ? templatePrompt(model, chat) : wrapperPrompt(model, entry, chat.turns);
}

/** Then only the model's own token ends an answer, and the evaluation does not yield that token. */
function templatePrompt(model: LlamaModel, chat: TemplateChat): Prompt {
  const template = model.fileInfo.metadata.tokenizer.chat_template;
  if (template === undefined) unsupported('tools and template_args with a model without a chat template');
  const { bosString: bos, eosString: eos } = model.tokens;
  return { tokens: model.tokenize(renderChat(template, chat, { bos, eos }), true), stopTokens: new Set(), stopTexts: [] };
}

function wrapperPrompt(model: LlamaModel, entry: GgufModel, turns: readonly ChatTurn[]): Prompt {
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
