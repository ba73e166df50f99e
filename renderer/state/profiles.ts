/** The host's profiles, from its subscription. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ProfilesUpdate, ProfileView } from '../../contract/profiles.ts';
import type { HostClient } from '../../contract/rpc-client.ts';
import { follow } from '../rpc/follow.ts';
import type { Link } from '../rpc/link.ts';

export interface ProfilesState {
  /** Null before the first snapshot. */
  readonly revision: number | null;
  /** In order of creation. */
  readonly profiles: readonly ProfileView[];
}

export type ProfilesStore = StoreApi<ProfilesState>;

export function createProfilesStore(): ProfilesStore {
  return createStore<ProfilesState>(() => ({ revision: null, profiles: [] }));
}

const byCreation = (one: ProfileView, other: ProfileView) => one.profile.createdMs - other.profile.createdMs;

/** The state after an update; null = an update is missing. */
export function afterProfilesUpdate(state: ProfilesState, update: ProfilesUpdate): ProfilesState | null {
  if (update.kind === 'snapshot') return { revision: update.revision, profiles: update.profiles.toSorted(byCreation) };
  if (state.revision === null || update.revision > state.revision + 1) return null;
  // Already contained in the snapshot.
  if (update.revision <= state.revision) return state;
  const id = update.kind === 'removed' ? update.id : update.profile.profile.id;
  const others = state.profiles.filter(({ profile }) => profile.id !== id);
  const profiles = update.kind === 'removed' ? others : [...others, update.profile].toSorted(byCreation);
  return { revision: update.revision, profiles };
}

export function feedProfiles(store: ProfilesStore, link: Link<HostClient>): () => void {
  return follow(link, {
    open: (client, signal) => client.profiles.watch({}, { signal }),
    apply(update: ProfilesUpdate) {
      const next = afterProfilesUpdate(store.getState(), update);
      if (next === null) return 'gap';
      store.setState(next, true);
      return 'applied';
    },
  });
}
