/** Keys in the operating system's keychain. */
import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import { archivedName, type KeyStore } from './key-store.ts';
import { KEYCHAIN_SERVICE, type KeychainAccessOptions, keychainAccess } from './keychain-access.ts';

export type { Keytar } from './keychain-access.ts';

export interface KeychainOptions extends KeychainAccessOptions {
  /** The system's name for it. */
  readonly name: string;
  readonly service?: string;
}

const PROBE = 'probe';

export function createKeychain({ name: title, service = KEYCHAIN_SERVICE, ...access }: KeychainOptions): KeyStore {
  const { clock } = access;
  const ask = keychainAccess(access);

  async function move(address: Hex): Promise<string> {
    const name = archivedName(address, clock.now());
    await ask(async (keytar) => {
      const secret = await keytar.getPassword(service, address);
      if (secret === null) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      await keytar.setPassword(service, name, secret);
      // Delete the old name only once the copy is safely stored.
      if ((await keytar.getPassword(service, name)) !== secret) throw new Error('the copy differs');
      await keytar.deletePassword(service, address);
    });
    return name;
  }

  return {
    kind: 'keychain',
    name: title,
    async problem() {
      try {
        await ask(async (keytar) => {
          await keytar.setPassword(service, PROBE, PROBE);
          if ((await keytar.getPassword(service, PROBE)) !== PROBE) throw new Error('what was stored cannot be read');
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
        if ((await keytar.getPassword(service, address)) !== privateKey) throw new Error('what was stored cannot be read');
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
