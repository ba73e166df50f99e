/** Keys as Ethereum keystore V3 files (scrypt) in a folder, each encrypted with its passphrase. */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { encryptKeystoreJson, type KeystoreAccount } from 'ethers';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { writeAtomically } from '../data-file.ts';
import { HostError } from '../errors.ts';
import { readTextFile } from '../text-file.ts';
import { archivedName, type KeyStore } from './key-store.ts';
import { openKeystore } from './keystore-cipher.ts';
import { type KeystoreFile, parseKeystore } from './keystore-file.ts';

/** The value of ethers and of wallets: 128 MiB and about a second per guess. */
const SCRYPT_N = 2 ** 17;

export interface KeystoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** scrypt cost; tests use a smaller one. */
  readonly scryptN?: number;
}

/** Returns a keystore V3 text. Uses the normalisation of the passphrase that most wallets accept. */
export async function encryptKey(key: { privateKey: Hex; passphrase: string; scryptN?: number }): Promise<string> {
  const account: KeystoreAccount = { address: addressOf(key.privateKey), privateKey: key.privateKey };
  const scrypt = { N: key.scryptN ?? SCRYPT_N, r: 8, p: 1 };
  return encryptKeystoreJson(account, Buffer.from(key.passphrase.normalize('NFKC')), { scrypt });
}

/**
 * @throws HostError KEY_BAD_KEYSTORE, KEY_KEYSTORE_V1, KEY_KEYSTORE_PRESALE, KEY_KEYSTORE_EIP2335,
 * KEY_WRONG_PASSPHRASE; without a cause, which might quote the input
 */
export async function decryptKey({ json, passphrase }: { json: string; passphrase: string }): Promise<Hex> {
  const file = parseKeystore(json);
  for (const spelling of spellings(passphrase)) {
    const key = await openKeystore(file, Buffer.from(spelling)).catch(() => {
      throw new HostError('KEY_BAD_KEYSTORE', 'the keystore cannot be opened');
    });
    if (key !== null) return keyOf(file, key);
  }
  throw new HostError('KEY_WRONG_PASSPHRASE', 'the passphrase does not open the keystore');
}

/** As typed, then as normalised by wallets; a single text if it is plain ASCII. */
function spellings(passphrase: string): ReadonlySet<string> {
  return new Set([passphrase, ...(['NFC', 'NFKC', 'NFD', 'NFKD'] as const).map((form) => passphrase.normalize(form))]);
}

function keyOf({ address }: KeystoreFile, key: Buffer): Hex {
  const privateKey = bytesToHex(key);
  try {
    const own = addressOf(privateKey);
    if (address == null || own === checksumAddress(bytesToHex(address))) return privateKey;
  } catch {
    // Invalid key; reported below without echoing the input.
  }
  throw new HostError('KEY_BAD_KEYSTORE', 'the keystore does not contain the key of its address');
}

export function createKeystore({ folder, clock, scryptN = SCRYPT_N }: KeystoreOptions): KeyStore {
  const fileOf = (address: Hex) => path.join(folder, `${address}.json`);
  const store: KeyStore = {
    kind: 'keystore',
    name: folder,
    problem: async () => null,
    async addresses() {
      if (!existsSync(folder)) return [];
      const names = readdirSync(folder).map((name) => /^(0x[0-9a-fA-F]{40})\.json$/.exec(name)?.[1]);
      return names.flatMap((address) => (address === undefined ? [] : [checksumAddress(address)]));
    },
    async put({ address, privateKey, passphrase }) {
      const json = await encryptKey({ privateKey, passphrase: requirePassphrase(passphrase), scryptN });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (existsSync(fileOf(address))) await store.archive(address);
      writeAtomically(fileOf(address), json);
    },
    async get({ address, passphrase }) {
      if (!existsSync(fileOf(address))) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      const json = readTextFile(fileOf(address));
      const privateKey = await decryptKey({ json, passphrase: requirePassphrase(passphrase) });
      if (addressOf(privateKey) !== address) throw new HostError('KEY_DAMAGED', `not the key of ${address}`, { address });
      return privateKey;
    },
    async archive(address) {
      if (!existsSync(fileOf(address))) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      const name = `${archivedName(address, clock.now())}.json`;
      renameSync(fileOf(address), path.join(folder, name));
      return name;
    },
  };
  return store;
}

function requirePassphrase(passphrase: string | null): string {
  if (passphrase === null) throw new HostError('KEY_PASSPHRASE_NEEDED', 'the keystore needs a passphrase');
  return passphrase;
}
