/** How long a node keeps data about closed tasks. Scores, money and cases are kept for good. */
import { z } from 'zod';

export const retentionSchema = z.object({
  /** Results, arguments and failure reports of tasks that were closed longer ago are removed. */
  days: z.number().int().min(1).max(3_650).default(7),
  /** Of the younger ones, only the newest results are kept, up to this many GiB. */
  resultsGib: z.number().min(0.1).max(100_000).default(2),
});
export type Retention = z.output<typeof retentionSchema>;

export const REMOVAL_REASONS = ['age', 'size', 'asked'] as const;

/** Records that the files of a result were removed because of the settings or at the host's request. */
export const resultRemovalSchema = z.object({
  /** Epoch ms. */
  atMs: z.number(),
  /**
   * `age`: the task was closed more than `policy.days` ago. `size`: newer results filled `policy.resultsGib`.
   * `asked`: the host asked to remove the results of all closed tasks.
   */
  reason: z.enum(REMOVAL_REASONS),
  /** The policy at that time. */
  policy: retentionSchema,
});
export type ResultRemoval = z.output<typeof resultRemovalSchema>;

const bytes = z.number().int().nonnegative();

/** What a node currently stores, and the policy. */
export const storageSchema = z.object({
  policy: retentionSchema,
  /** Size of result files. */
  resultsBytes: bytes,
  /**
   * Results of closed tasks that are not evidence, which a removal deletes. `oldestMs`: when the first of these tasks
   * was closed; null = there are none.
   */
  removable: z.object({ tasks: z.number().int().nonnegative(), bytes, oldestMs: z.number().nullable() }),
  /** Size of task arguments, and of failure reports. */
  argsBytes: bytes,
  reportBytes: bytes,
  cases: z.number().int().nonnegative(),
  /** Size of case records; their files are stored beside them. */
  caseBytes: bytes,
  events: z.number().int().nonnegative(),
  /** Number of events that this program could not read: still stored, and in total. */
  unreadable: z.number().int().nonnegative(),
  unreadableEver: z.number().int().nonnegative(),
});
export type NodeStorage = z.output<typeof storageSchema>;

export const PRUNE_SCOPES = ['overPolicy', 'allClosed'] as const;
/** `overPolicy`: what exceeds the policy. `allClosed`: results, arguments and reports of all closed tasks. */
export const pruneSchema = z.object({ scope: z.enum(PRUNE_SCOPES).default('overPolicy') });
export type PruneScope = (typeof PRUNE_SCOPES)[number];
