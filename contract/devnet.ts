/** The network that runs on this machine: relay, chain, applications and peers. */
import { z } from 'zod';
import { errorViewSchema } from './worker-channel.ts';

export const devnetStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('starting') }),
  z.object({
    kind: z.literal('running'),
    /** ID of the network preset that belongs to it. */
    networkId: z.string(),
    relayUrl: z.string(),
    /** A page that shows the whole network; null = not served. */
    explorerUrl: z.string().nullable(),
  }),
  z.object({ kind: z.literal('failed'), error: errorViewSchema }),
]);
export type DevnetState = z.output<typeof devnetStateSchema>;
