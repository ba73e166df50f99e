/** Starts and stops the nodes of profiles, and provides what they need first. */
import path from 'node:path';
import type { Profile, ProfileView } from '../../contract/profiles.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { Leases } from '../lease/leases.ts';
import type { DevnetProcess } from '../local-network/devnet-process.ts';
import { LocalNetworkError } from '../local-network/errors.ts';
import { LOCAL_NETWORK_ID, type NetworkDirectory } from '../networks/network-directory.ts';
import { assertFits, conflictWith, nodeConfigOf } from '../profiles/node-config-of.ts';
import type { OutboundSettings } from '../settings/outbound.ts';
import type { NodeOrder } from '../supervisor/supervised-node.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { fundNode, type LocalNodeOptions, localDraft } from './local-nodes.ts';
import type { HostStores } from './open-stores.ts';
import type { ProfileViews } from './profile-views.ts';
import type { StakePermissions } from './stake-permissions.ts';

export interface NodeRunner {
  /** The start message for a profile's process. */
  order(profileId: string): Promise<NodeOrder>;
  /**
   * Resolves when the process has started or failed to; the profile's view shows which. @throws HostError,
   * LocalNetworkError
   */
  start(profileId: string): Promise<void>;
  stop(profileId: string): Promise<void>;
  /**
   * Starts the local network if needed, and gives this address what it needs to stake there. @throws LocalNetworkError
   */
  prepareLocal(node: Pick<Profile, 'address' | 'stakeWei'>): Promise<void>;
  /**
   * Creates and starts a node of the local network. An abort while the network is starting stops the network again; a
   * node that was created is kept. @throws HostError, LocalNetworkError, the signal's reason
   */
  createLocal(wish: LocalNodeOptions, signal?: AbortSignal): Promise<ProfileView>;
  /** @throws LocalNetworkError LOCAL_NETWORK_IN_USE while its nodes are running */
  stopLocalNetwork(): Promise<void>;
}

export interface NodeRunnerParts extends Pick<HostStores, 'folders' | 'keys' | 'devnetKeys' | 'profiles'> {
  readonly networks: NetworkDirectory;
  readonly outbound: OutboundSettings;
  readonly supervisor: Supervisor;
  readonly devnet: DevnetProcess;
  readonly views: ProfileViews;
  readonly stakePermissions: Pick<StakePermissions, 'allow' | 'check'>;
  /** Null = no leases: no other program can have these keys. */
  readonly leases: Pick<Leases, 'hold' | 'release'> | null;
  readonly clock: Clock;
  readonly random: Random;
}

export function createNodeRunner(parts: NodeRunnerParts): NodeRunner {
  const { folders, keys, devnetKeys, profiles, networks, outbound, supervisor, devnet, views, stakePermissions } = parts;
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
    await fundNode({ address, stakeWei: BigInt(stakeWei), devnet, clock, random });
  }

  /** If aborted, stops the network again, unless it was already running. */
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
      await stakePermissions.check(profile);
      if (isLocal(profile)) await prepareLocal(profile);
      const preset = networks.preset(profile.networkId);
      const clash = conflictWith({ profile, preset }, running().map(placed));
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
      // Last: after this, only a stop can keep the process from starting, and a process that ends releases the lease.
      const leaseMs = await leases?.hold(profile.address, profileId);
      // Stopped in the meantime, so no process will end and release it.
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
      supervisor.updateOwnAddresses();
      const profile = profiles.create(localDraft({ ...wish, address, stakeWei: minStakeWei }));
      // The program created the key and its money, so no person has to allow the stake.
      stakePermissions.allow(profile.id);
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

/** Log folder of a profile. */
export function logFolder({ logs }: HostStores['folders'], profileId: string): string {
  return path.join(logs, profileId);
}
