/** Starts and stops the nodes of profiles, with everything that has to be there first. */
import path from 'node:path';
import type { Profile, ProfileView } from '../../contract/profiles.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { Leases } from '../lease/leases.ts';
import type { DevnetProcess } from '../local-network/devnet-process.ts';
import { LocalNetworkError } from '../local-network/errors.ts';
import { LOCAL_NETWORK_ID, type NetworkDirectory } from '../networks/network-directory.ts';
import { assertFits, clashWith, nodeConfigOf } from '../profiles/node-config-of.ts';
import type { OutboundSettings } from '../settings/outbound.ts';
import type { NodeOrder } from '../supervisor/supervised-node.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { type LocalNodeWish, localDraft, provideFor } from './local-nodes.ts';
import type { HostStores } from './open-stores.ts';
import type { ProfileViews } from './profile-views.ts';
import type { StakeWords } from './stake-words.ts';

export interface NodeRunner {
  /** What a profile's process is told at its start. */
  order(profileId: string): Promise<NodeOrder>;
  /** Resolves when the process is started or could not be: the profile's view tells. @throws HostError, LocalNetworkError */
  start(profileId: string): Promise<void>;
  stop(profileId: string): Promise<void>;
  /** The network on this machine runs, and this address has what it takes to stake there. @throws LocalNetworkError */
  prepareLocal(node: Pick<Profile, 'address' | 'stakeWei'>): Promise<void>;
  /**
   * A node on this machine's own network, started. The signal ends it while the network starts, which then does not; a node that
   * is made is not unmade. @throws HostError, LocalNetworkError, the signal's reason
   */
  createLocal(wish: LocalNodeWish, signal?: AbortSignal): Promise<ProfileView>;
  /** @throws LocalNetworkError LOCAL_NETWORK_IN_USE while nodes of it run */
  stopLocalNetwork(): Promise<void>;
}

export interface NodeRunnerParts extends Pick<HostStores, 'folders' | 'keys' | 'devnetKeys' | 'profiles'> {
  readonly networks: NetworkDirectory;
  readonly outbound: OutboundSettings;
  readonly supervisor: Supervisor;
  readonly devnet: DevnetProcess;
  readonly views: ProfileViews;
  readonly stakeWords: Pick<StakeWords, 'allow' | 'check'>;
  /** Null: nobody else can have the keys of this program. */
  readonly leases: Pick<Leases, 'hold' | 'release'> | null;
  readonly clock: Clock;
  readonly random: Random;
}

export function createNodeRunner(parts: NodeRunnerParts): NodeRunner {
  const { folders, keys, devnetKeys, profiles, networks, outbound, supervisor, devnet, views, stakeWords } = parts;
  const { leases, clock, random } = parts;

  const isLocal = (profile: Profile) => profile.networkId === LOCAL_NETWORK_ID;
  const running = () => supervisor.active().map((id) => profiles.get(id));
  const placed = (profile: Profile) => ({ profile, preset: networks.preset(profile.networkId) });

  function privateKeyOf(profile: Profile) {
    if (devnetKeys.has(profile.address)) return devnetKeys.privateKeyOf(profile);
    return keys.privateKeyOf(profile.address);
  }

  async function prepareLocal({ address, stakeWei }: Pick<Profile, 'address' | 'stakeWei'>): Promise<void> {
    await devnet.start();
    await provideFor({ address, stakeWei: BigInt(stakeWei), devnet, clock, random });
  }

  /** One that was not asked for any more is stopped again, unless it ran before. */
  async function startLocal(signal?: AbortSignal) {
    signal?.throwIfAborted();
    if (signal === undefined || devnet.state().kind === 'running') return devnet.start();
    const aborted = Promise.withResolvers<never>();
    const stop = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([devnet.start(), aborted.promise]);
    } catch (error) {
      if (signal.aborted) await devnet.stop();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  const runner: NodeRunner = {
    async order(profileId) {
      const profile = profiles.get(profileId);
      views.started(profile);
      await stakeWords.check(profile);
      if (isLocal(profile)) await prepareLocal(profile);
      const preset = networks.preset(profile.networkId);
      const clash = clashWith({ profile, preset }, running().map(placed));
      if (clash !== null) throw clash;
      const privateKey = await privateKeyOf(profile);
      const models = { ...profile.models, directory: profile.models.directory ?? folders.models };
      const config = nodeConfigOf({
        profile: { ...profile, models },
        preset,
        dataDir: profiles.dataDir(profileId),
        claimsDir: folders.claims,
      });
      const order = { config: { ...config, outbound: await outbound.forWorker() }, privateKey };
      // Last: nothing else keeps the process from starting, and from giving the lease back with its end.
      const leaseMs = await leases?.hold(profile.address, profileId);
      // Stopped meanwhile: no process will end and give it back.
      if (supervisor.view(profileId).worker.kind !== 'starting') await leases?.release(profile.address, profileId);
      return { ...order, leaseMs };
    },
    async start(profileId) {
      const profile = profiles.get(profileId);
      assertFits(profile, networks.preset(profile.networkId));
      await supervisor.start(profileId);
    },
    stop: (profileId) => supervisor.stop(profiles.get(profileId).id),
    prepareLocal,
    async createLocal(wish, signal) {
      const { minStakeWei } = await startLocal(signal);
      const address = devnetKeys.create();
      supervisor.tellOwnAddresses();
      const profile = profiles.create(localDraft({ ...wish, address, stakeWei: minStakeWei }));
      // Made by this program, with money that it has made, too.
      stakeWords.allow(profile.id);
      await runner.start(profile.id);
      return views.view(profiles.get(profile.id));
    },
    async stopLocalNetwork() {
      const nodes = running().filter(isLocal);
      if (nodes.length > 0) {
        const names = nodes.map(({ name }) => name);
        throw new LocalNetworkError('LOCAL_NETWORK_IN_USE', `${names.join(', ')} must stop first`, { nodes: names });
      }
      await devnet.stop();
    },
  };
  return runner;
}

/** Folder of a profile's log. */
export function logFolder({ logs }: HostStores['folders'], profileId: string): string {
  return path.join(logs, profileId);
}
