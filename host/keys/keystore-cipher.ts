/** Opens a version 3 keystore. scrypt runs in Node's threads. Files are opened one at a time because each needs a lot of memory. */
import { createDecipheriv, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { scrypt as ethersScrypt, keccak256 } from 'ethers';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import type { KeystoreFile } from './keystore-file.ts';

const KEY_BYTES = 32;
const derivePbkdf2 = promisify(pbkdf2);
const scryptInThread = promisify<Uint8Array, Uint8Array, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const deriveScrypt = (passphrase: Uint8Array, salt: Uint8Array, { length, N, r, p }: ScryptCost & { readonly length: number }) =>
  scryptInThread(passphrase, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 });

// ethers encrypts with an implementation in JavaScript, which takes several times as long and runs on the main thread.
ethersScrypt.register((passphrase, salt, N, r, p, length) => deriveScrypt(passphrase, salt, { length, N, r, p }));

const queue = new SerialQueue();

/** The private key's 32 bytes; null = wrong passphrase. */
export function openKeystore(file: KeystoreFile, passphrase: Buffer): Promise<Buffer | null> {
  return queue.run(() => open(file, passphrase));
}

async function open({ crypto }: KeystoreFile, passphrase: Buffer): Promise<Buffer | null> {
  const derived = await derive(crypto, passphrase);
  const mac = keccak256(Buffer.concat([derived.subarray(16, KEY_BYTES), crypto.ciphertext])).slice(2);
  if (mac !== crypto.mac.toString('hex')) return null;
  const cipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), crypto.cipherparams.iv);
  const key = Buffer.concat([cipher.update(crypto.ciphertext), cipher.final()]);
  // Early wallets left out leading zeros.
  return Buffer.concat([Buffer.alloc(KEY_BYTES - key.length), key]);
}

async function derive(crypto: KeystoreFile['crypto'], passphrase: Buffer): Promise<Buffer> {
  if (crypto.kdf === 'pbkdf2') {
    const { c, prf, salt } = crypto.kdfparams;
    return derivePbkdf2(passphrase, salt, c, KEY_BYTES, prf === 'hmac-sha256' ? 'sha256' : 'sha512');
  }
  const { n: N, r, p, salt } = crypto.kdfparams;
  // OpenSSL enforces a limit from the standard that early wallets exceeded.
  if (Math.log2(N) >= 16 * r) return Buffer.from(await scryptAsync(passphrase, salt, { N, r, p, dkLen: KEY_BYTES }));
  return deriveScrypt(passphrase, salt, { length: KEY_BYTES, N, r, p });
}
