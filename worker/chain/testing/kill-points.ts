/** Where a process can be killed on its way to a transaction, and its input. */
import { z } from 'zod';

export const KILL_POINTS = [
  'before the record',
  'after the record',
  'before sending',
  'after sending',
  'after the receipt',
  'after it is mined',
  'before the end is recorded',
  'after the end is recorded',
  'after a replacement is recorded',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

export const childInputSchema = z.object({
  preset: z.unknown(),
  dbPath: z.string(),
  privateKey: z.string(),
  killAt: z.enum(KILL_POINTS).nullable(),
  intent: z.object({ id: z.string(), to: z.string(), data: z.string(), valueWei: z.string() }),
});
export type ChildInput = z.input<typeof childInputSchema>;
