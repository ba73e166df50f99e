/** Progress of the first tasks that a node's engine does before the node takes tasks of the network. */
import { z } from 'zod';

export const WARM_UP_STATES = ['waiting', 'due', 'running', 'ready', 'slow', 'failed', 'cancelled'] as const;

export const warmUpViewSchema = z.object({
  /** Every state but `ready` keeps the node from taking tasks. `waiting`: the engine is not ready. */
  state: z.enum(WARM_UP_STATES),
  /** While it is running: the current model, its index of how many, and since when. */
  modelId: z.string().nullable(),
  index: z.number().int().positive().nullable(),
  count: z.number().int().positive().nullable(),
  sinceMs: z.number().nullable(),
  /** The shortest time that the network allows for a task. */
  limitSeconds: z.number().positive(),
  results: z.array(z.object({ modelId: z.string(), seconds: z.number().nonnegative(), limitSeconds: z.number().positive() })),
  problem: z.object({ code: z.string(), message: z.string(), data: z.record(z.string(), z.unknown()).default({}) }).nullable(),
});
export type WarmUpView = z.output<typeof warmUpViewSchema>;

export const WARM_UP_ORDERS = ['run', 'cancel'] as const;
export type WarmUpOrder = (typeof WARM_UP_ORDERS)[number];
