/**
 * Messages between a worker process and its supervisor (headless, the shell, the demo, tests), over the private channel
 * of fork/utilityProcess. The key is sent here and nowhere else. Amounts are decimal wei strings.
 */
import { z } from 'zod';
import { addressField, weiText } from '../protocol/wire/fields.ts';
import { nodeQuestionSchema } from './act-questions.ts';
import { CALLERS } from './acts.ts';
import { nodeGpuViewSchema } from './gpu.ts';
import { chainStakeSchema, lifeViewSchema } from './life.ts';
import { nodeConfigSchema } from './node-config.ts';
import { preflightReportSchema } from './preflight.ts';
import { warmUpViewSchema } from './warm-up.ts';

/**
 * Node options for a worker process. A node keeps a few long-lived objects; by default, V8 lets the young generation
 * grow by tens of MiB before collecting it.
 */
export const WORKER_HEAP: readonly string[] = ['--max-semi-space-size=4'];

export const errorViewSchema = z.object({
  code: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type ErrorView = z.output<typeof errorViewSchema>;

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
  /**
   * Finishes the current task, quits the network if asked (if there is a chain, this also requests the stake back),
   * then exits.
   */
  z.object({ type: z.literal('stop'), quitNetwork: z.boolean() }),
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
