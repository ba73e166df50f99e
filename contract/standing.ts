/** A node's standing in its network: its quality of service with the reasons, and why it gets no tasks. */
import { z } from 'zod';

/** All 0–1. `long`: over the last tasks; `health`: recovers after timeouts; `combined`: their product. */
export const qosNumbersSchema = z.object({ long: z.number(), health: z.number(), combined: z.number() });

export const QOS_CHANGES = [
  'rankedFirst',
  'rankedSecond',
  'rankedThird',
  'invalidatedInGroup',
  'abortedInGroup',
  'firstTimeout',
  'repeatedTimeout',
  'uploadedResult',
  'agreedWithMajority',
  'joined',
  'liftedToFloor',
  'unknown',
] as const;

/** Where the protocol's formulas and the relay's own numbers differ. The relay's number is the one that counts. */
export const qosDifferenceSchema = z.object({
  number: z.enum(['long', 'health', 'combined', 'recovery', 'taskScore']),
  /** Null: no value of the formula matches, and there is no single one to show. */
  formula: z.number().nullable(),
  relay: z.number(),
});
export type QosDifference = z.output<typeof qosDifferenceSchema>;

export const qosChangeSchema = z.object({
  atMs: z.number(),
  code: z.enum(QOS_CHANGES),
  /** The relay's name for the event. */
  event: z.string(),
  commitment: z.string().nullable(),
  /** Points of the task (0–10) and rank in its group (from 1), if the event is about them. */
  taskScore: z.number().nullable(),
  rank: z.number().nullable(),
  before: qosNumbersSchema,
  after: qosNumbersSchema,
  /** Empty: the formulas agree. Null: there is no formula for this event. */
  differences: z.array(qosDifferenceSchema).nullable(),
});
export type QosChange = z.output<typeof qosChangeSchema>;

const sourcedNumber = z.object({ value: z.number(), source: z.enum(['relay', 'formula']) }).nullable();

export const qosExplanationSchema = z.object({
  atMs: z.number(),
  /** Null = unknown. */
  now: z.object({ long: sourcedNumber, health: sourcedNumber, combined: sourcedNumber }),
  differences: z.array(qosDifferenceSchema),
  exclusion: z.object({
    state: z.enum(['excluded', 'notExcluded', 'unknown']),
    source: z.enum(['relay', 'formula']).nullable(),
    /** When health alone ends it; the start of a task also ends it. Null = nothing to end, or unknown. */
    endsAtMs: z.number().nullable(),
  }),
  /** Health from now on if nothing else happens; empty if it is unknown or full. */
  recovery: z.array(z.object({ atMs: z.number(), health: z.number() })),
  /** A node below this long-term quality is expelled once its pool is full. */
  kickOutBelow: z.number(),
  belowKickOut: z.boolean().nullable(),
  /** Newest first. */
  changes: z.array(qosChangeSchema),
  tracing: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('told'), maxEvents: z.number().int(), atLimit: z.boolean() }),
    /** The relay has no history: nothing has changed yet, or it was restarted. */
    z.object({ kind: z.literal('empty') }),
    z.object({ kind: z.literal('unsupported') }),
  ]),
  /**
   * For networks judged by contracts, which use none of the numbers above: average points of all tasks; points of the
   * last three, a missing one counted as good; the maximum of these; and the value at which a node is kicked out at the
   * end of a task. Null at a relay.
   */
  points: z
    .object({ average: z.number(), lastTasks: z.number(), mostOfLastTasks: z.number(), kickOutAt: z.number() })
    .nullable()
    .default(null),
});
export type QosExplanation = z.output<typeof qosExplanationSchema>;

/** Conditions of all networks; relays and contracts check different ones. */
export const NO_TASK_CONDITIONS = [
  'nodeRunning',
  'relayReachable',
  'chainReachable',
  'engineReady',
  'member',
  'available',
  'health',
  'weight',
  'draw',
  'queue',
  'version',
  'gpuPlatform',
  'gpuPinned',
  'vram',
  'nodeName',
  'nodeNameWhitelist',
  'baseModels',
  'models',
] as const;
export type NoTaskConditionId = (typeof NO_TASK_CONDITIONS)[number];

const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]));

export const noTaskConditionSchema = z.object({
  id: z.enum(NO_TASK_CONDITIONS),
  /** yes: this does not prevent tasks. */
  verdict: z.enum(['yes', 'no', 'unknown']),
  code: z.string(),
  params,
  /** What would change it, as a code with the same parameters; null if nothing needs to change. */
  change: z.string().nullable(),
  source: z.string(),
});
export type NoTaskCondition = z.output<typeof noTaskConditionSchema>;

/** One of the network's models, judged by the filters that a task for it would have to pass. */
export const modelChanceSchema = z.object({
  modelId: z.string(),
  kind: z.string(),
  minVramGib: z.number(),
  onDiskNodes: z.number(),
  failed: z.array(z.string()),
});
export type ModelChance = z.output<typeof modelChanceSchema>;

export const noTasksSchema = z.object({
  atMs: z.number(),
  conditions: z.array(noTaskConditionSchema),
  /** Null if the network does not list its models. */
  models: z.array(modelChanceSchema).nullable(),
});
export type NoTasks = z.output<typeof noTasksSchema>;
