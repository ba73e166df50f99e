/**
 * Messages between a worker process and its supervisor (headless, the shell, the demo, tests), over the private channel
 * of fork/utilityProcess. The key is sent here and nowhere else. Amounts are decimal wei strings.
 */
import { z } from 'zod';
import { MISSED_DEADLINES } from '../protocol/tasks/missed-deadline.ts';
import { TASK_STATUSES } from '../protocol/tasks/status.ts';
import { addressField } from '../protocol/wire/fields.ts';
import { nodeQuestionSchema } from './act-questions.ts';
import { CALLERS } from './acts.ts';
import { nodeGpuViewSchema, SELF_TEST_ORDERS } from './gpu.ts';
import { chainStakeSchema, lifeViewSchema } from './life.ts';
import { nodeConfigSchema } from './node-config.ts';
import { preflightReportSchema } from './preflight.ts';
import { warmUpViewSchema } from './warm-up.ts';

/**
 * Node options for a worker process. A node keeps a few long-lived objects; by default, V8 lets the young generation
 * grow by tens of MiB before collecting it.
 */
export const WORKER_HEAP: readonly string[] = ['--max-semi-space-size=4'];

const weiText = z.string().regex(/^\d+$/);

export const errorViewSchema = z.object({
  code: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type ErrorView = z.output<typeof errorViewSchema>;

/** One observed step of a task. `atMs` is the network's time if it reports one, otherwise when this node saw it. */
export const transitionViewSchema = z.object({
  status: z.enum(TASK_STATUSES),
  atMs: z.number(),
  source: z.enum(['relay', 'event', 'local']),
  evidence: z.string(),
});
export type TransitionView = z.output<typeof transitionViewSchema>;

export const taskViewSchema = z.object({
  commitment: z.string(),
  type: z.enum(['StableDiffusion', 'Llm', 'FineTuneLora']),
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
});
export type TaskView = z.output<typeof taskViewSchema>;

export const NODE_STATES = [
  'starting',
  'running',
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'slashed',
  'kickedOut',
  'failed',
] as const;

/**
 * `away`: it ends, and stays a member; `left`: it quits; `unstaked`: it leaves with its stake, and the process keeps
 * running.
 */
export const WANTED = ['running', 'paused', 'away', 'left', 'unstaked'] as const;

export const nodeViewSchema = z.object({
  revision: z.number().int().nonnegative(),
  address: z.string(),
  state: z.enum(NODE_STATES),
  /** One sentence for a person. */
  message: z.string(),
  engine: z.enum(['stopped', 'starting', 'ready', 'backoff', 'stopping']),
  /** Why the engine's program ended by itself, until one is ready again; `data.lastWords` is the program's last output. */
  engineError: errorViewSchema.nullable().default(null),
  /** Null = this node's engine does not warm up, because it is a program that is not asked to. */
  warmUp: warmUpViewSchema.nullable().default(null),
  currentTask: z.string().nullable(),
  relay: z.enum(['unknown', 'reachable', 'unreachable']),
  /** Since when `relay` has had its value; epoch ms. Null = not recorded. */
  relaySinceMs: z.number().nullable().default(null),
  /** Whether the chain of the staking contracts answers. `none`: the network keeps no stake on a chain. */
  chain: z
    .object({ kind: z.enum(['none', 'unknown', 'reachable', 'unreachable']), sinceMs: z.number().nullable() })
    .default({ kind: 'unknown', sinceMs: null }),
  /** The state that the host wants; the machine or the network may prevent it. Null = unknown. */
  wanted: z.enum(WANTED).nullable().default(null),
  relayBalanceWei: weiText.nullable(),
  error: errorViewSchema.nullable(),
  /** Null = the configuration states a card instead of selecting cards of this machine. */
  gpu: nodeGpuViewSchema.nullable().default(null),
  /** Null = nothing is known yet. */
  life: lifeViewSchema.nullable().default(null),
  /** Null = not read yet, or the network has no chain. */
  stake: chainStakeSchema.nullable().default(null),
  /** The checks before the last start; null = none yet. */
  preflight: preflightReportSchema.nullable().default(null),
});
export type NodeView = z.output<typeof nodeViewSchema>;

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    config: nodeConfigSchema,
    privateKey: z.string().regex(/^0x[0-9a-fA-F]{64}$/),
    /** The host's confirmation, for this start, that no other machine runs with the key. */
    confirmedAlone: z.boolean().default(false),
    /** Addresses of all keys that the program holds: none of them may become a beneficial address. */
    ownAddresses: z.array(addressField).default([]),
    /** How long the key belongs to this process, from now on; null = until it ends. */
    leaseMs: z.number().nonnegative().nullable().default(null),
  }),
  /** Renews the lease. A process that receives no renewal in time ends at once, whatever its supervisor does. */
  z.object({ type: z.literal('lease'), leftMs: z.number().nonnegative() }),
  /** An update of the same list, after a key was added. */
  z.object({ type: z.literal('ownAddresses'), addresses: z.array(addressField) }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
  /** Leaves the network after the current task and takes the stake back; the process keeps running. */
  z.object({ type: z.literal('unstake') }),
  /** Runs the self-test again, or decides on its changed result. */
  z.object({ type: z.literal('selfTest'), order: z.enum(SELF_TEST_ORDERS) }),
  /**
   * Finishes the current task, quits the network if asked (if there is a chain, this also requests the stake back),
   * then exits.
   */
  z.object({ type: z.literal('stop'), quitNetwork: z.boolean() }),
  z.object({
    type: z.literal('tasks'),
    id: z.number().int(),
    limit: z.number().int().positive().max(1000),
    before: z.string().nullable(),
  }),
  /**
   * A connection of contract/node-contract.ts, opened by the supervisor; for a close, `frame` is the code of its
   * reason, or empty.
   */
  z.object({
    type: z.literal('rpc'),
    connection: z.number().int().nonnegative(),
    event: z.enum(['open', 'frame', 'close']),
    frame: z.string().default(''),
    /** For an opening: who is at the other end. A caller counts as the program itself only if that is stated. */
    caller: z.enum(CALLERS).default('page'),
  }),
  /** A person's answer to a question of this process; single use. */
  z.object({ type: z.literal('answer'), id: z.number().int().nonnegative(), allowed: z.boolean() }),
]);
export type ToWorker = z.output<typeof toWorkerSchema>;
export type ToWorkerInput = z.input<typeof toWorkerSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  /** The process is alive and listening (not yet ready). */
  z.object({ type: z.literal('alive'), pid: z.number().int() }),
  z.object({ type: z.literal('node'), node: nodeViewSchema }),
  z.object({ type: z.literal('task'), revision: z.number().int(), task: taskViewSchema }),
  z.object({ type: z.literal('tasks'), id: z.number().int(), tasks: z.array(taskViewSchema) }),
  z.object({ type: z.literal('fatal'), error: errorViewSchema }),
  z.object({
    type: z.literal('rpc'),
    connection: z.number().int().nonnegative(),
    event: z.enum(['frame', 'close']),
    frame: z.string().default(''),
  }),
  /** A page has requested an act that needs confirmation. */
  z.object({ type: z.literal('question'), id: z.number().int().nonnegative(), question: nodeQuestionSchema }),
  z.object({ type: z.literal('stopped') }),
]);
export type FromWorker = z.output<typeof fromWorkerSchema>;
