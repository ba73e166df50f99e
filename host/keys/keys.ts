/**
 * The keys of a host's nodes: created, imported, backed up, unlocked, exported, archived. Private keys leave it in two
 * places only: {@link Keys.privateKeyOf} for the process that runs the node, and an encrypted export.
 */
import type { z } from 'zod';
import type {
  createdKeySchema,
  createKeySchema,
  exportConfirmSchema,
  exportedKeySchema,
  exportPreparedSchema,
  ImportKey,
  KeyStores,
  KeyView,
  proveBackupSchema,
} from '../../contract/keys.ts';
import type { Hex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import { importedKey } from './imported-key.ts';
import { type KeyEntry, openKeyIndex } from './key-index.ts';
import type { KeyStore } from './key-store.ts';
import { encryptKey } from './keystore.ts';
import { cleanPastedText } from './pasted-text.ts';
import { keyOfWords, newWords, questions } from './recovery-words.ts';

type Create = z.output<typeof createKeySchema>;
type Created = z.output<typeof createdKeySchema>;
type BackupProof = Pick<z.output<typeof proveBackupSchema>, 'address'> & Partial<z.output<typeof proveBackupSchema>>;
type ExportConfirm = z.output<typeof exportConfirmSchema>;

export interface KeysOptions {
  /** JSON without secrets. */
  readonly indexFile: string;
  /** In the order in which they are offered. */
  readonly stores: readonly KeyStore[];
  readonly clock: Clock;
  readonly random: Random;
  /** Name of the profile that uses this key; null = none. */
  readonly usedBy: (address: Hex) => string | null;
  /** Called after a damaged index was replaced by its copy. */
  readonly onRestored?: (problem: HostError) => void;
  /** scrypt cost of an exported keystore; tests use a smaller one. */
  readonly scryptN?: number;
  /** Keys from keystore files unlocked since the program started; tests inspect it. */
  readonly unlocked?: Map<Hex, Hex>;
}

export interface Keys {
  /** Addresses of all keys, including archived ones. */
  addresses(): readonly Hex[];
  /** Called for every key that is added. */
  onAdded(listener: () => void): void;
  stores(): Promise<KeyStores>;
  list(): Promise<readonly KeyView[]>;
  create(order: Create): Promise<Created>;
  /**
   * Takes the requested words in the order of their positions, all words, or a copy of any kind.
   * @throws HostError KEY_BACKUP_WRONG, KEY_COPY_OTHER, and those of an import
   */
  proveBackup(proof: BackupProof): Promise<KeyView>;
  import(order: ImportKey): Promise<KeyView>;
  unlock(key: { readonly address: string; readonly passphrase: string }): Promise<KeyView>;
  /** @throws HostError KEY_UNKNOWN, KEY_LOCKED and those of the keychain */
  privateKeyOf(address: string): Promise<Hex>;
  prepareExport(address: string): Promise<z.output<typeof exportPreparedSchema>>;
  confirmExport(order: ExportConfirm): Promise<z.output<typeof exportedKeySchema>>;
  /** @throws HostError KEY_IN_USE */
  archive(address: string): Promise<void>;
}

const EXPORT_MS = 2 * 60_000;

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER */
export async function openKeys(options: KeysOptions): Promise<Keys> {
  const keys = new HostKeys(options);
  await keys.adopt();
  return keys;
}

class HostKeys implements Keys {
  readonly #options: KeysOptions;
  readonly #index;
  /** Keys from keystore files, unlocked since the program started. */
  readonly #unlocked: Map<Hex, Hex>;
  readonly #onAdded: (() => void)[] = [];
  readonly #asked = new Map<Hex, { readonly words: readonly string[]; readonly ask: readonly number[] }>();
  readonly #exports = new Map<string, { readonly address: Hex; readonly ageMs: () => number }>();

  constructor(options: KeysOptions) {
    this.#options = options;
    this.#unlocked = options.unlocked ?? new Map();
    this.#index = openKeyIndex(options.indexFile, options.onRestored);
  }

  /** Restores entries for keys that a store has but a missing or older index does not. */
  async adopt(): Promise<void> {
    if (!this.#index.isNew) return;
    for (const store of this.#options.stores) {
      // A keychain that cannot be opened now must not prevent a start with the other store.
      const addresses = await store.addresses().catch(() => []);
      for (const address of addresses) {
        if (!this.#index.has(address)) this.#add({ address, store: store.kind, imported: false });
      }
    }
  }

  addresses(): readonly Hex[] {
    return this.#index.all().map(({ address }) => address);
  }

  onAdded(listener: () => void): void {
    this.#onAdded.push(listener);
  }

  async stores(): Promise<KeyStores> {
    const stores = this.#options.stores.map(async (store) => {
      const problem = (await store.problem())?.serialise() ?? null;
      return { kind: store.kind, name: store.name, problem };
    });
    return { stores: await Promise.all(stores) };
  }

  async list(): Promise<readonly KeyView[]> {
    return this.#index.all().map((entry) => this.#view(entry));
  }

  async create({ store, passphrase }: Create): Promise<Created> {
    const { random } = this.#options;
    const { words, privateKey } = newWords(random);
    const key = await this.#keep({ privateKey, store, passphrase, imported: false });
    const ask = questions({ random, count: words.length });
    this.#asked.set(key.address, { words, ask });
    return { key, words: [...words], ask };
  }

  async proveBackup({ address: of, words = [], copy = null }: BackupProof): Promise<KeyView> {
    const address = checksumAddress(of);
    const entry = this.#index.entry(address);
    if (copy === null) this.#compareWords(address, words);
    else {
      const shown = addressOf(await importedKey(copy));
      if (shown !== address) {
        throw new HostError('KEY_COPY_OTHER', `this is a copy of the key of ${shown}`, { address, shown });
      }
    }
    this.#asked.delete(address);
    return this.#view(entry.backedUp ? entry : this.#index.change(address, { backedUp: true }));
  }

  #compareWords(address: Hex, words: readonly string[]): void {
    const given = words.map((word) => cleanPastedText(word).toLowerCase());
    const asked = this.#asked.get(address);
    const isAnswer = asked !== undefined && given.join(' ') === asked.ask.map((position) => asked.words[position]).join(' ');
    if (!isAnswer && !belongTo(given, address)) {
      throw new HostError('KEY_BACKUP_WRONG', 'these do not match the recovery phrase', { address });
    }
  }

  async import(order: ImportKey): Promise<KeyView> {
    const { store, passphrase } = order;
    return this.#keep({ privateKey: await importedKey(order), store, passphrase, imported: true });
  }

  async unlock(key: { readonly address: string; readonly passphrase: string }): Promise<KeyView> {
    const address = checksumAddress(key.address);
    const entry = this.#index.entry(address);
    const { passphrase } = key;
    if (entry.store === 'keystore') this.#unlocked.set(address, await this.#store(entry).get({ address, passphrase }));
    return this.#view(entry);
  }

  async privateKeyOf(given: string): Promise<Hex> {
    const address = checksumAddress(given);
    const entry = this.#index.entry(address);
    if (entry.store === 'keychain') return this.#store(entry).get({ address, passphrase: null });
    const unlocked = this.#unlocked.get(address);
    if (unlocked === undefined) throw new HostError('KEY_LOCKED', `the key of ${address} is locked`, { address });
    return unlocked;
  }

  async prepareExport(given: string): Promise<z.output<typeof exportPreparedSchema>> {
    const { address } = this.#index.entry(checksumAddress(given));
    const confirmation = Buffer.from(this.#options.random.bytes(24)).toString('base64url');
    this.#exports.set(confirmation, { address, ageMs: startStopwatch(this.#options.clock) });
    // biome-ignore lint/plugin: shown to people; it expires by its age
    return { confirmation, expiresMs: this.#options.clock.now() + EXPORT_MS };
  }

  async confirmExport({ address: given, confirmation, passphrase }: ExportConfirm): Promise<z.output<typeof exportedKeySchema>> {
    const address = checksumAddress(given);
    const { clock, scryptN } = this.#options;
    const prepared = this.#exports.get(confirmation);
    this.#exports.delete(confirmation);
    if (prepared === undefined || prepared.address !== address || prepared.ageMs() >= EXPORT_MS) {
      throw new HostError('KEY_CONFIRMATION_INVALID', 'the export has not been confirmed', { address });
    }
    const privateKey = await this.privateKeyOf(address);
    const json = await encryptKey({ privateKey, passphrase, ...(scryptN === undefined ? {} : { scryptN }) });
    const time = new Date(clock.now()).toISOString().replaceAll(':', '-');
    return { fileName: `UTC--${time}--${address.slice(2).toLowerCase()}.json`, json };
  }

  async archive(given: string): Promise<void> {
    const address = checksumAddress(given);
    const entry = this.#index.entry(address);
    const profile = this.#options.usedBy(address);
    if (profile !== null) throw new HostError('KEY_IN_USE', `${profile} uses this key`, { address, profile });
    this.#index.change(address, { archivedAs: await this.#store(entry).archive(address) });
    this.#unlocked.delete(address);
    this.#asked.delete(address);
  }

  async #keep(key: {
    privateKey: Hex;
    store: KeyEntry['store'];
    passphrase: string | null;
    imported: boolean;
  }): Promise<KeyView> {
    const { privateKey, store, passphrase, imported } = key;
    const address = addressOf(privateKey);
    if (this.#index.has(address)) throw new HostError('KEY_EXISTS', `the key of ${address} already exists here`, { address });
    // The secret first: an entry without its key would be worse than a key without its entry.
    await this.#store({ store }).put({ address, privateKey, passphrase });
    if (store === 'keystore') this.#unlocked.set(address, privateKey);
    return this.#add({ address, store, imported });
  }

  #add({ address, store, imported }: Pick<KeyEntry, 'address' | 'store' | 'imported'>): KeyView {
    const createdMs = this.#options.clock.now();
    const entry: KeyEntry = { address, store, imported, createdMs, backedUp: false, archivedAs: null };
    this.#index.add(entry);
    for (const listener of this.#onAdded) listener();
    return this.#view(entry);
  }

  #store({ store: kind }: Pick<KeyEntry, 'store'>): KeyStore {
    const store = this.#options.stores.find((one) => one.kind === kind);
    if (store === undefined) throw new HostError('KEYCHAIN_NO_SERVICE', `this machine has no ${kind}`);
    return store;
  }

  #view({ address, store, createdMs, backedUp, imported, archivedAs }: KeyEntry): KeyView {
    const archived = archivedAs !== null;
    const unlocked = !archived && (store === 'keychain' || this.#unlocked.has(address));
    return { address, store, createdMs, backedUp, imported, archived, unlocked };
  }
}

function belongTo(words: readonly string[], address: Hex): boolean {
  try {
    return addressOf(keyOfWords(words.join(' '))) === address;
  } catch {
    return false;
  }
}
