/**
 * The profiles of this machine, in one file. Each has its own data directory, which outlives it: the records there
 * protect a key on a network, and are reused by the next profile with the same key and network.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  type Profile,
  type ProfileDraft,
  profileIdSchema,
  profileSchema,
  type StakePermission,
} from '../../contract/profiles.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { checksumAddress } from '../../protocol/signing/keys.ts';
import { addressField, sameAddress } from '../../protocol/wire/fields.ts';
import { createDataFile, unwritable } from '../data-file.ts';
import { HostError } from '../errors.ts';

/** A removed profile whose data directory still exists. */
const leftSchema = z.object({ id: profileIdSchema, address: addressField, networkId: z.string() });
const contentSchema = z.object({ profiles: z.array(profileSchema), left: z.array(leftSchema) });
type Content = z.output<typeof contentSchema>;

type ProfileChange =
  | { readonly kind: 'created' | 'updated'; readonly profile: Profile }
  | { readonly kind: 'removed'; readonly id: string };

export interface ProfileStore {
  list(): readonly Profile[];
  /** @throws HostError PROFILE_UNKNOWN */
  get(id: string): Profile;
  /** Creates its data directory. @throws HostError PROFILE_KEY_TAKEN */
  create(draft: ProfileDraft): Profile;
  /** @throws HostError PROFILE_UNKNOWN, PROFILE_FIXED */
  update(id: string, draft: ProfileDraft): Profile;
  /** Records that a person has confirmed this stake. @throws HostError PROFILE_UNKNOWN */
  allowStake(id: string, word: StakePermission): void;
  /** Keeps its data directory and key. @throws HostError PROFILE_UNKNOWN */
  remove(id: string): void;
  /** Absolute path; only this profile uses it. */
  dataDir(id: string): string;
  /** Name of the profile that uses this key; null = none. */
  usedBy(address: Hex): string | null;
  watch(listener: (change: ProfileChange) => void): () => void;
}

export interface ProfilesOptions {
  readonly file: string;
  readonly folder: string;
  readonly clock: Clock;
  /** Called after a damaged file was replaced by its copy. */
  readonly onRestored?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openProfiles(options: ProfilesOptions): ProfileStore {
  const { onRestored = () => {} } = options;
  const data = createDataFile({ path: options.file, schema: contentSchema, onRestored });
  let content: Content = data.read() ?? { profiles: [], left: [] };
  const listeners = new Set<(change: ProfileChange) => void>();

  function save(next: Content, change: ProfileChange): void {
    data.write(next);
    content = next;
    for (const listener of listeners) listener(change);
  }

  const store: ProfileStore = {
    list: () => content.profiles,
    get(id) {
      const profile = content.profiles.find((one) => one.id === id);
      if (profile === undefined) throw new HostError('PROFILE_UNKNOWN', `no profile ${id}`, { id });
      return profile;
    },
    create(draft) {
      const address = checksumAddress(draft.address);
      const isSame = (one: { address: Hex; networkId: string }) =>
        sameAddress(one.address, address) && one.networkId === draft.networkId;
      const holder = content.profiles.find(isSame);
      if (holder !== undefined) {
        throw new HostError('PROFILE_KEY_TAKEN', `${holder.name} has this key on this network`, { by: holder.id, address });
      }
      // Laws 3 and 4: scores that this key has signed on this network are in its old directory.
      const before = content.left.find(isSame);
      const id = before?.id ?? newId(draft.name, [...content.profiles, ...content.left]);
      const profile: Profile = { ...draft, address, id, createdMs: options.clock.now(), stakeWord: null };
      try {
        mkdirSync(store.dataDir(id), { recursive: true, mode: 0o700 });
      } catch (cause) {
        throw unwritable(store.dataDir(id), cause);
      }
      const left = content.left.filter((one) => one !== before);
      save({ profiles: [...content.profiles, profile], left }, { kind: 'created', profile });
      return profile;
    },
    update(id, draft) {
      const old = store.get(id);
      if (!sameAddress(old.address, draft.address) || old.networkId !== draft.networkId) {
        throw new HostError('PROFILE_FIXED', 'the key and the network of a profile cannot be changed', { id });
      }
      const profile: Profile = { ...draft, address: old.address, id, createdMs: old.createdMs, stakeWord: old.stakeWord };
      save({ ...content, profiles: content.profiles.map((one) => (one === old ? profile : one)) }, { kind: 'updated', profile });
      return profile;
    },
    allowStake(id, word) {
      const old = store.get(id);
      const profile: Profile = { ...old, stakeWord: word };
      save({ ...content, profiles: content.profiles.map((one) => (one === old ? profile : one)) }, { kind: 'updated', profile });
    },
    remove(id) {
      const { address, networkId } = store.get(id);
      const left = [...content.left, { id, address, networkId }];
      save({ profiles: content.profiles.filter((one) => one.id !== id), left }, { kind: 'removed', id });
    },
    dataDir: (id) => path.join(options.folder, profileIdSchema.parse(id)),
    usedBy: (address) => content.profiles.find((one) => sameAddress(one.address, address))?.name ?? null,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return store;
}

/** Made from the name, with a number if it is taken; it is also the directory's name. */
function newId(name: string, taken: readonly { readonly id: string }[]): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const base = letters.replace(/^-+/, '').slice(0, 24).replace(/-+$/, '') || 'node';
  const isFree = (id: string) => taken.every((one) => one.id !== id);
  if (isFree(base)) return base;
  for (let n = 2; ; n++) if (isFree(`${base}-${n}`)) return `${base}-${n}`;
}
