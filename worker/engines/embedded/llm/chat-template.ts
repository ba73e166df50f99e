/**
 * Chats that only the model's own template can express: tools, their calls and results, template arguments. Follows
 * `apply_chat_template` of the transformers library, which the official worker calls. RELAY_PROTOCOL 7.2.
 */
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { unsupported } from '../traceback.ts';

export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
}

export interface TemplateChat {
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly object[] | null;
  /** `template_args` of the task. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Texts of the model's own tokens. */
export interface TemplateTokens {
  readonly bos: string | null;
  readonly eos: string | null;
}

/** @throws EngineError ENGINE_UNSUPPORTED if the template does not accept the chat */
export function renderChat(template: string, { messages, tools, args }: TemplateChat, { bos, eos }: TemplateTokens): string {
  const values: Record<string, unknown> = {
    add_generation_prompt: true,
    ...args,
    ...GLOBALS,
    messages,
    tools,
    documents: null,
    bos_token: bos ?? '',
    eos_token: eos ?? '',
  };
  try {
    const environment = new Environment();
    for (const [name, value] of Object.entries(values)) environment.set(name, value);
    const { value } = new Interpreter(environment).run(new Template(template).parsed);
    return String(value);
  } catch {
    // The template's message may quote the task, and a task's text must never decide how a failure is understood.
    return unsupported("a chat that the model's own template does not take");
  }
}

/** Names that templates rely on. Without `strftime_now`: a prompt with today's date would differ between two nodes. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception: () => {
    throw new Error('the template refuses the chat');
  },
  range: (start: number, end?: number, step = 1) => {
    const [from, to] = end === undefined ? [0, start] : [start, end];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, index) => from + index * step);
  },
};
