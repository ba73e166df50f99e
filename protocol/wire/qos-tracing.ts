/** GET /v2/node/:a/qos/tracing. Source: RELAY_PROTOCOL 3.3.2. */
import { z } from 'zod';
import { goArray, timestampField, uintField } from './fields.ts';

export const QOS_EVENTS = [
  'validation_group_rank_1',
  'validation_group_rank_2',
  'validation_group_rank_3',
  'validation_group_aborted',
  'task_timeout_penalty',
  'task_result_upload_success_boost',
  'validation_group_matched_boost',
  'node_join_health_reset',
  'node_rejoin_qos_floor',
] as const;
export type QosEventType = (typeof QOS_EVENTS)[number];

const absentAsNull = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? null);

/** One change. `long`: quality over the last tasks, `health`: recovery from timeouts, `combined`: their product; all 0–1. */
const qosTraceSchema = z
  .object({
    timestamp: timestampField,
    task_id_commitment: absentAsNull(z.string()),
    /** An open string: one unknown kind must not hide the others. */
    event_type: z.string(),
    task_qos_score: absentAsNull(z.number()),
    validation_rank: absentAsNull(z.number()),
    qos_long_before: z.number(),
    qos_long_after: z.number(),
    qos_short_before: z.number(),
    qos_short_after: z.number(),
    qos_before: z.number(),
    qos_after: z.number(),
  })
  .transform((row) => ({
    atMs: row.timestamp,
    commitment: row.task_id_commitment === '' ? null : row.task_id_commitment,
    event: row.event_type,
    taskScore: row.task_qos_score,
    rank: row.validation_rank,
    before: { long: row.qos_long_before, health: row.qos_short_before, combined: row.qos_before },
    after: { long: row.qos_long_after, health: row.qos_short_after, combined: row.qos_after },
  }));
export type QosTrace = z.output<typeof qosTraceSchema>;

/** The relay keeps the last `maxEvents` in memory only: a restart of the relay empties the list. */
export const qosTracingSchema = z
  .object({ node_address: z.string(), max_task_events: uintField, events: goArray(qosTraceSchema) })
  .transform((tracing) => ({
    address: tracing.node_address,
    maxEvents: tracing.max_task_events,
    events: tracing.events.toSorted((a, b) => a.atMs - b.atMs),
  }));
export type QosTracing = z.output<typeof qosTracingSchema>;
