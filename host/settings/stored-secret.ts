/**
 * Stores one secret: in the keychain if there is one that encrypts, otherwise in a file that only this user can read.
 */
import { z } from 'zod';
import { HostError } from '../errors.ts';
import { type AskKeychain, KEYCHAIN_SERVICE } from '../keys/keychain-access.ts';

/** What an index file stores of a secret. */
export const storedSecretSchema = z.discriminatedUnion('place', [
  z.object({ place: z.literal('keychain') }),
  z.object({ place: z.literal('file'), value: z.string().min(1) }),
]);
export type StoredSecret = z.output<typeof storedSecretSchema>;

/** Null = the keychain no longer has it. @throws HostError KEYCHAIN_* if the keychain does not return it */
export async function readSecret(askKeychain: AskKeychain, account: string, kept: StoredSecret): Promise<string | null> {
  return kept.place === 'file' ? kept.value : await askKeychain((keytar) => keytar.getPassword(KEYCHAIN_SERVICE, account));
}

/** Stores it in the keychain if possible. @returns what belongs in the index file */
export async function storeSecret(askKeychain: AskKeychain, account: string, value: string): Promise<StoredSecret> {
  const isKept = await askKeychain(async (keytar) => {
    await keytar.setPassword(KEYCHAIN_SERVICE, account, value);
    return (await keytar.getPassword(KEYCHAIN_SERVICE, account)) === value;
  }).catch((error: unknown) => {
    if (error instanceof HostError) return false;
    throw error;
  });
  return isKept ? { place: 'keychain' } : { place: 'file', value };
}

/** @throws HostError KEYCHAIN_* if it is in the keychain and cannot be deleted */
export async function deleteSecret(askKeychain: AskKeychain, account: string, kept: StoredSecret): Promise<void> {
  if (kept.place === 'keychain') await askKeychain((keytar) => keytar.deletePassword(KEYCHAIN_SERVICE, account));
}
