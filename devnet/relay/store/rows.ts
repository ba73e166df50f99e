/** What the relay stores. Amounts in wei, VRAM in GiB, times in epoch milliseconds, null = not yet. */
import { z } from 'zod';
import { NODE_STATUS, type NodeStatus } from '../../../protocol/node/status.ts';
import {
  ABORT_REASON,
  type AbortReason,
  TASK_ERROR,
  TASK_STATUSES,
  TASK_TYPE,
  type TaskError,
  type TaskType,
} from '../../../protocol/tasks/status.ts';
import { RELAY_EVENT_TYPES } from '../../../protocol/wire/event.ts';
import { addressField, weiField } from '../../../protocol/wire/fields.ts';

function names<Name extends string>(table: Readonly<Record<Name, number>>) {
  return z.enum(Object.keys(table) as [Name, ...Name[]]);
}

const time = z.number();
const count = z.number().int().nonnegative();

/** In the form in which a slash's evidence shows it. */
const nodeSnapshotSchema = z.object({
  address: z.string(),
  network: z.string(),
  status: count,
  gpu_name: z.string(),
  gpu_vram: count,
  major_version: count,
  minor_version: count,
  patch_version: count,
  operator_stake_amount: z.string(),
  qos_score: z.number(),
  health_base: z.number(),
  health_updated_at: z.string().optional(),
  delegator_count: count,
  delegated_staking_amount: z.string(),
  models: z.array(z.object({ model_id: z.string(), in_use: z.boolean() })),
});
export type NodeSnapshot = z.output<typeof nodeSnapshotSchema>;

export const taskRowSchema = z.object({
  /** Order of creation, from 1. */
  sequence: count,
  commitment: z.string(),
  creator: addressField,
  /** '' until a validation names it; shared by the members of a group. */
  taskId: z.string(),
  samplingSeed: z.string(),
  nonce: z.string(),
  status: z.enum(TASK_STATUSES),
  type: names<TaskType>(TASK_TYPE),
  version: z.string(),
  /** Canonical JSON with normalised model names: not what the application sent (quirk 11). */
  args: z.string(),
  modelIds: z.array(z.string()),
  minVramGib: count,
  requiredGpu: z.string(),
  requiredGpuVramGib: count,
  size: count,
  feeWei: weiField,
  /** Wei per weighted second; the queue is in descending order. */
  priority: weiField,
  /** Expected node seconds without and with a model switch. */
  seconds: z.object({ warm: z.number(), modelSwitch: z.number() }),
  /** Seconds; computed at the start for SD and LLM, set by the creator for fine-tune tasks. */
  timeoutSeconds: count,
  abortReason: names<AbortReason>(ABORT_REASON),
  error: names<TaskError>(TASK_ERROR),
  score: z.string(),
  executionDtype: z.string(),
  qosScore: count.nullable(),
  selectedNode: addressField.nullable(),
  /** The selected node when the task started, as evidence for a slash. Missing in rows from before this was stored. */
  nodeAtStart: nodeSnapshotSchema.nullable().default(null),
  /** Who shares the fee once this group winner has uploaded, in order of creation. */
  group: z.array(z.object({ commitment: z.string(), node: addressField, qosScore: count })),
  createTimeMs: time,
  startTimeMs: time.nullable(),
  /** When the selected node first read the task. */
  deliveredTimeMs: time.nullable(),
  scoreReadyTimeMs: time.nullable(),
  validatedTimeMs: time.nullable(),
  resultUploadedTimeMs: time.nullable(),
});
export type TaskRow = z.output<typeof taskRowSchema>;

export const nodeRowSchema = z.object({
  address: addressField,
  network: z.string(),
  status: names<NodeStatus>(NODE_STATUS),
  gpuName: z.string(),
  gpuVramGib: count,
  version: z.string(),
  modelIds: z.array(z.string()),
  inUseModelIds: z.array(z.string()),
  /** The stake that the relay counts: as of the join; 0 after the node has quit. */
  stakeWei: weiField,
  currentTask: z.string().nullable(),
  joinTimeMs: time,
  lastSeenMs: time,
  qos: z.object({
    pool: z.array(z.number()),
    storedScore: z.number(),
    health: z.object({ value: z.number(), atMs: time }).nullable(),
    excluded: z.boolean(),
  }),
  /** Invalidated in passive mode: to be slashed when an admin says so (RELAY_PROTOCOL 4.8). */
  pendingSlash: z.array(z.string()),
  /** Models that the relay has asked the node to download. */
  downloads: z.array(z.object({ modelId: z.string(), deadlineMs: time })),
});
export type NodeRow = z.output<typeof nodeRowSchema>;

export const accountRowSchema = z.object({ name: z.string(), wei: weiField });
export type AccountRow = z.output<typeof accountRowSchema>;

const LEDGER_TYPES = [
  'TaskIncome',
  'DaoTaskShare',
  'WithdrawFeeIncome',
  'Deposit',
  'TaskPayment',
  'TaskRefund',
  'Withdraw',
  'WithdrawRefund',
  'UserDelegation',
  'VestingCreated',
  'VestingRelease',
  'Stake',
  'Unstake',
  'Slash',
] as const;
export type LedgerType = (typeof LEDGER_TYPES)[number];

/** One movement of money; the reason is the key, so each happens only once. */
export const ledgerRowSchema = z.object({
  id: count,
  reason: z.string(),
  type: z.enum(LEDGER_TYPES),
  from: z.string(),
  to: z.string(),
  wei: weiField,
  atMs: time,
});
export type LedgerRow = z.output<typeof ledgerRowSchema>;

export const eventRowSchema = z.object({
  id: count,
  type: z.enum(RELAY_EVENT_TYPES),
  nodeAddress: z.string(),
  commitment: z.string(),
  args: z.string(),
  atMs: time,
});
export type EventRow = z.output<typeof eventRowSchema>;

export const withdrawalRowSchema = z.object({
  id: count,
  address: addressField,
  benefitAddress: addressField,
  amountWei: weiField,
  feeWei: weiField,
  network: z.string(),
  status: z.enum(['Pending', 'Success', 'Failed']),
  /** Of the signed request; 0 and '' in rows from before these were stored. */
  timestamp: z.number().default(0),
  signature: z.string().default(''),
  /** The ledger entry that charged it. */
  eventId: count.default(0),
  txHash: z.string(),
  /** Transaction signed for it; stored before it is sent, so that it is paid only once. '' = none yet. */
  signedHash: z.string().default(''),
  atMs: time,
});
export type WithdrawalRow = z.output<typeof withdrawalRowSchema>;

/** A node's diagnostic report; the first one per node and task is kept. */
export const nodeErrorRowSchema = z.object({
  node: addressField,
  commitment: z.string(),
  errorType: z.string(),
  message: z.string(),
  stackTrace: z.string(),
  atMs: time,
});
export type NodeErrorRow = z.output<typeof nodeErrorRowSchema>;

export const workerRowSchema = z.object({ version: z.string(), count });
export type WorkerRow = z.output<typeof workerRowSchema>;

/** One step of a node's quality of service, as GET …/qos/tracing returns it. */
export const traceRowSchema = z.object({
  id: count,
  node: addressField,
  commitment: z.string().nullable(),
  event: z.string(),
  taskQosScore: z.number().nullable(),
  rank: z.number().nullable(),
  before: z.object({ long: z.number(), health: z.number() }),
  after: z.object({ long: z.number(), health: z.number() }),
  atMs: time,
});
export type TraceRow = z.output<typeof traceRowSchema>;

/**
 * A node's stake as last reported by the chain. Credits are not coin, and the relay does not count them (quirks 20,
 * 21).
 */
export const chainStakeRowSchema = z.object({
  node: addressField,
  status: z.enum(['Unstaked', 'Staked', 'PendingUnstaked']),
});
export type ChainStakeRow = z.output<typeof chainStakeRowSchema>;

/** What delegators have delegated to a node, and their share of its earnings in percent. */
export const delegationRowSchema = z.object({
  node: addressField,
  sharePercent: z.number().int().min(0).max(99),
  delegations: z.array(z.object({ delegator: addressField, stakeWei: weiField })),
});
export type DelegationRow = z.output<typeof delegationRowSchema>;

/** What the relay has to do on the chain because a node left. */
export const chainJobRowSchema = z.object({
  id: count,
  kind: z.enum(['unstake', 'slash']),
  node: addressField,
  open: z.boolean(),
  /** '' while it is open, or if nothing was staked any more. */
  txHash: z.string(),
});
export type ChainJobRow = z.output<typeof chainJobRowSchema>;

/** How far the chain has been followed. One row. */
export const chainCursorRowSchema = z.object({
  nextBlock: count,
  /** Hash of the block before it: shows that this is still the same chain. */
  blockHash: z.string(),
});
export type ChainCursorRow = z.output<typeof chainCursorRowSchema>;

const VESTING_TYPES = ['node', 'delegation', 'other'] as const;

/** An emission: locked when created, released evenly over its days. */
export const vestingRowSchema = z.object({
  id: count,
  address: addressField,
  type: z.enum(VESTING_TYPES),
  totalWei: weiField,
  releasedWei: weiField,
  durationDays: z.number().positive(),
  slashed: z.boolean(),
  atMs: time,
});
export type VestingRow = z.output<typeof vestingRowSchema>;
