/**
 * Keystores as other wallets write them: any cost, any normalisation of the passphrase, keys that lost their leading
 * zeros.
 */
import { createCipheriv, pbkdf2Sync, scryptSync } from 'node:crypto';
import { scrypt } from '@noble/hashes/scrypt.js';
import { keccak256 } from 'ethers';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';

const SALT = Buffer.alloc(32, 7);
const IV = Buffer.alloc(16, 9);

export interface KeystoreOfWallet {
  readonly privateKey: Hex;
  readonly passphrase: string | Buffer;
  readonly kdf?: { readonly c: number; readonly prf?: string } | { readonly n: number; readonly r: number; readonly p: number };
  /** Leading zeros are left out. */
  readonly short?: boolean;
  /** The address that it states; null = none. */
  readonly address?: string | null;
}

/** As an object, so that a test can change it. */
export function makeKeystore(given: KeystoreOfWallet) {
  const { privateKey, kdf = { n: 2, r: 8, p: 1 }, short = false } = given;
  const key = Buffer.from(privateKey.slice(2), 'hex');
  const plain = short ? key.subarray(key.findIndex((byte) => byte !== 0)) : key;
  const derived = derive(Buffer.from(given.passphrase), kdf);
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), IV);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  const address = given.address === undefined ? addressOf(privateKey).slice(2).toLowerCase() : given.address;
  const kdfparams = { dklen: 32, salt: SALT.toString('hex'), ...('c' in kdf ? { prf: 'hmac-sha256' } : {}), ...kdf };
  return {
    ...(address === null ? {} : { address }),
    version: 3 as number | string,
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: IV.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'c' in kdf ? 'pbkdf2' : 'scrypt',
      kdfparams,
      mac: keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2),
    },
  };
}

function derive(passphrase: Buffer, kdf: NonNullable<KeystoreOfWallet['kdf']>): Buffer {
  if ('c' in kdf) return pbkdf2Sync(passphrase, SALT, kdf.c, 32, (kdf.prf ?? 'hmac-sha256').slice('hmac-'.length));
  const { n: N, r, p } = kdf;
  if (Math.log2(N) >= 16 * r) return Buffer.from(scrypt(passphrase, SALT, { N, r, p, dkLen: 32 }));
  return scryptSync(passphrase, SALT, 32, { N, r, p });
}
