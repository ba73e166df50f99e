/**
 * What can be requested from one running node. Served by its worker process over any transport of contract/rpc-port.ts.
 * Both sides parse every input and output; errors carry the codes of docs/errors.md (contract/rpc-errors.ts).
 */
import type { ContractProcedure } from '@orpc/contract';
import { z } from 'zod';
import { act, type ProcedureMeta, procedure, stream } from './acts.ts';
import { cardEnergySchema, gpuHistoryPointSchema, SELF_TEST_ORDERS } from './gpu.ts';
import { lastWordSchema } from './life.ts';
import { nodeMetricsSchema } from './metrics.ts';
import { modelsRequestSchema, modelsUpdateSchema, removalSchema } from './models.ts';
import { MONEY_PROCEDURES, type MoneyProcedure } from './money-procedures.ts';
import { preflightReportSchema } from './preflight.ts';
import { pruneSchema, storageSchema } from './retention.ts';
import { noTasksSchema, qosExplanationSchema } from './standing.ts';
import * as tasks from './tasks.ts';
import { caseFileSchema, caseSummarySchema } from './trust.ts';
import { WARM_UP_ORDERS } from './warm-up.ts';
import { nodeViewSchema } from './worker-channel.ts';

const nothing = z.object({});
const count = z.number().int().nonnegative();

type MoneyTable = typeof MONEY_PROCEDURES;
type MoneyContract = {
  readonly [Name in MoneyProcedure]: ContractProcedure<
    MoneyTable[Name]['input'],
    MoneyTable[Name]['output'],
    NoErrors,
    ProcedureMeta
  >;
};
type NoErrors = Record<never, never>;

function moneyContract(): MoneyContract {
  const built = Object.entries(MONEY_PROCEDURES).map(([name, { input, output, ...rest }]) => [
    name,
    'act' in rest ? act(rest.act, input, output) : procedure(input, output, 'access' in rest ? rest.access : undefined),
  ]);
  return Object.fromEntries(built) as MoneyContract;
}

/** The node's current state, then each change. Views have revisions; ignore one that is older than the last. */
const watchNode = stream(nothing, nodeViewSchema, 'read');

export const protectionSchema = z.object({
  /** Recorded scores; no different score can be signed for their tasks. */
  scores: count,
  /** Recorded executions; none of them runs a second time in its engine lifetime. */
  executions: count,
  oldestMs: z.number().nullable(),
  newestMs: z.number().nullable(),
  /** The ledger's file was read, and its rows are valid. */
  sound: z.boolean(),
});
export type Protection = z.output<typeof protectionSchema>;

export const nodeContract = {
  node: {
    watch: watchNode,
    /** The recorded last messages of the network about the node, whether its process is running or not. */
    last: procedure(nothing, lastWordSchema, 'read'),
    /** Takes no new tasks; the current one is finished first. */
    pause: procedure(nothing, nothing, 'operate'),
    /** Also the host's consent to join again after a slash or a kick-out. */
    resume: act('money', nothing, nothing, 'operate'),
    /** Accepting a changed result risks the stake. */
    selfTest: act('money', z.object({ order: z.enum(SELF_TEST_ORDERS) }), nothing),
    /** Repeats the engine's first tasks, or cancels them, which leaves the node without tasks. */
    warmUp: procedure(z.object({ order: z.enum(WARM_UP_ORDERS) }), nothing),
    /** Leaves the network after the current task and takes the stake back. Stopping alone never does this. */
    unstake: act('money', nothing, nothing),
  },
  storage: {
    /** What is stored, and the retention policy, which is part of the profile. */
    view: procedure(nothing, storageSchema, 'read'),
    /**
     * Removes what exceeds the policy, which also happens every minute, or everything that closed tasks have left, except
     * for evidence. No key or money depends on it, so a page may call it without confirmation.
     */
    prune: procedure(pruneSchema, storageSchema),
  },
  tasks: {
    page: procedure(tasks.tasksQuerySchema, tasks.tasksPageSchema, 'read'),
    detail: procedure(tasks.taskQuerySchema, tasks.taskDetailSchema),
    file: procedure(tasks.taskFileQuerySchema, tasks.taskFileBytesSchema),
    watch: stream(nothing, tasks.tasksUpdateSchema, 'read'),
  },
  money: moneyContract(),
  trust: {
    cases: procedure(
      z.object({ limit: z.number().int().positive().max(500), offset: count.default(0) }),
      z.object({ cases: z.array(caseSummarySchema), total: count }),
      'read',
    ),
    case: procedure(z.object({ id: z.string() }), caseFileSchema),
    /** A zip file without secrets. */
    exportCase: procedure(z.object({ id: z.string() }), z.object({ fileName: z.string(), base64: z.string() })),
    qos: procedure(nothing, qosExplanationSchema, 'read'),
    noTasks: procedure(nothing, noTasksSchema, 'read'),
    protection: procedure(nothing, protectionSchema, 'read'),
  },
  gpus: {
    history: procedure(
      z.object({ cardId: z.string(), fromMs: z.number(), toMs: z.number(), points: z.number().int().min(2).max(1_000) }),
      z.object({ points: z.array(gpuHistoryPointSchema) }),
      'read',
    ),
    /** Energy use of the cards: a row per card and UTC day that begins in the given range. */
    energy: procedure(z.object({ fromMs: z.number(), toMs: z.number() }), z.object({ rows: z.array(cardEnergySchema) }), 'read'),
  },
  models: {
    watch: stream(nothing, modelsUpdateSchema, 'read'),
    /** Carries out the request, or fails with the code of the reason. */
    ask: procedure(modelsRequestSchema, z.object({ removal: removalSchema.nullable() })),
  },
  metrics: {
    /** Computed on request, without asking the network. */
    read: procedure(nothing, nodeMetricsSchema, 'read'),
  },
  checks: {
    /** The report of the last start; null = there is none. */
    last: procedure(nothing, z.object({ report: preflightReportSchema.nullable() }), 'read'),
    run: procedure(nothing, preflightReportSchema),
    /**
     * The host's confirmation, for this run of the node, that no other machine runs with its key. Two would get it
     * slashed.
     */
    confirmAlone: act('money', nothing, nothing),
  },
};
export type NodeContract = typeof nodeContract;
