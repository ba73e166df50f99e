/**
 * Case files: what happened when a task of this node was invalidated or timed out through it, when it was slashed or
 * kicked out. Reasons are codes with parameters; words are the reader's business. Amounts are decimal wei strings.
 */
import { z } from 'zod';
import type { DeviationName } from '../protocol/tasks/deviations.ts';
import { ABORT_REASON, TASK_ERROR, TASK_STATUSES, TASK_TYPE } from '../protocol/tasks/status.ts';
import { qosExplanationSchema } from './standing.ts';

const weiText = z.string().regex(/^\d+$/);
const names = <Name extends string>(table: Readonly<Record<Name, number>>) => z.enum(Object.keys(table) as [Name, ...Name[]]);
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

/** Whose fault by the network's rules, which is not to say who was right. */
export const faultSchema = z.object({
  code: z.enum(FAULT_CODES),
  party: z.enum(['thisNode', 'otherNodes', 'application', 'network', 'nobody', 'undetermined']),
  /** `presumed`: it follows from the rule, but the facts that would prove it are not all known. */
  certainty: z.enum(['certain', 'presumed']),
  /** Where the rule stands. */
  source: z.string(),
});
export type Fault = z.output<typeof faultSchema>;

/** What has become of an invalidation. Only a slash is ever told; that a review ended well is not. */
export const reviewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** Invalidated, and neither a slash nor its absence is established yet. */
  z.object({ kind: z.literal('awaited') }),
  /** Passive mode: the node was released, the slash is up to an admin. */
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
  type: names(TASK_TYPE),
  modelIds: z.array(z.string()),
  /** JSON text as the network gave it; of a case among very many, `{"removed":"sha256:…","bytes":…}` in its place. */
  taskArgs: z.string(),
  feeWei: weiText,
  timeoutSeconds: z.number(),
  status,
  /** The state it was in before it ended, null where that is not known. */
  lastStatus: status.nullable(),
  abortReason: names(ABORT_REASON),
  taskError: names(TASK_ERROR),
  startTimeMs: z.number().nullable(),
  deadlineMs: z.number().nullable(),
});

export const caseFileEntrySchema = z.object({
  kind: z.enum(['file', 'checkpoint']),
  position: z.number().int().nonnegative(),
  /** Below the case's own directory; null if it could not be kept. */
  path: z.string().nullable(),
  /** As recorded with the score, lower-case hex without 0x. */
  sha256: z.string(),
  size: z.number().int().nonnegative(),
  /** `changed`: what was kept does not hash to what was recorded. */
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
  /** What the machine was in that engine lifetime; null for one that was not recorded. */
  machine: machineFactsSchema.nullable(),
});

export const groupMemberSchema = z.object({
  commitment: z.string(),
  self: z.boolean(),
  node: z.string().nullable(),
  /** At the validation. */
  status: z.enum(['ScoreReady', 'ErrorReported', 'EndAborted']).nullable(),
  score: z.string().nullable(),
  /** What the validation made of it. */
  end: status.nullable(),
  /** From start to score, which gives the rank; null where it is not told. */
  executionMs: z.number().nullable(),
  /** `events`: inferred from neighbouring events of the same validation; `chain`: from its transaction and the contract. */
  knownBy: z.enum(['self', 'evidence', 'events', 'chain']),
});
export type GroupMember = z.output<typeof groupMemberSchema>;

/** A node of the group as the evidence of a slash shows it: as it was when its task started. Null where it is not told. */
export const groupNodeSchema = z.object({
  address: z.string(),
  self: z.boolean(),
  gpuName: z.string().nullable(),
  gpuVramGib: z.number().nullable(),
  version: z.string().nullable(),
  stakeWei: weiText.nullable(),
  delegatedWei: weiText.nullable(),
  delegators: z.number().nullable(),
  /** Q_long, 0 to 10; the relay holds 0 for a node that has no score yet. */
  qosLong: z.number().nullable(),
  /** 0 to 1, as of `healthAtMs`; it recovers with time. */
  health: z.number().nullable(),
  healthAtMs: z.number().nullable(),
  models: z.array(z.object({ id: z.string(), inUse: z.boolean() })),
});
export type GroupNode = z.output<typeof groupNodeSchema>;

/** What the group table makes of the known members. */
export const groupRulesSchema = z.object({
  /** Row of the table, as `AAB`. */
  row: z.string(),
  /** Where the table puts this node. */
  lawful: status,
  /** The network did as the table, or as a named deviation, says. */
  explained: z.boolean(),
  deviations: z.array(z.custom<DeviationName>((value) => typeof value === 'string')),
  /** Images: the distance thresholds (bits) that lead to what the network did; it does not tell its own. */
  thresholds: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  /** Bits by which this node's score differs from the others', the worst 8-byte block; null for text. */
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
  /** No log file was there to be read. */
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
  /** Everything that can be found out has been asked for. */
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
  /** Null where the network tells nothing about the group. */
  group: z.object({ members: z.array(groupMemberSchema), rules: groupRulesSchema.nullable() }).nullable(),
  /** Hardware, quality and models of the group's nodes; empty where no evidence tells. Older cases have none. */
  groupNodes: z.array(groupNodeSchema).default([]),
  /** Deviations outside the group table (passive slash, abort of a slashed node's task). */
  deviations: z.array(z.custom<DeviationName>((value) => typeof value === 'string')),
  machine: machineFactsSchema,
  timeline: z.array(timelineEntrySchema),
  /** Args of the NodeSlashed or NodeKickedOut event as they came, JSON text. */
  eventArgs: z.string().nullable(),
  /** Quality of service when the case was filled in: what led to a kick-out, what a timeout has cost. */
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
