/** The events' own fields that a node needs to explain what happened to it. Source: RELAY_PROTOCOL 1.3. */
import { z } from 'zod';
import { nodeSlashedArgsSchema, type RelayEvent } from './event.ts';
import { abortReasonField, goArray, taskStatusField, uintField, weiField } from './fields.ts';

/** Missing, null and invalid values all mean: not stated. */
function told<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

/**
 * A task as it was when the slash was recorded. A relay may include any fields; those named like the fields of a task
 * object (3.2.2) are read, and all others stay in the raw evidence.
 */
const taskSnapshotSchema = z.object({
  task_id_commitment: told(z.string()),
  selected_node: told(z.string()),
  score: told(z.string()),
  status: told(taskStatusField),
  task_error: told(z.number()),
  sequence: told(z.number()),
  start_time: told(z.string()),
  score_ready_time: told(z.string()),
});
export type TaskSnapshot = z.output<typeof taskSnapshotSchema>;

/** A node of the group as it was when its task started. Q_long goes from 0 to 10, health from 0 to 1. Amounts in wei. */
const nodeSnapshotSchema = z.object({
  address: z.string(),
  gpu_name: told(z.string()),
  gpu_vram: told(uintField),
  major_version: told(uintField),
  minor_version: told(uintField),
  patch_version: told(uintField),
  operator_stake_amount: told(weiField),
  qos_score: told(z.number()),
  health_base: told(z.number()),
  health_updated_at: told(z.string()),
  delegator_count: told(uintField),
  delegated_staking_amount: told(weiField),
  models: told(goArray(z.object({ model_id: z.string(), in_use: told(z.boolean()) }))),
});

const list = <Item extends z.ZodType>(item: Item) => z.array(item).nullish().catch(null);

const slashEvidenceSchema = z.object({
  task_snapshots: list(taskSnapshotSchema),
  node_snapshots: list(nodeSnapshotSchema),
  validation_context: told(
    z.object({
      reason: told(z.string()),
      task_id: told(z.string()),
      task_id_commitments: list(z.string()),
    }),
  ),
  incomplete_reason: told(z.string()),
});
export type SlashEvidence = z.output<typeof slashEvidenceSchema>;

const EVENT_ARGS = {
  NodeSlashed: nodeSlashedArgsSchema.extend({ amount: weiField, evidence: told(slashEvidenceSchema) }),
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
