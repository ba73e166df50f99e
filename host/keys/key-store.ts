/** A place that keeps private keys, each under its address. */
import type { KeyStoreKind } from '../../contract/keys.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { HostError } from '../errors.ts';

interface StoredKey {
  readonly address: Hex;
  readonly privateKey: Hex;
  /** Encrypts it in the keystore; the keychain takes none. */
  readonly passphrase: string | null;
}

export interface KeyStore {
  readonly kind: KeyStoreKind;
  /** For a person. */
  readonly name: string;
  /** Why it cannot be used now; null = it can. */
  problem(): Promise<HostError | null>;
  /** Of all keys that are in use, without opening any. */
  addresses(): Promise<readonly Hex[]>;
  /** What was stored under the address before is archived, never replaced. */
  put(key: StoredKey): Promise<void>;
  /** @throws HostError KEY_UNKNOWN, KEY_WRONG_PASSPHRASE, KEY_DAMAGED and those of the store */
  get(key: { readonly address: Hex; readonly passphrase: string | null }): Promise<Hex>;
  /** Takes a key out of use; resolves with the name it is kept under. No key is ever deleted. */
  archive(address: Hex): Promise<string>;
}

/** File-name safe on every system. */
export function archivedName(address: Hex, nowMs: number): string {
  return `${address}.archived-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
}
