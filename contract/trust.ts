/**
 * Case files: what happened when a task of this node was invalidated or timed out because of it, or when the node was
 * slashed or kicked out. Reasons are codes with parameters; the reader makes texts from them. Amounts are decimal wei
 * strings.
 */
import { z } from 'zod';
import type { DeviationName } from '../protocol/tasks/deviations.ts';
import { ABORT_REASON, TASK_ERROR, TASK_STATUSES, TASK_TYPE } from '../protocol/tasks/status.ts';
import { weiText } from '../protocol/wire/fields.ts';
import { qosExplanationSchema } from './standing.ts';

const enumOfKeys = <Name extends string>(table: Readonly<Record<Name, number>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]]);
const status = z.enum(TASK_STATUSES);

export const CASE_KINDS = ['invalidated', 'slashed', 'kickedOut', 'executionTimeout', 'uploadTimeout'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

export const FAULT_CODES = [
  'executionTimedOut',
  'uploadTimedOut',
  'argumentsMissing',
  'resultNotReported',
  'timedOutAfterScore',
  'neverStarted',
  'notValidated',
  'noMajority',
  'otherMembersMissing',
  'invalidArguments',
  'cancelled',
  'feeTooLow',
  'modelDownloadFailed',
  'slashedMeanwhile',
  'minorityScore',
  'minorityErrorReport',
  'outvotedByErrors',
  'againstTheTable',
  'slashedForTask',
  'slashedWithoutTask',
  'lowQuality',
  'notTold',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** Who was at fault by the network's rules, which does not mean who was right. */
export const faultSchema = z.object({
  code: z.enum(FAULT_CODES),
  party: z.enum(['thisNode', 'otherNodes', 'application', 'network', 'nobody', 'undetermined']),
  /** `presumed`: it follows from the rule, but not all facts that would prove it are known. */
  certainty: z.enum(['certain', 'presumed']),
  /** Where the rule is defined. */
  source: z.string(),
});
export type Fault = z.output<typeof faultSchema>;

/** The outcome of an invalidation. The network only announces a slash, never that a review ended well. */
export const reviewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** Invalidated, but neither a slash nor its absence is certain yet. */
  z.object({ kind: z.literal('awaited') }),
  /** Passive mode: the node was released, and an admin decides about the slash. */
  z.object({ kind: z.literal('underReview'), sinceMs: z.number() }),
  z.object({ kind: z.literal('slashed'), atMs: z.number(), amountWei: weiText, eventId: z.number().int() }),
]);
export type Review = z.output<typeof reviewSchema>;

export const LOCAL_CAUSES = [
  'seenTooLate',
  'notExecuted',
  'executionFailed',
  'executionCutOff',
  'executionTooSlow',
  'notSubmitted',
  'errorNotReported',
  'filesChanged',
  'uploadRefused',
  'notUploaded',
  'uploadLost',
  'none',
] as const;
/** Why this machine did not do what was due; `detail` quotes the engine or an alarm. */
export const localCauseSchema = z.object({ code: z.enum(LOCAL_CAUSES), detail: z.string() });
export type LocalCause = z.output<typeof localCauseSchema>;

export const caseTaskSchema = z.object({
  type: enumOfKeys(TASK_TYPE),
  modelIds: z.array(z.string()),
  /** JSON text as the network sent it; if there are very many cases, replaced with `{"removed":"sha256:…","bytes":…}`. */
  taskArgs: z.string(),
  feeWei: weiText,
  timeoutSeconds: z.number(),
  status,
  /** The state before it ended; null if unknown. */
  lastStatus: status.nullable(),
  abortReason: enumOfKeys(ABORT_REASON),
  taskError: enumOfKeys(TASK_ERROR),
  startTimeMs: z.number().nullable(),
  deadlineMs: z.number().nullable(),
});

export const caseFileEntrySchema = z.object({
  kind: z.enum(['file', 'checkpoint']),
  position: z.number().int().nonnegative(),
  /** Relative to the case's own directory; null if it could not be kept. */
  path: z.string().nullable(),
  /** As recorded with the score, lower-case hex without 0x. */
  sha256: z.string(),
  size: z.number().int().nonnegative(),
  /** `changed`: the hash of the kept file differs from the recorded one. */
  state: z.enum(['kept', 'missing', 'changed', 'tooLarge', 'unverified']),
});
export type CaseFileEntry = z.output<typeof caseFileEntrySchema>;

export const machineFactsSchema = z.object({
  engine: z.object({ kind: z.string(), version: z.string() }).nullable(),
  gpu: z.object({ name: z.string(), vramGib: z.number(), cards: z.number().int().nonnegative() }),
  /** GPU driver version. */
  driver: z.string().nullable(),
  /** Version of this program. */
  program: z.string(),
  platform: z.string(),
});
export type MachineFacts = z.output<typeof machineFactsSchema>;

export const caseExecutionSchema = z.object({
  attempt: z.number().int(),
  lifetime: z.string(),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  outcome: z.enum(['scored', 'invalid', 'failed', 'cancelled']).nullable(),
  detail: z.string(),
  /** The machine during that engine lifetime; null if it was not recorded. */
  machine: machineFactsSchema.nullable(),
});

export const groupMemberSchema = z.object({
  commitment: z.string(),
  self: z.boolean(),
  node: z.string().nullable(),
  /** At the time of the validation. */
  status: z.enum(['ScoreReady', 'ErrorReported', 'EndAborted']).nullable(),
  score: z.string().nullable(),
  /** The state after the validation. */
  end: status.nullable(),
  /** From start to score, which gives the rank; null if unknown. */
  executionMs: z.number().nullable(),
  /** `events`: inferred from neighbouring events of the same validation; `chain`: from its transaction and the contract. */
  knownBy: z.enum(['self', 'evidence', 'events', 'chain']),
});
export type GroupMember = z.output<typeof groupMemberSchema>;

/** A node of the group according to a slash's evidence: its state when its task started. Null fields are missing there. */
export const groupNodeSchema = z.object({
  address: z.string(),
  self: z.boolean(),
  gpuName: z.string().nullable(),
  gpuVramGib: z.number().nullable(),
  version: z.string().nullable(),
  stakeWei: weiText.nullable(),
  delegatedWei: weiText.nullable(),
  delegators: z.number().nullable(),
  /** Q_long, 0 to 10; the relay stores 0 for a node without a score. */
  qosLong: z.number().nullable(),
  /** 0 to 1, as of `healthAtMs`; it recovers with time. */
  health: z.number().nullable(),
  healthAtMs: z.number().nullable(),
  models: z.array(z.object({ id: z.string(), inUse: z.boolean() })),
});
export type GroupNode = z.output<typeof groupNodeSchema>;

/** The group table's verdict on the known members. */
export const groupRulesSchema = z.object({
  /** Row of the table, such as `AAB`. */
  row: z.string(),
  /** This node's result according to the table. */
  lawful: status,
  /** The network acted according to the table or to a named deviation. */
  explained: z.boolean(),
  deviations: z.array(z.custom<DeviationName>((value) => typeof value === 'string')),
  /** Images: the distance thresholds (bits) that explain the network's decision; it does not publish its own. */
  thresholds: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  /** Number of bits by which this node's score differs from each other's in the worst 8-byte block; null for text. */
  distances: z.array(z.object({ commitment: z.string(), bits: z.number().int().nullable() })),
});
export type GroupRules = z.output<typeof groupRulesSchema>;

export const TIMELINE_CODES = [
  'status',
  'executionStarted',
  'executionEnded',
  'uploaded',
  'alarm',
  'deadline',
  'closed',
  'nodeState',
] as const;
export const timelineEntrySchema = z.object({
  atMs: z.number(),
  code: z.enum(TIMELINE_CODES),
  /** Status, outcome, alarm code, or state. */
  value: z.string(),
  source: z.enum(['relay', 'event', 'local', 'rule']),
  evidence: z.string(),
});
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

export const logExcerptSchema = z.discriminatedUnion('kind', [
  /** There was no log file to read. */
  z.object({ kind: z.literal('unavailable') }),
  z.object({ kind: z.literal('excerpt'), lines: z.array(z.string()), truncated: z.boolean() }),
]);
export type LogExcerpt = z.output<typeof logExcerptSchema>;

export const caseFileSchema = z.object({
  /** The commitment, or `kicked-out-<event id>`, `slashed-<event id>`. */
  id: z.string().regex(/^[\w-]+$/),
  kind: z.enum(CASE_KINDS),
  commitment: z.string().nullable(),
  openedMs: z.number(),
  /** Everything that can be found out has been requested. */
  complete: z.boolean(),
  fault: faultSchema,
  review: reviewSchema,
  task: caseTaskSchema.nullable(),
  own: z.object({
    score: z.string().nullable(),
    cause: localCauseSchema,
    files: z.array(caseFileEntrySchema),
    executions: z.array(caseExecutionSchema),
  }),
  /** Null if the network reports nothing about the group. */
  group: z.object({ members: z.array(groupMemberSchema), rules: groupRulesSchema.nullable() }).nullable(),
  /** Hardware, quality and models of the group's nodes; empty if there is no evidence. Older cases have none. */
  groupNodes: z.array(groupNodeSchema).default([]),
  /** Deviations outside the group table (passive slash, abort of a slashed node's task). */
  deviations: z.array(z.custom<DeviationName>((value) => typeof value === 'string')),
  machine: machineFactsSchema,
  timeline: z.array(timelineEntrySchema),
  /** Arguments of the NodeSlashed or NodeKickedOut event as received, JSON text. */
  eventArgs: z.string().nullable(),
  /** Quality of service when the case was completed: what led to a kick-out, or what a timeout cost. */
  qos: qosExplanationSchema.nullable(),
  log: logExcerptSchema,
});
export type CaseFile = z.output<typeof caseFileSchema>;

/** A row of the list of cases. */
export const caseSummarySchema = caseFileSchema
  .pick({ id: true, kind: true, commitment: true, openedMs: true, complete: true, fault: true, review: true })
  .extend({ cause: localCauseSchema });
export type CaseSummary = z.output<typeof caseSummarySchema>;

export const bundleManifestSchema = z.object({
  format: z.literal('crynux-case/1'),
  caseId: z.string(),
  createdMs: z.number(),
  /** SHA-256 of the bytes in the bundle, lower-case hex without 0x. */
  files: z.array(z.object({ name: z.string(), size: z.number().int(), sha256: z.string() })),
  leftOut: z.array(
    z.object({ name: z.string(), sha256: z.string(), reason: z.enum(['containsSecret', 'tooLarge', 'missing', 'changed']) }),
  ),
});
export type BundleManifest = z.output<typeof bundleManifestSchema>;
