/** Keys in the operating system's keychain, through keytar. The library is loaded at the first use. */
import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import { archivedName, type KeyStore } from './key-store.ts';

export const KEYCHAIN_SERVICE = 'Crynux Node Desktop';

/** What of keytar is used. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findCredentials(service: string): Promise<readonly { readonly account: string }[]>;
}

export interface KeychainOptions {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** Why this desktop's keychain must not be used, found before anything is asked of it; see keychain-backend.ts. */
  readonly backendProblem: () => HostError | null;
  readonly load?: () => Promise<Keytar>;
  readonly service?: string;
  /** A keychain that asks the user to unlock it waits for that long. */
  readonly patienceMs?: number;
}

const NAMES: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Keychain', win32: 'Credential Manager' };
const PROBE = 'probe';

export function createKeychain({
  clock,
  platform,
  backendProblem,
  load = loadKeytar,
  service = KEYCHAIN_SERVICE,
  patienceMs = 60_000,
}: KeychainOptions): KeyStore {
  let library: Keytar | null = null;

  /** @throws HostError KEYCHAIN_LIBRARY_MISSING, KEYCHAIN_NO_SERVICE, KEYCHAIN_LOCKED, KEYCHAIN_OBFUSCATES, KEYCHAIN_FAILED */
  async function ask<Answer>(question: (keytar: Keytar) => Promise<Answer>): Promise<Answer> {
    const refused = backendProblem();
    if (refused !== null) throw refused;
    library ??= await load().catch(() => {
      throw new HostError('KEYCHAIN_LIBRARY_MISSING', "the keychain's library can not be loaded");
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

  async function move(address: Hex): Promise<string> {
    const name = archivedName(address, clock.now());
    await ask(async (keytar) => {
      const secret = await keytar.getPassword(service, address);
      if (secret === null) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      await keytar.setPassword(service, name, secret);
      // Only what is surely kept under its new name leaves the old one.
      if ((await keytar.getPassword(service, name)) !== secret) throw new Error('the copy differs');
      await keytar.deletePassword(service, address);
    });
    return name;
  }

  return {
    kind: 'keychain',
    name: NAMES[platform] ?? 'Secret Service',
    async problem() {
      try {
        await ask(async (keytar) => {
          await keytar.setPassword(service, PROBE, PROBE);
          if ((await keytar.getPassword(service, PROBE)) !== PROBE) throw new Error('what was stored can not be read');
          await keytar.deletePassword(service, PROBE);
        });
        return null;
      } catch (error) {
        if (error instanceof HostError) return error;
        throw error;
      }
    },
    async addresses() {
      const found = await ask((keytar) => keytar.findCredentials(service));
      return found.filter(({ account }) => isHex(account, 20)).map(({ account }) => checksumAddress(account));
    },
    async put({ address, privateKey, passphrase }) {
      if (passphrase !== null) throw new HostError('KEY_PASSPHRASE_UNUSED', 'the keychain takes no passphrase');
      const old = await ask((keytar) => keytar.getPassword(service, address));
      if (old === privateKey) return;
      if (old !== null) await move(address);
      await ask(async (keytar) => {
        await keytar.setPassword(service, address, privateKey);
        if ((await keytar.getPassword(service, address)) !== privateKey) throw new Error('what was stored can not be read');
      });
    },
    async get({ address }) {
      const secret = await ask((keytar) => keytar.getPassword(service, address));
      if (secret === null) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      if (!isHex(secret, 32) || addressOf(secret) !== address) {
        throw new HostError('KEY_DAMAGED', `not the key of ${address}`, { address });
      }
      return secret;
    },
    archive: move,
  };
}

async function loadKeytar(): Promise<Keytar> {
  const module = await import('keytar');
  return 'default' in module ? (module.default as Keytar) : module;
}

/** By the words of libsecret and D-Bus; the text itself is dropped, since nobody promises what is in it. */
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
