/** The tasks of one node for a UI: pages filtered by the store, details of one, and changes. */
import { z } from 'zod';
import { MISSED_DEADLINES } from '../protocol/tasks/missed-deadline.ts';
import { TASK_STATUSES } from '../protocol/tasks/status.ts';
import { commitmentField, weiText } from '../protocol/wire/fields.ts';
import { taskTypeSchema } from './models.ts';
import { taskMoneySchema } from './money.ts';
import { resultRemovalSchema } from './retention.ts';
import { errorViewSchema } from './worker-channel.ts';

const count = z.number().int().nonnegative();

/** The filter of a list of tasks. Omitted or empty fields do not restrict it. */
export const taskFilterSchema = z.object({
  types: z.array(taskTypeSchema).default([]),
  statuses: z.array(z.enum(TASK_STATUSES)).default([]),
  /** Part of a model ID, case-insensitive. */
  model: z.string().default(''),
  /** Part of the commitment, an abort reason, or an error's code or message; case-insensitive. */
  text: z.string().default(''),
  /** By the time when this node first saw the task; epoch ms, inclusive. */
  fromMs: z.number().nullable().default(null),
  /** Exclusive. */
  toMs: z.number().nullable().default(null),
});
export type TaskFilter = z.output<typeof taskFilterSchema>;
export type TaskFilterInput = z.input<typeof taskFilterSchema>;

/** One observed step of a task. `atMs` is the network's time if it reports one, otherwise when this node saw it. */
export const transitionViewSchema = z.object({
  status: z.enum(TASK_STATUSES),
  atMs: z.number(),
  source: z.enum(['relay', 'event', 'local']),
  evidence: z.string(),
});
export type TransitionView = z.output<typeof transitionViewSchema>;

/** A row of the list: the task and its position in the store's own order. */
export const taskRowSchema = z.object({
  commitment: z.string(),
  type: taskTypeSchema,
  modelIds: z.array(z.string()),
  /** The last status from the network. */
  status: z.enum(TASK_STATUSES),
  /** What this node is doing about it. */
  local: z.enum(['new', 'executing', 'scored', 'invalid', 'failed', 'uploaded', 'closed']),
  score: z.string().nullable(),
  feeWei: weiText,
  /** Credited to the operator by the network, as far as this node knows; null until settled. */
  paymentWei: weiText.nullable(),
  abortReason: z.string(),
  /** The deadline that ended the task, which implies who missed it; null if none did. */
  missedDeadline: z.enum(MISSED_DEADLINES).nullable(),
  error: errorViewSchema.nullable(),
  startTimeMs: z.number().nullable(),
  deadlineMs: z.number().nullable(),
  transitions: z.array(transitionViewSchema),
  /** Increases in the order in which this node first saw its tasks. */
  sequence: count,
  /** When this node first saw it; epoch ms. */
  seenMs: z.number(),
  /** From the network's start to the score, an error or the end; null while it is unknown. */
  durationMs: z.number().nullable(),
});
export type TaskRow = z.output<typeof taskRowSchema>;

export const tasksQuerySchema = z.object({
  filter: taskFilterSchema.prefault({}),
  /** Number of newest rows to skip. */
  offset: count.default(0),
  limit: z.number().int().positive().max(500),
  /** Only tasks up to this sequence, so that pages stay consistent while new tasks arrive. Null = all. */
  upTo: count.nullable().default(null),
});
export const tasksPageSchema = z.object({
  /** Newest first. */
  rows: z.array(taskRowSchema),
  /** Number of rows that match the filter, on all pages. */
  total: count,
  /** Pass this when requesting the next page. */
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
  /** Position in the result, for {@link taskFileQuerySchema}. */
  position: count,
  kind: z.enum(['image', 'text', 'other', 'checkpoint']),
  sizeBytes: count,
  /** Lower-case hex without 0x, as recorded with the score. */
  sha256: z.string(),
  /** False: it is no longer on disk. */
  present: z.boolean(),
});
export type TaskFile = z.output<typeof taskFileSchema>;

export const taskDetailSchema = z.object({
  task: taskRowSchema,
  /** JSON text as the network sent it; null before it was read. */
  taskArgs: z.string().nullable(),
  taskId: z.string().nullable(),
  /** Seconds. */
  timeoutSeconds: z.number().nullable(),
  minVramGib: z.number().nullable(),
  executions: z.array(taskExecutionSchema),
  /** What this node did about a failure, as a code: `reported`, `silent`; null = nothing failed. */
  failure: z.object({ reaction: z.enum(['reported', 'silent']), error: errorViewSchema }).nullable(),
  files: z.array(taskFileSchema),
  /** Why the files are no longer on disk; null = they are, or the reason is unknown. */
  removed: resultRemovalSchema.nullable(),
  money: taskMoneySchema,
  /** The case file about this task; null = there is none. */
  caseId: z.string().nullable(),
});
export type TaskDetail = z.output<typeof taskDetailSchema>;

export const taskFileQuerySchema = taskQuerySchema.extend({ position: count });
export const taskFileBytesSchema = z.object({
  /** `image/png`, `application/json`, `application/octet-stream`. */
  mime: z.string(),
  /** Null: it is missing, or larger than the limit for a UI (8 MiB). */
  base64: z.string().nullable(),
});

/**
 * First a snapshot, then every change; `revision` increases by one. A reader that was too slow gets a snapshot instead
 * of what it missed. It must then read its pages again, because snapshots do not contain tasks that have ended
 * meanwhile.
 */
export const tasksUpdateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), revision: count, upTo: count, open: z.array(taskRowSchema) }),
  z.object({ kind: z.literal('task'), revision: count, task: taskRowSchema }),
]);
export type TasksUpdate = z.output<typeof tasksUpdateSchema>;
