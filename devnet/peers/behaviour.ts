/** How a peer treats the jobs it gets. What it does on the network is always the real worker's doing. */
import { z } from 'zod';

export const behaviourSchema = z.discriminatedUnion('kind', [
  /** Runs every job. */
  z.object({ kind: z.literal('honest') }),
  /** Runs every job, then swaps the result for a plausible other one: only a validation group can tell. */
  z.object({ kind: z.literal('cheating') }),
  /** Runs every job, later. */
  z.object({ kind: z.literal('slow'), delayMs: z.number().int().nonnegative() }),
  /** Takes jobs and never answers. */
  z.object({ kind: z.literal('offline') }),
  /** Calls the arguments of every job invalid. */
  z.object({ kind: z.literal('erroring') }),
]);
export type Behaviour = z.output<typeof behaviourSchema>;

export const engineCommandSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});

export type EngineCommand = z.output<typeof engineCommandSchema>;

/** Name of the environment variable that carries {@link proxyConfigSchema} as JSON. */
export const PROXY_ENV = 'CRYNUX_ENGINE_PROXY';

export const proxyConfigSchema = z.object({
  behaviour: behaviourSchema,
  /** The real engine. */
  engine: engineCommandSchema,
});
export type ProxyConfig = z.output<typeof proxyConfigSchema>;
