/**
 * The figures of one node for whoever watches many: sums out of its records, which count up over restarts, and what its
 * process has measured since it began. Amounts are decimal wei strings, times epoch ms, null = not known.
 */
import { z } from 'zod';
import { TASK_STATUSES } from '../protocol/tasks/status.ts';
import { taskTypeSchema } from './models.ts';
import { earningsSumsSchema, OWN_ACCOUNTS, signedWeiText } from './money.ts';

const count = z.number().int().nonnegative();

/** Upper bounds of the steps that durations of tasks are counted in, seconds; what takes longer counts in the sum alone. */
export const TASK_SECONDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
/** Likewise, of requests. */
export const REQUEST_SECONDS: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** `counts`: a number per step, of what lies in it or below. */
export const durationsSchema = z.object({ counts: z.array(count), sum: z.number().nonnegative(), count });
export type Durations = z.output<typeof durationsSchema>;

/** What a task that ended in a score went through, in order. */
export const TASK_PHASES = [
  /** From the network's start to the start of the execution here. */
  'begin',
  'execute',
  /** From the end of the execution until the network had the score. */
  'submit',
  /** Until the network had judged it. */
  'validate',
  /** Until the network had the result; of tasks whose result it wants from this node. */
  'upload',
] as const;

/** Requests to one other end since the process began. */
export const trafficSchema = z.object({ requests: count, failures: count, seconds: durationsSchema });
export type TrafficView = z.output<typeof trafficSchema>;

export const nodeMetricsSchema = z.object({
  /** Tasks that have ended, each counted once. */
  ends: z.array(z.object({ type: taskTypeSchema, end: z.enum(TASK_STATUSES), count })),
  /** Tasks that may still need something of this node. */
  openTasks: count,
  /** From the network's start of a task until it had this node's score. */
  scoreSeconds: z.array(durationsSchema.extend({ type: taskTypeSchema })),
  phaseSeconds: z.array(durationsSchema.extend({ phase: z.enum(TASK_PHASES) })),
  /** When this node first saw its newest task. */
  lastTaskMs: z.number().nullable(),
  /** When it was last paid, by the network's date. */
  lastPaymentMs: z.number().nullable(),
  /** Since the ledger began; the network may take back what it has granted. */
  earned: earningsSumsSchema,
  accounts: z.array(z.object({ account: z.enum(OWN_ACCOUNTS), wei: signedWeiText })),
  slashes: count,
  kickOuts: count,
  engineStarts: count,
  /** What the network said last, once a minute at most. */
  standing: z.object({ qos: z.number(), stakingScore: z.number(), weight: z.number(), readMs: z.number() }).nullable(),
  databaseBytes: count,
  /** Files of results; looked at once in ten minutes. */
  resultsBytes: count,
  /** Of the running process; null where it does not run. */
  process: z
    .object({
      /** How far the network's clock is ahead of this machine's, as last read; less than a second or two is told as 0. */
      clockSkewSeconds: z.number(),
      relay: trafficSchema,
      /** Null = the network keeps nothing on a chain. */
      chain: trafficSchema.nullable(),
      /** Null = it is not ready. */
      engine: z.object({ kind: z.string(), version: z.string() }).nullable(),
      residentBytes: count,
      cpuSeconds: z.number().nonnegative(),
    })
    .nullable(),
});
export type NodeMetrics = z.output<typeof nodeMetricsSchema>;
