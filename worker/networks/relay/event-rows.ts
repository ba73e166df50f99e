import { z } from 'zod';
import { relayEventSchema } from '../../../protocol/wire/event.ts';
import type { EventRow } from '../task-network.ts';

const idSchema = z.object({ id: z.number().int().nonnegative() });

/** Reads one row of the event list; a row that makes no sense is kept as it came, with its id if it has one. */
export function readEventRow(value: unknown): EventRow {
  const parsed = relayEventSchema.safeParse(value);
  if (parsed.success) return { kind: 'event', event: parsed.data };
  const id = idSchema.safeParse(value);
  const issue = parsed.error.issues[0];
  return {
    kind: 'unreadable',
    id: id.success ? id.data.id : null,
    raw: JSON.stringify(value) ?? 'undefined',
    problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`,
  };
}
