/** The checks before a node starts. A reason is a code of an error catalogue; amounts are decimal wei strings. */
import { z } from 'zod';

export const PREFLIGHT_CHECKS = [
  'clock',
  'relay',
  'rpc',
  'chainId',
  'contracts',
  'legacyStake',
  'balance',
  'engine',
  'models',
  'disk',
  'doppelganger',
] as const;
export type PreflightCheckId = (typeof PREFLIGHT_CHECKS)[number];

const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]));
const about = { id: z.enum(PREFLIGHT_CHECKS), params };

export const preflightResultSchema = z.discriminatedUnion('state', [
  z.object({ ...about, state: z.literal('ok') }),
  /** warn: the node can start, but may not last or work well; unknown: the check itself could not be made. */
  ...(['warn', 'fail', 'unknown'] as const).map((state) =>
    z.object({ ...about, state: z.literal(state), code: z.string(), message: z.string(), remedy: z.string() }),
  ),
]);
export type PreflightResult = z.output<typeof preflightResultSchema>;
export type PreflightState = PreflightResult['state'];

export const preflightReportSchema = z.object({
  atMs: z.number(),
  /** In the order of {@link PREFLIGHT_CHECKS}. */
  results: z.array(preflightResultSchema),
  /** Nothing failed, and a second machine with this key is ruled out. */
  mayStart: z.boolean(),
});
export type PreflightReport = z.output<typeof preflightReportSchema>;
