/** Relay events. Source: RELAY_PROTOCOL 1.3, 3.4. */
import { z } from 'zod';
import { goArray, taskTypeField, uintField } from './fields.ts';

export const RELAY_EVENT_TYPES = [
  'TaskStarted',
  'TaskScoreReady',
  'TaskErrorReported',
  'TaskValidated',
  'TaskEndInvalidated',
  'TaskEndGroupRefund',
  'TaskEndSuccess',
  'TaskEndGroupSuccess',
  'TaskEndAborted',
  'DownloadModel',
  'NodeJoin',
  'NodeQuit',
  'NodeKickedOut',
  'NodeSlashed',
  'NodeStaking',
  'DelegatorStaking',
  'DelegatorUnstaking',
  'DelegatedStakingSlashed',
  'NodeDelegatorShareChanged',
] as const;
export type RelayEventType = (typeof RELAY_EVENT_TYPES)[number];

/** The longest are those of a slash, with its evidence. */
const MAX_EVENT_ARGS = 512 * 1024;

/** A row of GET /v1/events. `type` stays an open string: one unknown event must never stop the stream (quirk 41). */
export const relayEventSchema = z
  .object({
    id: uintField,
    type: z.string().max(64),
    node_address: z.string().max(64),
    task_id_commitment: z.string().max(66),
    args: z.string().max(MAX_EVENT_ARGS),
  })
  .transform((row) => ({
    id: row.id,
    type: row.type,
    nodeAddress: row.node_address,
    commitment: row.task_id_commitment === '' ? null : row.task_id_commitment,
    /** JSON text of the event's own fields; parse with the schema of its type. */
    args: row.args,
  }));
export type RelayEvent = z.output<typeof relayEventSchema>;
export type RelayEventWire = z.input<typeof relayEventSchema>;

export const relayEventsSchema = goArray(relayEventSchema);

export const downloadModelArgsSchema = z.object({ node_address: z.string(), model_id: z.string(), task_type: taskTypeField });
export const nodeSlashedArgsSchema = z.object({
  node_address: z.string(),
  task_id_commitment: z.string(),
  amount: z.string(),
  network: z.string(),
});
