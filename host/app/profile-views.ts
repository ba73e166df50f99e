/** The profiles and what their processes and nodes are doing, as one stream: a snapshot, then changes by revision. */
import type { Profile, ProfilesUpdate, ProfileView } from '../../contract/profiles.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { NetworkDirectory } from '../networks/network-directory.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

export interface ProfileViews {
  view(profile: Profile): ProfileView;
  snapshot(): ProfilesUpdate;
  /** Calls back after every change. @returns unsubscribe */
  watch(listener: (update: ProfilesUpdate) => void): () => void;
  /** Records the profile that a process was started with. */
  started(profile: Profile): void;
}

export function createProfileViews(parts: {
  readonly profiles: ProfileStore;
  readonly supervisor: Supervisor;
  readonly networks: NetworkDirectory;
}): ProfileViews {
  const { profiles, supervisor, networks } = parts;
  const listeners = new Set<(update: ProfilesUpdate) => void>();
  const startedWith = new Map<string, Profile>();
  let revision = 0;

  function networkOf(id: string): Pick<ProfileView, 'networkTitle' | 'networkMode' | 'explorerUrl'> {
    const preset = networks.presets().find((one) => one.id === id);
    if (preset === undefined) return { networkTitle: id, networkMode: 'relay', explorerUrl: null };
    const { title, mode, chain, taskChain } = preset;
    return { networkTitle: title, networkMode: mode, explorerUrl: (chain ?? taskChain)?.explorerUrl ?? null };
  }

  function view(profile: Profile): ProfileView {
    const { worker, node } = supervisor.view(profile.id);
    const isActive = supervisor.active().includes(profile.id);
    return {
      profile,
      ...networkOf(profile.networkId),
      gpuName:
        node?.gpu?.report.reportedName ??
        (profile.gpu.kind === 'stated' ? profile.gpu.name : (profile.gpu.confirmed?.name ?? null)),
      worker,
      node,
      // A process that is still starting uses the current profile.
      pendingRestart: isActive && worker.kind !== 'starting' && isRestartPending(profile, startedWith.get(profile.id), node),
    };
  }

  function tell(update: (revision: number) => ProfilesUpdate): void {
    revision += 1;
    const told = update(revision);
    for (const listener of listeners) listener(told);
  }

  function changed(id: string): void {
    const profile = profiles.list().find((one) => one.id === id);
    if (profile !== undefined) tell((revision) => ({ kind: 'changed', revision, profile: view(profile) }));
  }

  supervisor.watch(({ profileId }) => changed(profileId));
  profiles.watch((change) => {
    if (change.kind !== 'removed') return changed(change.profile.id);
    const { id } = change;
    tell((revision) => ({ kind: 'removed', revision, id }));
  });

  return {
    view,
    snapshot: () => ({ kind: 'snapshot', revision, profiles: profiles.list().map(view) }),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    started: (profile) => void startedWith.set(profile.id, profile),
  };
}

/** Whether a change waits for the next start. A stake that the node has already changed itself does not wait. */
function isRestartPending(profile: Profile, started: Profile | undefined, node: NodeView | null): boolean {
  if (started === undefined) return true;
  const stake = node?.stake ?? null;
  const staked = stake?.status === 'Staked' ? BigInt(stake.balanceWei) + BigInt(stake.creditsWei) : null;
  const isTaken = staked === BigInt(profile.stakeWei);
  return restartKey(isTaken ? { ...started, stakeWei: profile.stakeWei } : started) !== restartKey(profile);
}

/** The part that takes effect at a node's next start; not its name or autoStart. */
function restartKey(profile: Profile): string {
  return JSON.stringify({ ...profile, name: '', autoStart: false, stakeWord: null });
}
