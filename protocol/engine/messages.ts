/**
 * The engine protocol: JSON text frames between a worker (server) and an engine (client), the same that the
 * official Python worker speaks. Source: RELAY_PROTOCOL 9.2.
 */
import { z } from 'zod';
import { uintField } from '../wire/fields.ts';

export const ENGINE_ROLES = ['inference', 'download'] as const;
export type EngineRole = (typeof ENGINE_ROLES)[number];

/** engine→worker, first frame. */
export const engineHelloSchema = z.object({ version: z.string(), role: z.enum(ENGINE_ROLES).default('inference') });
export type EngineHello = z.output<typeof engineHelloSchema>;

/** worker→engine, answer to the hello. */
export const engineWelcomeSchema = z.object({ worker_id: uintField });

const engineModelSchema = z.object({ id: z.string(), type: z.string(), variant: z.string().nullable() });
export type EngineModel = z.output<typeof engineModelSchema>;

const inferenceJobSchema = z.object({
  task_name: z.literal('inference'),
  task_type: uintField,
  /** Commitment hex without 0x. */
  task_id: z.string(),
  models: z.array(engineModelSchema),
  /** JSON text. */
  task_args: z.string(),
  /** Directory that exists; the engine writes N.png, 0.json, or validation/ and checkpoint/ into it. */
  output_dir: z.string(),
});
const downloadJobSchema = z.object({
  task_name: z.literal('download'),
  task_type: uintField,
  task_id: z.string(),
  model: engineModelSchema,
});
/** worker→engine job. Between jobs the worker sends an empty text frame once per second. */
export const engineJobSchema = z.object({ task: z.discriminatedUnion('task_name', [inferenceJobSchema, downloadJobSchema]) });
export type EngineJobFrame = z.output<typeof engineJobSchema>;
export type InferenceJob = z.output<typeof inferenceJobSchema>;

/** engine→worker result; despite its name, `task_id_commitment` echoes the job's task_id. */
export const engineResultSchema = z.object({
  task_name: z.enum(['inference', 'download']),
  task_id_commitment: z.string(),
  result: z.discriminatedUnion('status', [
    z.object({ status: z.literal('success') }),
    z.object({ status: z.literal('error'), traceback: z.string(), gpu_count: uintField.default(0) }),
  ]),
});
export type EngineResult = z.output<typeof engineResultSchema>;

/** Text in an engine traceback which shows that the task's arguments caused the failure (RELAY_PROTOCOL 8.7). */
export const TASK_ARGS_INVALID = 'Task args invalid';
/** Text in an engine traceback for a missing base model: nothing is reported, and the engine is not restarted. */
export const TASK_MODEL_NOT_DOWNLOADED = 'Task model not downloaded';
