/**
 * What is known about the keys besides the keys themselves: which store has each, since when, and whether its backup
 * was confirmed.
 */
import { z } from 'zod';
import { KEY_STORE_KINDS } from '../../contract/keys.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressField } from '../../protocol/wire/fields.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';

const entrySchema = z.object({
  address: addressField,
  store: z.enum(KEY_STORE_KINDS),
  createdMs: z.number(),
  backedUp: z.boolean(),
  imported: z.boolean().default(false),
  /** Name under which the store keeps an archived key; null = in use. */
  archivedAs: z.string().nullable(),
});
export type KeyEntry = z.output<typeof entrySchema>;

export interface KeyIndex {
  /** True if there was no index or it was restored from an older one, so that stores may have keys it does not know. */
  isNew: boolean;
  all(): readonly KeyEntry[];
  /** Entry of a key in use. @throws HostError KEY_UNKNOWN */
  entry(address: Hex): KeyEntry;
  has(address: Hex): boolean;
  add(entry: KeyEntry): void;
  /** Changes the entry of a key in use. */
  change(address: Hex, change: Partial<Pick<KeyEntry, 'backedUp' | 'archivedAs'>>): KeyEntry;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openKeyIndex(file: string, onRestored: (problem: HostError) => void = () => {}): KeyIndex {
  let restored = false;
  const data = createDataFile({
    path: file,
    schema: z.array(entrySchema),
    onRestored(problem) {
      restored = true;
      onRestored(problem);
    },
  });
  const stored = data.read();
  let entries: readonly KeyEntry[] = stored ?? [];
  const isInUse = (address: Hex) => (one: KeyEntry) => one.address === address && one.archivedAs === null;
  const save = (next: readonly KeyEntry[]) => {
    data.write([...next]);
    entries = next;
  };
  const index: KeyIndex = {
    isNew: stored === null || restored,
    all: () => entries,
    has: (address) => entries.some(isInUse(address)),
    entry(address) {
      const found = entries.find(isInUse(address));
      if (found === undefined) throw new HostError('KEY_UNKNOWN', `no key for ${address}`, { address });
      return found;
    },
    add(entry) {
      save([...entries, entry]);
      index.isNew = false;
    },
    change(address, change) {
      const old = index.entry(address);
      const changed = { ...old, ...change };
      save(entries.map((one) => (one === old ? changed : one)));
      return changed;
    },
  };
  return index;
}
