import { expect, it } from 'vitest';
import { z } from 'zod';
import { successSchema } from './envelope.ts';

it('a success envelope is made once for a schema, and insists on the envelope and on the data', () => {
  const schema = z.object({ now: z.number() });
  const envelope = successSchema(schema);
  expect(successSchema(schema)).toBe(envelope);
  expect(successSchema(z.object({ now: z.number() }))).not.toBe(envelope);
  expect(envelope.parse({ message: 'success', data: { now: 1 } }).data).toEqual({ now: 1 });
  expect(envelope.safeParse({ message: 'failure', data: { now: 1 } }).success).toBe(false);
  expect(envelope.safeParse({ message: 'success', data: { now: '1' } }).success).toBe(false);
});
