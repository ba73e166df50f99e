import { z } from 'zod';
import { type RelayEvent, relayEventSchema } from './event.ts';

/** Enough to identify it. */
const MAX_RAW = 2_048;
const MAX_PROBLEM = 512;

/** An event as received; one unreadable row never hides the others (RELAY_PROTOCOL 11.2, 41). */
export type EventRow =
  | { readonly kind: 'event'; readonly event: RelayEvent }
  | { readonly kind: 'unreadable'; readonly id: number | null; readonly raw: string; readonly problem: string };

const idSchema = z.object({ id: z.number().int().nonnegative() });

/** Reads one row of the event list; an invalid row is kept as received, with its id if it has one. */
export function readEventRow(value: unknown): EventRow {
  const parsed = relayEventSchema.safeParse(value);
  if (parsed.success) return { kind: 'event', event: parsed.data };
  const id = idSchema.safeParse(value);
  const issue = parsed.error.issues[0];
  return {
    kind: 'unreadable',
    id: id.success ? id.data.id : null,
    raw: (JSON.stringify(value) ?? 'undefined').slice(0, MAX_RAW),
    problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`.slice(0, MAX_PROBLEM),
  };
}
