/** A place that stores private keys by address. */
import type { KeyStoreKind } from '../../contract/keys.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { HostError } from '../errors.ts';

interface StoredKey {
  readonly address: Hex;
  readonly privateKey: Hex;
  /** Encrypts the key in the keystore; the keychain takes none. */
  readonly passphrase: string | null;
}

export interface KeyStore {
  readonly kind: KeyStoreKind;
  /** Name for display. */
  readonly name: string;
  /** Why it cannot be used now; null = it can. */
  problem(): Promise<HostError | null>;
  /** Addresses of all keys in use, without opening any. */
  addresses(): Promise<readonly Hex[]>;
  /** A previous key of the same address is archived, never overwritten. */
  put(key: StoredKey): Promise<void>;
  /** @throws HostError KEY_UNKNOWN, KEY_WRONG_PASSPHRASE, KEY_DAMAGED and those of the store */
  get(key: { readonly address: Hex; readonly passphrase: string | null }): Promise<Hex>;
  /** Archives a key and resolves with its new name. No key is ever deleted. */
  archive(address: Hex): Promise<string>;
}

/** Valid as a file name on every system. */
export function archivedName(address: Hex, nowMs: number): string {
  return `${address}.archived-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
}
