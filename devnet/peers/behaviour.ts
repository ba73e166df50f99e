/** How a peer treats its jobs. On the network it always acts through the real worker. */
import { z } from 'zod';

export const behaviourSchema = z.discriminatedUnion('kind', [
  /** Runs every job. */
  z.object({ kind: z.literal('honest') }),
  /** Runs every job, then replaces the result with another plausible one: only a validation group can tell. */
  z.object({ kind: z.literal('cheating') }),
  /** Runs every job, with a delay. */
  z.object({ kind: z.literal('slow'), delayMs: z.number().int().nonnegative() }),
  /** Takes jobs and never answers. */
  z.object({ kind: z.literal('offline') }),
  /** Reports the arguments of every job as invalid. */
  z.object({ kind: z.literal('erroring') }),
]);
export type Behaviour = z.output<typeof behaviourSchema>;

export const engineCommandSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});

export type EngineCommand = z.output<typeof engineCommandSchema>;

/** Name of the environment variable that contains {@link proxyConfigSchema} as JSON. */
export const PROXY_ENV = 'CRYNUX_ENGINE_PROXY';

export const proxyConfigSchema = z.object({
  behaviour: behaviourSchema,
  /** The real engine. */
  engine: engineCommandSchema,
});
export type ProxyConfig = z.output<typeof proxyConfigSchema>;
