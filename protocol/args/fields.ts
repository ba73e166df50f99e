/**
 * Fields that task arguments share. Arguments are validated twice: the relay uses the published JSON schemas, the worker
 * its own models. Both dialects are built here from one description; `differences.ts` lists their differences.
 */
import { z } from 'zod';

export type ArgsDialect = 'relay' | 'engine';

/**
 * A whole number; JSON schema and worker both accept 1.0. From 1e21 on the relay stores it with an exponent, which the
 * worker reads as a float and refuses.
 */
export function integerField(dialect: ArgsDialect) {
  return z
    .number()
    .refine(
      (value) => Number.isInteger(value) && (dialect === 'relay' || Math.abs(value) < 1e21),
      'Invalid input: expected integer',
    );
}

/** Above 0, up to 100; divided by 100 at use. The worker's models also accept fractions. */
export function percentField(dialect: ArgsDialect) {
  return (dialect === 'relay' ? integerField(dialect) : z.number()).refine(
    (value) => value > 0 && value <= 100,
    'must be 1 to 100',
  );
}

/** The two lists differ in their last entry, so a task of 2.5.2 or 3.0.0 never passes both. */
export function versionField(dialect: ArgsDialect) {
  const newest = dialect === 'relay' ? ('2.5.2' as const) : ('3.0.0' as const);
  return z.enum(['1.0.0', '2.0.0', '2.1.0', '2.5.0', newest]).default('2.5.0');
}

export const nonEmptyField = z.string().min(1);
export const jsonObjectField = z.record(z.string(), z.unknown());
export const dtypeField = z.enum(['float16', 'bfloat16', 'float32', 'auto']).default('auto');
