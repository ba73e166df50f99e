/** The events' own fields that a node needs to explain what happened to it. Source: RELAY_PROTOCOL 1.3. */
import { z } from 'zod';
import { nodeSlashedArgsSchema, type RelayEvent } from './event.ts';
import { abortReasonField, goArray, taskStatusField, uintField, weiField } from './fields.ts';

/** Missing, null and invalid values all mean: not stated. */
function ifValid<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

/**
 * A task as it was when the slash was recorded. A relay may include any fields; those named like the fields of a task
 * object (3.2.2) are read, and all others stay in the raw evidence.
 */
const taskSnapshotSchema = z.object({
  task_id_commitment: ifValid(z.string()),
  selected_node: ifValid(z.string()),
  score: ifValid(z.string()),
  status: ifValid(taskStatusField),
  task_error: ifValid(z.number()),
  sequence: ifValid(z.number()),
  start_time: ifValid(z.string()),
  score_ready_time: ifValid(z.string()),
});
export type TaskSnapshot = z.output<typeof taskSnapshotSchema>;

/** A node of the group as it was when its task started. Q_long goes from 0 to 10, health from 0 to 1. Amounts in wei. */
const nodeSnapshotSchema = z.object({
  address: z.string(),
  gpu_name: ifValid(z.string()),
  gpu_vram: ifValid(uintField),
  major_version: ifValid(uintField),
  minor_version: ifValid(uintField),
  patch_version: ifValid(uintField),
  operator_stake_amount: ifValid(weiField),
  qos_score: ifValid(z.number()),
  health_base: ifValid(z.number()),
  health_updated_at: ifValid(z.string()),
  delegator_count: ifValid(uintField),
  delegated_staking_amount: ifValid(weiField),
  models: ifValid(goArray(z.object({ model_id: z.string(), in_use: ifValid(z.boolean()) }))),
});

const listIfValid = <Item extends z.ZodType>(item: Item) => z.array(item).nullish().catch(null);

const slashEvidenceSchema = z.object({
  task_snapshots: listIfValid(taskSnapshotSchema),
  node_snapshots: listIfValid(nodeSnapshotSchema),
  validation_context: ifValid(
    z.object({
      reason: ifValid(z.string()),
      task_id: ifValid(z.string()),
      task_id_commitments: listIfValid(z.string()),
    }),
  ),
  incomplete_reason: ifValid(z.string()),
});
export type SlashEvidence = z.output<typeof slashEvidenceSchema>;

const EVENT_ARGS = {
  NodeSlashed: nodeSlashedArgsSchema.extend({ amount: weiField, evidence: ifValid(slashEvidenceSchema) }),
  NodeKickedOut: z.object({ node_address: z.string(), task_id_commitment: z.string(), network: z.string() }),
  TaskScoreReady: z.object({ selected_node: z.string(), score: z.string() }),
  TaskErrorReported: z.object({ selected_node: z.string() }),
  TaskEndAborted: z.object({ abort_issuer: z.string(), last_status: taskStatusField, abort_reason: abortReasonField }),
} as const;

export type ReadableEvent = keyof typeof EVENT_ARGS;
export type EventArgs<Type extends ReadableEvent> = z.output<(typeof EVENT_ARGS)[Type]>;

/** The event's own fields; null for an event of a different type, or with invalid fields. */
export function readEventArgs<Type extends ReadableEvent>(event: RelayEvent, type: Type): EventArgs<Type> | null {
  if (event.type !== type) return null;
  let value: unknown;
  try {
    value = JSON.parse(event.args);
  } catch {
    return null;
  }
  const parsed = EVENT_ARGS[type].safeParse(value);
  return parsed.success ? (parsed.data as EventArgs<Type>) : null;
}
