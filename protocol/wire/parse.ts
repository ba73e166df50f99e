import type { z } from 'zod';
import { ProtocolError } from '../errors.ts';

/** Parses a value that crossed a border. @throws ProtocolError PROTOCOL_BAD_MESSAGE naming the first bad field. */
export function parseWire<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new ProtocolError('PROTOCOL_BAD_MESSAGE', `${what}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'invalid'}`, {
    what,
    field,
  });
}

/** As {@link parseWire}, from JSON text. */
export function parseWireJson<Schema extends z.ZodType>(schema: Schema, text: string, what: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('PROTOCOL_BAD_MESSAGE', `${what}: not JSON`, { what, field: '' }, { cause });
  }
  return parseWire(schema, value, what);
}
