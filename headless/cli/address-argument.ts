import { HeadlessError } from '../errors.ts';

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function addressArgument(text: string): `0x${string}` {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text as `0x${string}`;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${text} is not an address`, { field: 'address' });
}
