/**
 * The keys of a host's nodes. A private key, mnemonic or keystore text is sent from a UI to the host on import, and
 * never back, with two explicit exceptions: the backup of a new key, and a confirmed export.
 */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { errorViewSchema } from './worker-channel.ts';

export const KEY_STORE_KINDS = ['keychain', 'keystore'] as const;
export type KeyStoreKind = (typeof KEY_STORE_KINDS)[number];

export const keyViewSchema = z.object({
  address: addressField,
  store: z.enum(KEY_STORE_KINDS),
  createdMs: z.number(),
  /** A backup was proved: its words were typed, or a copy was shown to this program after the key was stored here. */
  backedUp: z.boolean(),
  /** Imported from a copy kept elsewhere, which this program has not seen since. */
  imported: z.boolean().default(false),
  archived: z.boolean(),
  /**
   * A keystore's key can be used because its passphrase has been given since this program started. Always true for the
   * keychain.
   */
  unlocked: z.boolean(),
});
export type KeyView = z.output<typeof keyViewSchema>;

export const keyStoresSchema = z.object({
  /** In the order in which they are offered. */
  stores: z.array(
    z.object({
      kind: z.enum(KEY_STORE_KINDS),
      /** `Keychain`, `Credential Manager`, `Secret Service`, or the keystore's folder. */
      name: z.string(),
      /** Why it cannot be used: missing, locked, or it would only obfuscate. Null = it can. */
      problem: errorViewSchema.nullable(),
    }),
  ),
});
export type KeyStores = z.output<typeof keyStoresSchema>;

const MIN_PASSPHRASE = 8;
/** What attackers try first, with any number appended. */
const COMMON_PASSPHRASES = /^(pass(word|wort|phrase)?|qwert[yz]\w*|letmein|iloveyou|admin\w*|welcome|crynux)\W*\d*\W*$/i;

/** Why a new passphrase offers no protection; null = it is acceptable. This does not measure strength. */
export function passphraseProblem(passphrase: string): 'short' | 'simple' | null {
  if (passphrase.length < MIN_PASSPHRASE) return 'short';
  const codes = [...passphrase].map((sign) => sign.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, i) => code - (codes[i] ?? 0)));
  // `12345678`, `hgfedcba`, `aaaaaaaa`; `abababab` has too few different characters.
  const isRun = steps.size === 1 || [...steps].every((step) => Math.abs(step) === 1 || Math.abs(step) === 9);
  return isRun || new Set(codes).size < 5 || COMMON_PASSPHRASES.test(passphrase) ? 'simple' : null;
}

/** Required for the keystore, refused for the keychain. */
const passphrase = z.string().min(8).max(1_024).nullable().default(null);
const store = z.enum(KEY_STORE_KINDS);

export const createKeySchema = z.object({ store, passphrase });
/** Shown once: the words are the backup. */
export const createdKeySchema = z.object({
  key: keyViewSchema,
  words: z.array(z.string()),
  /** Positions, from 0, of the words that the host must repeat to prove the backup. */
  ask: z.array(z.number().int().nonnegative()),
});

const privateKeyCopy = z.object({ kind: z.literal('privateKey'), privateKey: z.string() });
const wordsCopy = z.object({ kind: z.literal('words'), words: z.string() });
/** Ethereum keystore V3 text, and the passphrase that it was encrypted with. */
const keystoreCopy = z.object({
  kind: z.literal('keystoreFile'),
  json: z.string().max(100_000),
  filePassphrase: z.string(),
});
const keyCopySchema = z.discriminatedUnion('kind', [privateKeyCopy, wordsCopy, keystoreCopy]);
/** A copy of the key that its owner keeps elsewhere. */
export type KeyCopy = z.output<typeof keyCopySchema>;

/** The requested words, or a complete copy of the key, which is compared but not stored. */
export const proveBackupSchema = z.object({
  address: addressField,
  words: z.array(z.string()).default([]),
  copy: keyCopySchema.nullable().default(null),
});

const place = { store, passphrase };
export const importKeySchema = z.discriminatedUnion('kind', [
  privateKeyCopy.extend(place),
  wordsCopy.extend(place),
  keystoreCopy.extend(place),
]);
export type ImportKey = z.output<typeof importKeySchema>;

/** An export takes two steps; `prepare` explains the consequences and returns the confirmation for exactly this export. */
export const exportPreparedSchema = z.object({ confirmation: z.string(), expiresMs: z.number() });
export const exportConfirmSchema = z.object({
  address: addressField,
  confirmation: z.string(),
  /** Encrypts the exported keystore file. */
  passphrase: z.string().min(8).max(1_024),
});
/** Keystore V3 text: a key never leaves unencrypted. */
export const exportedKeySchema = z.object({ fileName: z.string(), json: z.string() });
