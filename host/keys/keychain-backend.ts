/** Whether this desktop's keychain really encrypts. Checked before every use, because a desktop can change. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { HostError } from '../errors.ts';

export interface BackendFacts {
  /** Whether it encrypts with the user's login: Keychain and Credential Manager do; on Linux it depends. */
  readonly alwaysEncrypts: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Electron's `safeStorage.getSelectedStorageBackend()`; null without Electron. */
  readonly electronBackend: string | null;
}

/** Null = no objection. */
export function keychainBackendProblem({ alwaysEncrypts, env, homeDir, electronBackend }: BackendFacts): HostError | null {
  if (alwaysEncrypts) return null;
  if (electronBackend === 'basic_text') return obfuscates('the desktop only offers an obfuscated file as keychain');
  if (env.SECRET_BACKEND === 'file') return obfuscates('libsecret is configured to keep secrets in a file of its own');
  const hasBus =
    env.DBUS_SESSION_BUS_ADDRESS !== undefined ||
    (env.XDG_RUNTIME_DIR !== undefined && existsSync(path.join(env.XDG_RUNTIME_DIR, 'bus')));
  if (!hasBus) return new HostError('KEYCHAIN_NO_SERVICE', 'there is no session bus');
  const folder = path.join(env.XDG_DATA_HOME ?? path.join(homeDir, '.local', 'share'), 'keyrings');
  return isClearText(defaultKeyring(folder)) ? obfuscates('the default keyring has no password') : null;
}

/** GNOME Keyring stores the name of its default collection in a file. */
function defaultKeyring(folder: string): string {
  try {
    return path.join(folder, `${path.basename(readFileSync(path.join(folder, 'default'), 'utf8').trim())}.keyring`);
  } catch {
    return path.join(folder, 'login.keyring');
  }
}

/** GNOME Keyring stores a collection with an empty password as a plain-text file. */
function isClearText(keyring: string): boolean {
  const CLEAR = '[keyring]';
  try {
    const file = openSync(keyring, 'r');
    try {
      const head = Buffer.alloc(CLEAR.length);
      return readSync(file, head) === CLEAR.length && head.toString('latin1') === CLEAR;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function obfuscates(why: string): HostError {
  return new HostError('KEYCHAIN_OBFUSCATES', why);
}
