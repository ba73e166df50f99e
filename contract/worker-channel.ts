/**
 * Messages between a worker process and whoever supervises it (headless, the shell, the demo, tests), over the
 * private channel of fork/utilityProcess. The key travels here and nowhere else. Amounts are decimal wei strings.
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
 * Options of Node for a worker process. What a node keeps lives long and is little; left alone, V8 lets its young heap
 * grow by tens of MiB before it looks at it.
 */
export const WORKER_HEAP: readonly string[] = ['--max-semi-space-size=4'];

const weiText = z.string().regex(/^\d+$/);

export const errorViewSchema = z.object({
  code: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type ErrorView = z.output<typeof errorViewSchema>;

/** One observed step of a task. `atMs` is the network's time where it tells it, else when this node saw it. */
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
  /** Last status the network told us. */
  status: z.enum(TASK_STATUSES),
  /** What this node is doing about it. */
  local: z.enum(['new', 'executing', 'scored', 'invalid', 'failed', 'uploaded', 'closed']),
  score: z.string().nullable(),
  feeWei: weiText,
  /** Credited to the operator by the network, as far as this node knows; null until settled. */
  paymentWei: weiText.nullable(),
  abortReason: z.string(),
  /** Which deadline ended the task; null where none did. Whose deadline it was follows from it. */
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

/** `away`: it ends, and stays a member; `left`: it quits; `unstaked`: it leaves with its stake, and the process goes on. */
export const WANTED = ['running', 'paused', 'away', 'left', 'unstaked'] as const;

export const nodeViewSchema = z.object({
  revision: z.number().int().nonnegative(),
  address: z.string(),
  state: z.enum(NODE_STATES),
  /** One sentence for a person. */
  message: z.string(),
  engine: z.enum(['stopped', 'starting', 'ready', 'backoff', 'stopping']),
  /** Why the engine's program ended by itself, until one is ready again; its `data.lastWords` are the program's own. */
  engineError: errorViewSchema.nullable().default(null),
  /** Null = this node's engine is not warmed up: a program that is not asked for it. */
  warmUp: warmUpViewSchema.nullable().default(null),
  currentTask: z.string().nullable(),
  relay: z.enum(['unknown', 'reachable', 'unreachable']),
  /** Since when `relay` is what it is; epoch ms. Null = not noted. */
  relaySinceMs: z.number().nullable().default(null),
  /** Whether the chain of the staking contracts answers. `none`: the network keeps no stake on a chain. */
  chain: z
    .object({ kind: z.enum(['none', 'unknown', 'reachable', 'unreachable']), sinceMs: z.number().nullable() })
    .default({ kind: 'unknown', sinceMs: null }),
  /** Where the host wants the node; what keeps it from there is the machine's or the network's. Null = not told. */
  wanted: z.enum(WANTED).nullable().default(null),
  relayBalanceWei: weiText.nullable(),
  error: errorViewSchema.nullable(),
  /** Null = the configuration states a card instead of selecting cards of this machine. */
  gpu: nodeGpuViewSchema.nullable().default(null),
  /** Null = nothing is known yet. */
  life: lifeViewSchema.nullable().default(null),
  /** Null = not read yet, or the network has no chain. */
  stake: chainStakeSchema.nullable().default(null),
  /** The checks before the last start; null = none were made yet. */
  preflight: preflightReportSchema.nullable().default(null),
});
export type NodeView = z.output<typeof nodeViewSchema>;

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    config: nodeConfigSchema,
    privateKey: z.string().regex(/^0x[0-9a-fA-F]{64}$/),
    /** The host's word, for this start, that no other machine runs with the key. */
    confirmedAlone: z.boolean().default(false),
    /** Of every key that the program holds: none of them may become a beneficial address. */
    ownAddresses: z.array(addressField).default([]),
    /** The key is this process's for so long, from now on; null = until it ends. */
    leaseMs: z.number().nonnegative().nullable().default(null),
  }),
  /** The same, from a renewal on. A process that hears of none in time ends at once, whatever its supervisor does. */
  z.object({ type: z.literal('lease'), leftMs: z.number().nonnegative() }),
  /** The same, after a key was added. */
  z.object({ type: z.literal('ownAddresses'), addresses: z.array(addressField) }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
  /** Leaves the network after the current task and takes the stake back; the process goes on. */
  z.object({ type: z.literal('unstake') }),
  /** Runs the self-test again, or decides on its changed result. */
  z.object({ type: z.literal('selfTest'), order: z.enum(SELF_TEST_ORDERS) }),
  /** Finishes the current task, quits the network if asked (where there is a chain, the stake is then asked back), then exits. */
  z.object({ type: z.literal('stop'), quitNetwork: z.boolean() }),
  z.object({
    type: z.literal('tasks'),
    id: z.number().int(),
    limit: z.number().int().positive().max(1000),
    before: z.string().nullable(),
  }),
  /** A connection of contract/node-contract.ts, opened by the supervisor; of a close, `frame` is the code of its reason, or empty. */
  z.object({
    type: z.literal('rpc'),
    connection: z.number().int().nonnegative(),
    event: z.enum(['open', 'frame', 'close']),
    frame: z.string().default(''),
    /** Of an opening: who is at its other end. Nobody is taken for the program itself who is not said to be. */
    caller: z.enum(CALLERS).default('page'),
  }),
  /** The word of a person on a question of this process; single use. */
  z.object({ type: z.literal('answer'), id: z.number().int().nonnegative(), allowed: z.boolean() }),
]);
export type ToWorker = z.output<typeof toWorkerSchema>;
export type ToWorkerInput = z.input<typeof toWorkerSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  /** The process is alive and listens (not yet ready). */
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
  /** A page wants what a page may not do alone. */
  z.object({ type: z.literal('question'), id: z.number().int().nonnegative(), question: nodeQuestionSchema }),
  z.object({ type: z.literal('stopped') }),
]);
export type FromWorker = z.output<typeof fromWorkerSchema>;
