/**
 * Metrics of one node, for people who watch many: totals from its records, which keep counting across restarts, and
 * measurements of its current process. Amounts are decimal wei strings, times epoch ms, null = unknown.
 */
import { z } from 'zod';
import { TASK_STATUSES } from '../protocol/tasks/status.ts';
import { taskTypeSchema } from './models.ts';
import { earningsSumsSchema, OWN_ACCOUNTS, signedWeiText } from './money.ts';

const count = z.number().int().nonnegative();

/** Upper bounds in seconds of the histogram buckets for task durations; longer ones count only in the sum. */
export const TASK_SECONDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
/** The same for requests. */
export const REQUEST_SECONDS: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** `counts`: for each bucket, the number of values up to its bound. */
export const durationsSchema = z.object({ counts: z.array(count), sum: z.number().nonnegative(), count });
export type Durations = z.output<typeof durationsSchema>;

/** The phases of a task that ended in a score, in order. */
export const TASK_PHASES = [
  /** From the network's start to the start of the execution here. */
  'begin',
  'execute',
  /** From the end of the execution until the network had the score. */
  'submit',
  /** Until the network had judged it. */
  'validate',
  /** Until the network had the result, for tasks whose result it requested from this node. */
  'upload',
] as const;

/** Requests to one other side since the process started. */
export const trafficSchema = z.object({ requests: count, failures: count, seconds: durationsSchema });
export type TrafficView = z.output<typeof trafficSchema>;

export const nodeMetricsSchema = z.object({
  /** Ended tasks, each counted once. */
  ends: z.array(z.object({ type: taskTypeSchema, end: z.enum(TASK_STATUSES), count })),
  /** Tasks that may still need something from this node. */
  openTasks: count,
  /** From the network's start of a task until it had this node's score. */
  scoreSeconds: z.array(durationsSchema.extend({ type: taskTypeSchema })),
  phaseSeconds: z.array(durationsSchema.extend({ phase: z.enum(TASK_PHASES) })),
  /** When this node first saw its latest task. */
  lastTaskMs: z.number().nullable(),
  /** When it was last paid, by the network's date. */
  lastPaymentMs: z.number().nullable(),
  /** Since the ledger was opened; may decrease if the network takes back what it granted. */
  earned: earningsSumsSchema,
  accounts: z.array(z.object({ account: z.enum(OWN_ACCOUNTS), wei: signedWeiText })),
  slashes: count,
  kickOuts: count,
  engineStarts: count,
  /** As last reported by the network; read at most once a minute. */
  standing: z.object({ qos: z.number(), stakingScore: z.number(), weight: z.number(), readMs: z.number() }).nullable(),
  databaseBytes: count,
  /** Size of result files; measured every ten minutes. */
  resultsBytes: count,
  /** Metrics of the running process; null if it is not running. */
  process: z
    .object({
      /**
       * How far the network's clock is ahead of this machine's, as last read; a difference of less than one or two
       * seconds is reported as 0.
       */
      clockSkewSeconds: z.number(),
      relay: trafficSchema,
      /** Null = the network uses no chain. */
      chain: trafficSchema.nullable(),
      /** Null = it is not ready. */
      engine: z.object({ kind: z.string(), version: z.string() }).nullable(),
      residentBytes: count,
      cpuSeconds: z.number().nonnegative(),
    })
    .nullable(),
});
export type NodeMetrics = z.output<typeof nodeMetricsSchema>;
