/** One request to an API server and its answer, without the token. */
import { z } from 'zod';

const exchangeSchema = z.object({
  who: z.enum(['node', 'stranger', 'nobody']),
  method: z.string(),
  path: z.string(),
  body: z.unknown(),
  status: z.number().int(),
  answer: z.unknown(),
});
export type Exchange = z.output<typeof exchangeSchema>;
export const recordingSchema = z.object({ server: z.string(), exchanges: z.array(exchangeSchema) });
