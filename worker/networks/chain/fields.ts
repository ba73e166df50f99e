/** Fields of a contract's answers as decoded by ethers. */
import { z } from 'zod';

const MAX_COUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer that only has to be large: anyone may have written any value, and the task must stay readable. */
export const countField = z.bigint().transform((value) => Number(value < MAX_COUNT ? value : MAX_COUNT));

/** Unix seconds → epoch ms; 0 = has not happened. */
export const secondsField = z.bigint().transform((seconds) => (seconds === 0n ? null : Number(seconds) * 1000));

export const versionField = z.tuple([z.bigint(), z.bigint(), z.bigint()]).transform((parts) => parts.join('.'));

export function enumField<Name extends string>(fromNumber: (value: number) => Name | undefined, what: string) {
  return z.bigint().transform((value, context): Name => {
    const name = fromNumber(Number(value));
    if (name === undefined) context.addIssue({ code: 'custom', message: `unknown ${what} ${value}` });
    return name as Name;
  });
}
