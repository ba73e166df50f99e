/**
 * Parses a version 3 Ethereum keystore as written by any wallet into one object with the format's own field names.
 * Other formats that wallets export are reported by name.
 */
import { z } from 'zod';
import { HostError } from '../errors.ts';

const hex = z
  .string()
  .regex(/^(?:0x)?(?:[0-9a-f]{2})+$/i)
  .transform((text) => Buffer.from(text.replace(/^0x/i, ''), 'hex'));
const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().positive());
/** The first 32 bytes of a longer derived key equal those of a shorter one, and no more are used. */
const dklen = count.pipe(z.number().min(32).max(1_024));

const scryptSchema = z.object({
  kdf: z.literal('scrypt'),
  kdfparams: z.object({ n: count.refine((n) => n > 1 && Number.isInteger(Math.log2(n))), r: count, p: count, salt: hex, dklen }),
});
const pbkdf2Schema = z.object({
  kdf: z.literal('pbkdf2'),
  kdfparams: z.object({ c: count, prf: z.enum(['hmac-sha256', 'hmac-sha512']), salt: hex, dklen }),
});
const cryptoSchema = z.intersection(
  z.object({
    cipher: z.literal('aes-128-ctr'),
    cipherparams: z.object({ iv: hex.refine((iv) => iv.length === 16) }),
    ciphertext: hex.refine((text) => text.length <= 32),
    mac: hex.refine((mac) => mac.length === 32),
  }),
  z.discriminatedUnion('kdf', [scryptSchema, pbkdf2Schema]),
);
const fileSchema = z.object({ address: hex.refine((address) => address.length === 20).nullish(), crypto: cryptoSchema });
export type KeystoreFile = z.output<typeof fileSchema>;

/**
 * Maximum work for a file from a stranger: twice what wallets use. Either takes a few seconds at most; scrypt needs 128
 * bytes per unit: 512 MiB.
 */
const MAX_SCRYPT_UNITS = 2 ** 22;
const MAX_PBKDF2_ROUNDS = 2_000_000;

/**
 * @throws HostError KEY_BAD_KEYSTORE, KEY_KEYSTORE_V1, KEY_KEYSTORE_PRESALE, KEY_KEYSTORE_EIP2335, without the input
 */
export function parseKeystore(json: string): KeystoreFile {
  const file = fieldsOf(parseJson(json));
  if (file === null) throw badKeystore('it is not a JSON object');
  const crypto = fieldsOf(file.crypto);
  const other = otherFormat(file, crypto);
  if (other !== null) throw other;
  const parsed = fileSchema.safeParse({
    address: file.address === '' ? null : file.address,
    crypto: { ...crypto, kdfparams: fieldsOf(crypto?.kdfparams), cipherparams: fieldsOf(crypto?.cipherparams) },
  });
  if (!parsed.success) throw badKeystore(`the field ${parsed.error.issues[0]?.path.join('.') ?? ''} is missing or invalid`);
  assertAffordable(parsed.data.crypto);
  return parsed.data;
}

function assertAffordable(crypto: KeystoreFile['crypto']): void {
  const affordable =
    crypto.kdf === 'scrypt'
      ? crypto.kdfparams.n * crypto.kdfparams.r * crypto.kdfparams.p <= MAX_SCRYPT_UNITS
      : crypto.kdfparams.c <= MAX_PBKDF2_ROUNDS;
  if (!affordable) throw badKeystore('opening it takes more work than this program allows');
}

type Fields = Readonly<Record<string, unknown>>;

/** Recognises formats other than version 3; null = it may be version 3. */
function otherFormat(file: Fields, crypto: Fields | null): HostError | null {
  if ('encseed' in file) return new HostError('KEY_KEYSTORE_PRESALE', 'an Ethereum presale wallet of 2014');
  // In this format kdf, checksum and cipher are objects, each with a `function`.
  if (file.version === 4 || 'checksum' in (crypto ?? {})) {
    return new HostError('KEY_KEYSTORE_EIP2335', "an EIP-2335 keystore: a validator's key");
  }
  const version = String(file.version ?? '');
  if (version === '1') return new HostError('KEY_KEYSTORE_V1', 'a keystore of version 1');
  return version === '3' ? null : badKeystore(`its version is ${/^\d{1,3}$/.test(version) ? version : 'missing'}`);
}

/** Field names in lower case, because some wallets write `Crypto` and `KDF`; two names must not mean the same field. */
function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>();
  for (const [name, content] of Object.entries(value)) {
    const lower = name.toLowerCase();
    if (fields.has(lower)) throw badKeystore('it has a field twice');
    fields.set(lower, content);
  }
  // No prototype, because a file may use any field name.
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, ''));
  } catch {
    throw badKeystore('it is not JSON');
  }
}

function badKeystore(why: string): HostError {
  return new HostError('KEY_BAD_KEYSTORE', `not a version 3 keystore that can be opened: ${why}`);
}
