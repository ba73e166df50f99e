/**
 * Calls the operating system's keychain through keytar, one call at a time. The library is loaded at the first call.
 */
import { pathToFileURL } from 'node:url';
import { PlatformError } from '../../platform/errors.ts';
import { OUTSIDE } from '../../platform/outside.ts';
import { dependencyFile } from '../../platform/programs.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';

export const KEYCHAIN_SERVICE = 'Crynux Node Desktop';

/** The part of keytar that is used. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findCredentials(service: string): Promise<readonly { readonly account: string }[]>;
}

export interface KeychainAccessOptions {
  readonly clock: Clock;
  /** Why this desktop's keychain must not be used, checked before every call; see keychain-backend.ts. */
  readonly backendProblem: () => HostError | null;
  readonly load?: () => Promise<Keytar>;
  /** How long to wait, because a keychain may ask the user to unlock it. */
  readonly patienceMs?: number;
}

export type AskKeychain = <Answer>(question: (keytar: Keytar) => Promise<Answer>) => Promise<Answer>;

export function keychainAccess({
  clock,
  backendProblem,
  load = loadKeytar,
  patienceMs = 60_000,
}: KeychainAccessOptions): AskKeychain {
  let library: Keytar | null = null;

  /** @throws HostError KEYCHAIN_LIBRARY_MISSING, KEYCHAIN_NO_SERVICE, KEYCHAIN_LOCKED, KEYCHAIN_OBFUSCATES, KEYCHAIN_FAILED */
  async function ask<Answer>(question: (keytar: Keytar) => Promise<Answer>): Promise<Answer> {
    const refused = backendProblem();
    if (refused !== null) throw refused;
    library ??= await load().catch((error: unknown) => {
      if (error instanceof PlatformError) throw error;
      throw new HostError('KEYCHAIN_LIBRARY_MISSING', "the keychain's library cannot be loaded");
    });
    const answered = new AbortController();
    const silence = clock.sleep(patienceMs, answered.signal).then(() => {
      throw new HostError('KEYCHAIN_LOCKED', 'the keychain does not answer');
    });
    try {
      return await Promise.race([question(library), silence]);
    } catch (error) {
      throw error instanceof HostError ? error : keychainError(error);
    } finally {
      silence.catch(() => {});
      answered.abort();
    }
  }

  return ask;
}

/** @throws PlatformError if the library's files are not the ones that were installed */
async function loadKeytar(): Promise<Keytar> {
  await OUTSIDE.check('program/node_modules/keytar');
  const module: { readonly default?: Keytar } & Keytar = await import(pathToFileURL(dependencyFile('keytar')).href);
  return module.default ?? module;
}

/** Classifies by the words of libsecret and D-Bus. The text itself is dropped, because it might contain anything. */
function keychainError(error: unknown): HostError {
  const text = error instanceof Error ? error.message : String(error);
  if (/not provided by any|autolaunch|ServiceUnknown|connect to|DISPLAY|NameHasNoOwner/i.test(text)) {
    return new HostError('KEYCHAIN_NO_SERVICE', 'no Secret Service answers');
  }
  if (/locked|prompt|dismissed|collection|does not exist at path|not allowed|cancel/i.test(text)) {
    return new HostError('KEYCHAIN_LOCKED', 'the keychain is locked');
  }
  return new HostError('KEYCHAIN_FAILED', 'the keychain answered with an error');
}
