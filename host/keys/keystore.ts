/** Keys as Ethereum keystore V3 files (scrypt) in a folder, each encrypted with its passphrase. */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { decryptKeystoreJson, encryptKeystoreJson, type KeystoreAccount } from 'ethers';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { writeAtomically } from '../data-file.ts';
import { HostError, type HostErrorCode } from '../errors.ts';
import { readTextFile } from '../text-file.ts';
import { archivedName, type KeyStore } from './key-store.ts';

/** ethers' own, and what wallets use: 128 MiB and about a second per guess. */
export const SCRYPT_N = 2 ** 17;

/** A foreign file must not make us work or allocate without end. */
const costSchema = z.object({
  version: z.union([z.literal(3), z.literal('3')]),
  crypto: z.object({
    kdf: z.string(),
    kdfparams: z.object({
      n: z
        .number()
        .max(2 ** 20)
        .optional(),
      r: z.number().max(16).optional(),
      p: z.number().max(16).optional(),
      c: z.number().max(10_000_000).optional(),
    }),
  }),
});

export interface KeystoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Cost of a passphrase; tests take a smaller one. */
  readonly scryptN?: number;
}

/** Keystore V3 text. */
export async function encryptKey(key: { privateKey: Hex; passphrase: string; scryptN?: number }): Promise<string> {
  const account: KeystoreAccount = { address: addressOf(key.privateKey), privateKey: key.privateKey };
  const scrypt = { N: key.scryptN ?? SCRYPT_N, r: 8, p: 1 };
  return encryptKeystoreJson(account, Buffer.from(key.passphrase.normalize('NFKC')), { scrypt });
}

/** @throws HostError KEY_BAD_KEYSTORE, KEY_WRONG_PASSPHRASE; never with a cause, which might quote what it was given */
export async function decryptKey({ json, passphrase }: { json: string; passphrase: string }): Promise<Hex> {
  if (!isAffordable(json)) throw plain('KEY_BAD_KEYSTORE', 'not a keystore of version 3, or too costly');
  let account: KeystoreAccount;
  try {
    account = await decryptKeystoreJson(json, Buffer.from(passphrase.normalize('NFKC')));
  } catch (error) {
    const isPassphrase = error instanceof Error && error.message.startsWith('incorrect password');
    throw isPassphrase
      ? plain('KEY_WRONG_PASSPHRASE', 'the passphrase does not open the keystore')
      : plain('KEY_BAD_KEYSTORE', 'the keystore can not be opened');
  }
  return account.privateKey as Hex;
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
      const json = await encryptKey({ privateKey, passphrase: needed(passphrase), scryptN });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (existsSync(fileOf(address))) await store.archive(address);
      writeAtomically(fileOf(address), json);
    },
    async get({ address, passphrase }) {
      if (!existsSync(fileOf(address))) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      const json = readTextFile(fileOf(address));
      const privateKey = await decryptKey({ json, passphrase: needed(passphrase) });
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

function needed(passphrase: string | null): string {
  if (passphrase === null) throw plain('KEY_PASSPHRASE_NEEDED', 'the keystore needs a passphrase');
  return passphrase;
}

function isAffordable(json: string): boolean {
  try {
    // The format's field names may have any case.
    const lower: unknown = JSON.parse(json.toLowerCase());
    return costSchema.safeParse(lower).success;
  } catch {
    return false;
  }
}

function plain(code: HostErrorCode, message: string): HostError {
  return new HostError(code, message);
}
