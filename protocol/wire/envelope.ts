/** Relay envelopes. Source: RELAY_PROTOCOL 3.1. */
import { z } from 'zod';

const validationErrorSchema = z.object({
  message: z.literal('validation_error'),
  data: z.object({ field_name: z.string(), message: z.string() }),
});

const messageSchema = z.object({ message: z.string() });

function createEnvelopeSchema<Data extends z.ZodType>(data: Data) {
  return z.object({ message: z.literal('success'), data });
}

/** A schema is compiled when it is first used; those of a node's polls are used every second. */
const envelopeSchemas = new WeakMap<z.ZodType, z.ZodType>();

/** Success envelope around `data`; the same for the same schema. */
export function successSchema<Data extends z.ZodType>(data: Data): ReturnType<typeof createEnvelopeSchema<Data>> {
  const known = envelopeSchemas.get(data) ?? createEnvelopeSchema(data);
  envelopeSchemas.set(data, known);
  return known as ReturnType<typeof createEnvelopeSchema<Data>>;
}

export const emptySuccessSchema = z.object({ message: z.literal('success') });

/** The content of a non-2xx answer from the relay, whatever its shape. */
export interface RelayRefusal {
  readonly httpStatus: number;
  /** The field that the relay blames, '' if it names none. */
  readonly field: string;
  readonly message: string;
}

/** Reads any refusal body: validation error, plain message, gin's plain text, or nothing (a panic). */
export function readRefusal(httpStatus: number, body: string): RelayRefusal {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { httpStatus, field: '', message: body.trim() };
  }
  const validation = validationErrorSchema.safeParse(value);
  if (validation.success) return { httpStatus, field: validation.data.data.field_name, message: validation.data.data.message };
  const message = messageSchema.safeParse(value);
  return { httpStatus, field: '', message: message.success ? message.data.message : body.trim() };
}
