/** How long a node keeps what it has of tasks that are closed. Scores, money and cases are kept for good. */
import { z } from 'zod';

export const retentionSchema = z.object({
  /** Results, arguments and reports of failures of tasks that were closed longer ago are removed. */
  days: z.number().int().min(1).max(3_650).default(7),
  /** Of what is younger, only the newest results are kept, up to this many GiB. */
  resultsGib: z.number().min(0.1).max(100_000).default(2),
});
export type Retention = z.output<typeof retentionSchema>;

export const REMOVAL_REASONS = ['age', 'size'] as const;

/** That the files of a result were removed as the settings said. */
export const resultRemovalSchema = z.object({
  /** Epoch ms. */
  atMs: z.number(),
  /** `age`: the task was closed more than `policy.days` ago. `size`: newer results filled `policy.resultsGib`. */
  reason: z.enum(REMOVAL_REASONS),
  /** As it was then. */
  policy: retentionSchema,
});
export type ResultRemoval = z.output<typeof resultRemovalSchema>;

const bytes = z.number().int().nonnegative();

/** What a node keeps now, and by which policy. */
export const storageSchema = z.object({
  policy: retentionSchema,
  /** Files of results. */
  resultsBytes: bytes,
  /** Arguments of tasks, and reports of failures. */
  argsBytes: bytes,
  reportBytes: bytes,
  cases: z.number().int().nonnegative(),
  /** Records of cases; their files are beside them. */
  caseBytes: bytes,
  events: z.number().int().nonnegative(),
  /** Events that this program could not read: kept, and ever seen. */
  unreadable: z.number().int().nonnegative(),
  unreadableEver: z.number().int().nonnegative(),
});
export type NodeStorage = z.output<typeof storageSchema>;
