/**
 * Keystore passphrases for a program that starts unattended: from a file descriptor, or as systemd credentials, which
 * are files that only this service can read. Never arguments or environment variables.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Keys } from '../../host/keys/keys.ts';
import { readPassphrase } from '../../host/keys/passphrase.ts';
import { readTextFile } from '../../host/text-file.ts';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { HeadlessError } from '../errors.ts';

/** Unlocks every key; `crynux-passphrase-<address in lower case>` unlocks one. */
export const CREDENTIAL = 'crynux-passphrase';

export interface PassphraseSource {
  /** Null = not given. */
  readonly descriptor: number | null;
  /** The service manager's `$CREDENTIALS_DIRECTORY`. */
  readonly credentialsDir: string | undefined;
}

export interface Passphrases {
  /** In the order to try them. Null = a key that has no address yet. */
  for(address: Hex | null): readonly string[];
}

/** @throws HostError KEY_PASSPHRASE_NEEDED; HeadlessError HEADLESS_NO_PASSPHRASE */
export async function readPassphrases({ descriptor, credentialsDir }: PassphraseSource): Promise<Passphrases> {
  const given = descriptor === null ? null : await readPassphrase({ descriptor });
  const credential = (name: string) => (credentialsDir === undefined ? null : readCredential(path.join(credentialsDir, name)));
  return {
    for(address) {
      const own = address === null ? null : credential(`${CREDENTIAL}-${address.toLowerCase()}`);
      const all = [own, given, credential(CREDENTIAL)];
      return all.filter((passphrase) => passphrase !== null);
    },
  };
}

function readCredential(file: string): string | null {
  if (!existsSync(file)) return null;
  try {
    const [passphrase = ''] = readTextFile(file).split(/\r?\n/, 1);
    if (passphrase !== '') return passphrase;
  } catch (cause) {
    throw new HeadlessError('HEADLESS_NO_PASSPHRASE', `the credential ${file} cannot be read`, { file }, { cause });
  }
  throw new HeadlessError('HEADLESS_NO_PASSPHRASE', `the credential ${file} is empty`, { file });
}

export interface Unlocked {
  readonly address: Hex;
  /** Null = it was unlocked. */
  readonly error: SerialisedError | null;
}

/** Unlocks the locked keys of these addresses that have a passphrase. A key that fails does not stop the others. */
export async function unlockFor(
  addresses: readonly Hex[],
  { keys, passphrases }: { readonly keys: Pick<Keys, 'list' | 'unlock'>; readonly passphrases: Passphrases },
): Promise<Unlocked[]> {
  const locked = (await keys.list()).filter(
    ({ address, archived, unlocked }) => !archived && !unlocked && addresses.some((one) => sameAddress(one, address)),
  );
  const results: Unlocked[] = [];
  for (const { address } of locked) {
    try {
      const candidates = passphrases.for(address);
      if (candidates.length === 0) continue;
      await unlockWithAny(address, candidates, keys);
      results.push({ address, error: null });
    } catch (error) {
      results.push({ address, error: serialiseError(error) });
    }
  }
  return results;
}

/** @throws what the last of them failed with */
export async function unlockWithAny(
  address: Hex,
  candidates: readonly string[],
  keys: { unlock(input: { readonly address: Hex; readonly passphrase: string }): Promise<unknown> },
): Promise<void> {
  for (const [at, passphrase] of candidates.entries()) {
    try {
      await keys.unlock({ address, passphrase });
      return;
    } catch (error) {
      if (at === candidates.length - 1) throw error;
    }
  }
}
