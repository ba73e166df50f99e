/** One secret in its place: the keychain where there is one that encrypts, else a file that only this user can read. */
import { z } from 'zod';
import { HostError } from '../errors.ts';
import { type AskKeychain, KEYCHAIN_SERVICE } from '../keys/keychain-access.ts';

/** What an index file holds of a secret. */
export const keptSecretSchema = z.discriminatedUnion('place', [
  z.object({ place: z.literal('keychain') }),
  z.object({ place: z.literal('file'), value: z.string().min(1) }),
]);
export type KeptSecret = z.output<typeof keptSecretSchema>;

/** Null = the keychain has it no more. @throws HostError KEYCHAIN_*, where the keychain does not give it */
export async function readSecret(askKeychain: AskKeychain, account: string, kept: KeptSecret): Promise<string | null> {
  return kept.place === 'file' ? kept.value : await askKeychain((keytar) => keytar.getPassword(KEYCHAIN_SERVICE, account));
}

/** Into the keychain where that can be; the answer belongs into the index file. */
export async function keepSecret(askKeychain: AskKeychain, account: string, value: string): Promise<KeptSecret> {
  const isKept = await askKeychain(async (keytar) => {
    await keytar.setPassword(KEYCHAIN_SERVICE, account, value);
    return (await keytar.getPassword(KEYCHAIN_SERVICE, account)) === value;
  }).catch((error: unknown) => {
    if (error instanceof HostError) return false;
    throw error;
  });
  return isKept ? { place: 'keychain' } : { place: 'file', value };
}

/** @throws HostError KEYCHAIN_*, where it is kept there and the keychain does not let go of it */
export async function dropSecret(askKeychain: AskKeychain, account: string, kept: KeptSecret): Promise<void> {
  if (kept.place === 'keychain') await askKeychain((keytar) => keytar.deletePassword(KEYCHAIN_SERVICE, account));
}
