/** Task arguments by task type: what the relay accepts, and how an engine reads them. Source: RELAY_PROTOCOL 7. */
import type { z } from 'zod';
import { ProtocolError } from '../errors.ts';
import type { TaskType } from '../tasks/status.ts';
import { type FineTuneTaskArgs, fineTuneTaskArgsSchema, relayFineTuneTaskArgsSchema } from './fine-tune.ts';
import { type LlmTaskArgs, llmTaskArgsSchema, relayLlmTaskArgsSchema } from './llm.ts';
import { relaySdTaskArgsSchema, type SdTaskArgs, sdTaskArgsSchema } from './stable-diffusion.ts';

export interface TaskArgs {
  readonly StableDiffusion: SdTaskArgs;
  readonly Llm: LlmTaskArgs;
  readonly FineTuneLora: FineTuneTaskArgs;
}

const RELAY_SCHEMAS: Readonly<Record<TaskType, z.ZodType>> = {
  StableDiffusion: relaySdTaskArgsSchema,
  Llm: relayLlmTaskArgsSchema,
  FineTuneLora: relayFineTuneTaskArgsSchema,
};

const ENGINE_SCHEMAS: { readonly [Type in TaskType]: z.ZodType<TaskArgs[Type]> } = {
  StableDiffusion: sdTaskArgsSchema,
  Llm: llmTaskArgsSchema,
  FineTuneLora: fineTuneTaskArgsSchema,
};

/** Validates parsed arguments with the published JSON schema: null if it accepts them, else the first complaint. */
export function relayAcceptsArgs(type: TaskType, args: unknown): string | null {
  const result = RELAY_SCHEMAS[type].safeParse(args);
  return result.success ? null : firstIssue(result.error);
}

/**
 * Arguments as an engine reads them, defaults filled in; unknown members are ignored. A failure here is the only error that
 * a node may report, because every node fails in the same way.
 * @throws ProtocolError PROTOCOL_BAD_TASK_ARGS
 */
export function parseTaskArgs<Type extends TaskType>(type: Type, jsonText: string): TaskArgs[Type] {
  let value: unknown;
  try {
    value = JSON.parse(jsonText);
  } catch (cause) {
    throw new ProtocolError('PROTOCOL_BAD_TASK_ARGS', 'task arguments are not JSON', { type }, { cause });
  }
  const result = ENGINE_SCHEMAS[type].safeParse(value);
  if (!result.success) throw new ProtocolError('PROTOCOL_BAD_TASK_ARGS', `task arguments: ${firstIssue(result.error)}`, { type });
  return result.data;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  return `${path === '' ? '' : `${path}: `}${issue?.message ?? 'invalid'}`;
}
