/** The tasks of one node as a UI reads them: paged and filtered by the store, one in full, and what changes. */
import { z } from 'zod';
import { TASK_STATUSES } from '../protocol/tasks/status.ts';
import { commitmentField } from '../protocol/wire/fields.ts';
import { taskTypeSchema } from './models.ts';
import { taskMoneySchema } from './money.ts';
import { resultRemovalSchema } from './retention.ts';
import { errorViewSchema, taskViewSchema } from './worker-channel.ts';

const count = z.number().int().nonnegative();

/** What a list of tasks is narrowed to. Everything left out, or empty, narrows nothing. */
export const taskFilterSchema = z.object({
  types: z.array(taskTypeSchema).default([]),
  statuses: z.array(z.enum(TASK_STATUSES)).default([]),
  /** Part of a model id, any case. */
  model: z.string().default(''),
  /** Part of the commitment, an abort reason, an error's code or message, any case. */
  text: z.string().default(''),
  /** Of the time when this node first saw the task; epoch ms, included. */
  fromMs: z.number().nullable().default(null),
  /** Not included. */
  toMs: z.number().nullable().default(null),
});
export type TaskFilter = z.output<typeof taskFilterSchema>;
export type TaskFilterInput = z.input<typeof taskFilterSchema>;

/** A row of the list: the task and where it stands in the store's own order. */
export const taskRowSchema = taskViewSchema.extend({
  /** Counts up in the order in which this node first saw its tasks. */
  sequence: count,
  /** When this node first saw it; epoch ms. */
  seenMs: z.number(),
  /** From the network's start to the score, an error or the end; null while it is not known. */
  durationMs: z.number().nullable(),
});
export type TaskRow = z.output<typeof taskRowSchema>;

export const tasksQuerySchema = z.object({
  filter: taskFilterSchema.prefault({}),
  /** Rows left out from the newest on. */
  offset: count.default(0),
  limit: z.number().int().positive().max(500),
  /** Only tasks up to this sequence: pages of one reading keep their places while new tasks arrive. Null = all. */
  upTo: count.nullable().default(null),
});
export const tasksPageSchema = z.object({
  /** Newest first. */
  rows: z.array(taskRowSchema),
  /** Rows that the filter leaves, of all pages. */
  total: count,
  /** Give this with the next page. */
  upTo: count,
});
export type TasksPage = z.output<typeof tasksPageSchema>;

export const taskQuerySchema = z.object({ commitment: commitmentField });

export const taskExecutionSchema = z.object({
  attempt: z.number().int(),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  outcome: z.enum(['scored', 'invalid', 'failed', 'cancelled']).nullable(),
  detail: z.string(),
});

export const taskFileSchema = z.object({
  /** Position in the result; what {@link taskFileQuerySchema} asks for. */
  position: count,
  kind: z.enum(['image', 'text', 'other', 'checkpoint']),
  sizeBytes: count,
  /** Lower-case hex without 0x, as recorded with the score. */
  sha256: z.string(),
  /** False: it is not on disk any more. */
  present: z.boolean(),
});
export type TaskFile = z.output<typeof taskFileSchema>;

export const taskDetailSchema = z.object({
  task: taskRowSchema,
  /** JSON text as the network gave it; null before it was read. */
  taskArgs: z.string().nullable(),
  taskId: z.string().nullable(),
  /** Seconds. */
  timeoutSeconds: z.number().nullable(),
  minVramGib: z.number().nullable(),
  executions: z.array(taskExecutionSchema),
  /** What this node did about a failure, as a code: `reported`, `silent`; null = nothing failed. */
  failure: z.object({ reaction: z.enum(['reported', 'silent']), error: errorViewSchema }).nullable(),
  files: z.array(taskFileSchema),
  /** Why the files are not on disk any more; null = they are, or nothing is known. */
  removed: resultRemovalSchema.nullable(),
  /** Null where the node keeps no ledger. */
  money: taskMoneySchema.nullable(),
  /** The case file about this task; null = there is none. */
  caseId: z.string().nullable(),
});
export type TaskDetail = z.output<typeof taskDetailSchema>;

export const taskFileQuerySchema = taskQuerySchema.extend({ position: count });
export const taskFileBytesSchema = z.object({
  /** `image/png`, `application/json`, `application/octet-stream`. */
  mime: z.string(),
  /** Null: it is larger than a UI is given (8 MiB), or gone. */
  base64: z.string().nullable(),
});

/**
 * First the snapshot, then every change; `revision` counts up by one. A reader that was too slow is given a snapshot in
 * the place of what it missed: then pages are read again, for tasks that have ended meanwhile are in none.
 */
export const tasksUpdateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), revision: count, upTo: count, open: z.array(taskRowSchema) }),
  z.object({ kind: z.literal('task'), revision: count, task: taskRowSchema }),
]);
export type TasksUpdate = z.output<typeof tasksUpdateSchema>;
