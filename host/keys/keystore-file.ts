/**
 * An Ethereum keystore of version 3 as any wallet writes it: parsed once, into one object with the field names of the
 * format, which is all that the rest sees. What else wallets export is named for what it is.
 */
import { z } from 'zod';
import { HostError, type HostErrorCode } from '../errors.ts';

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
/** The first 32 bytes of a longer derived key are the same as a shorter one, and no more are used. */
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
 * The work that a stranger's file may make: twice what wallets ask for. Either takes some seconds at most, and scrypt
 * takes 128 bytes for each unit: 512 MiB.
 */
const MAX_SCRYPT_UNITS = 2 ** 22;
const MAX_PBKDF2_ROUNDS = 2_000_000;

/** @throws HostError KEY_BAD_KEYSTORE, KEY_KEYSTORE_V1, KEY_KEYSTORE_PRESALE, KEY_KEYSTORE_EIP2335, without what was given */
export function parseKeystore(json: string): KeystoreFile {
  const file = fieldsOf(parseJson(json));
  if (file === null) throw bad('it is no JSON object');
  const crypto = fieldsOf(file.crypto);
  const other = otherFormat(file, crypto);
  if (other !== null) throw other;
  const parsed = fileSchema.safeParse({
    address: file.address === '' ? null : file.address,
    crypto: { ...crypto, kdfparams: fieldsOf(crypto?.kdfparams), cipherparams: fieldsOf(crypto?.cipherparams) },
  });
  if (!parsed.success) throw bad(`the field ${parsed.error.issues[0]?.path.join('.') ?? ''} is missing or not what it should be`);
  assertAffordable(parsed.data.crypto);
  return parsed.data;
}

function assertAffordable(crypto: KeystoreFile['crypto']): void {
  const affordable =
    crypto.kdf === 'scrypt'
      ? crypto.kdfparams.n * crypto.kdfparams.r * crypto.kdfparams.p <= MAX_SCRYPT_UNITS
      : crypto.kdfparams.c <= MAX_PBKDF2_ROUNDS;
  if (!affordable) throw bad('opening it takes more work than this program allows');
}

type Fields = Readonly<Record<string, unknown>>;

/** What wallets export besides version 3; null = it may be version 3. */
function otherFormat(file: Fields, crypto: Fields | null): HostError | null {
  if ('encseed' in file) return coded('KEY_KEYSTORE_PRESALE', 'a wallet of the Ethereum presale of 2014');
  // Kdf, checksum and cipher are objects there, with a `function` each.
  if (file.version === 4 || 'checksum' in (crypto ?? {})) {
    return coded('KEY_KEYSTORE_EIP2335', "a keystore of EIP-2335: a validator's key");
  }
  const version = String(file.version ?? '');
  if (version === '1') return coded('KEY_KEYSTORE_V1', 'a keystore of version 1');
  return version === '3' ? null : bad(`its version is ${/^\d{1,3}$/.test(version) ? version : 'missing'}`);
}

/** Field names in any case, as some wallets write `Crypto` and `KDF`; no two of them may mean the same field. */
function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>();
  for (const [name, content] of Object.entries(value)) {
    const lower = name.toLowerCase();
    if (fields.has(lower)) throw bad('it has a field twice');
    fields.set(lower, content);
  }
  // No prototype: a file may name a field as it likes.
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, ''));
  } catch {
    throw bad('it is no JSON');
  }
}

function bad(why: string): HostError {
  return coded('KEY_BAD_KEYSTORE', `not a keystore of version 3 that can be opened: ${why}`);
}

function coded(code: HostErrorCode, message: string): HostError {
  return new HostError(code, message);
}
