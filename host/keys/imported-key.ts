/** Reads a key that a host imports: a private key, recovery words, or any wallet's keystore. Nothing is ever echoed. */
import type { KeyCopy } from '../../contract/keys.ts';
import { bytesToHex, type Hex, isHex } from '../../protocol/hex.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import { decryptKey } from './keystore.ts';
import { parseKeystore } from './keystore-file.ts';
import { cleanPastedText, looksLikePrivateKey } from './pasted-text.ts';
import { keyOfWords } from './recovery-words.ts';

/** @throws HostError KEY_BAD_PRIVATE_KEY, KEY_BAD_WORDS, and those of {@link decryptKey} */
export async function importedKey(order: KeyCopy): Promise<Hex> {
  if (order.kind === 'words') return keyOfWords(order.words);
  if (order.kind === 'keystoreFile') return decryptKey({ json: order.json, passphrase: order.filePassphrase });
  const text = cleanPastedText(order.privateKey).replaceAll(' ', '').toLowerCase();
  const key = text.startsWith('0x') ? text : `0x${text}`;
  try {
    if (isHex(key, 32) && addressOf(key) !== '0x') return key;
  } catch {
    // Invalid key; reported below without echoing the input.
  }
  throw new HostError('KEY_BAD_PRIVATE_KEY', 'not a private key');
}

/** Detects by its form what a file with one key contains. @param filePassphrase of a keystore */
export function keySourceOf(text: string, filePassphrase: string): KeyCopy {
  if (text.trimStart().startsWith('{')) return { kind: 'keystoreFile', json: text, filePassphrase };
  return looksLikePrivateKey(text) ? { kind: 'privateKey', privateKey: text } : { kind: 'words', words: text };
}

/** A keystore that states its address is not decrypted. @throws as {@link importedKey} */
export async function addressOfSource(source: KeyCopy): Promise<Hex> {
  if (source.kind === 'keystoreFile') {
    const { address } = parseKeystore(source.json);
    if (address != null) return checksumAddress(bytesToHex(address));
  }
  return addressOf(await importedKey(source));
}
