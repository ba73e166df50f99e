/** The object that holds everything around the nodes; opens and closes it in order. Both shells have one. */

import path from 'node:path';
import type { Caller } from '../../contract/acts.ts';
import type { AppInfo } from '../../contract/host-contract.ts';
import type { NetworkMode } from '../../contract/node-config.ts';
import { createHostClient, createNodeClient, type HostClient, type NodeClient } from '../../contract/rpc-client.ts';
import { portPair, type RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import type { Language } from '../../contract/settings.ts';
import { OUTSIDE } from '../../platform/outside.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { systemRandom } from '../../worker/kit/system-random.ts';
import { createLog, type Log } from '../../worker/log.ts';
import { createChosenPlaces, type OpenChooser } from '../acts/chosen-places.ts';
import { createPageGuard } from '../acts/page-guard.ts';
import { type AskPerson, createPendingActs } from '../acts/pending-acts.ts';
import { HOST_ERRORS, isHostError } from '../errors.ts';
import { connectPlace } from '../fleet/connect-place.ts';
import { createFleet } from '../fleet/fleet.ts';
import { createGiveOrder } from '../fleet/orders.ts';
import { createOwnRows, type OpenNode } from '../fleet/own-rows.ts';
import { forkDevnet } from '../local-network/devnet-channel.ts';
import { createDevnetProcess } from '../local-network/devnet-process.ts';
import { createLogWriter } from '../logs/log-writer.ts';
import { createNetworkDirectory } from '../networks/network-directory.ts';
import { createAnnouncer } from '../notices/announcer.ts';
import { createSender, type Send } from '../notices/send.ts';
import { createHostRouter } from '../rpc/router.ts';
import { outboundSettings } from '../settings/outbound.ts';
import { type ForkChannelOptions, forkChannel } from '../supervisor/fork-channel.ts';
import type { SupervisedChannel } from '../supervisor/supervised-node.ts';
import { createSupervisor } from '../supervisor/supervisor.ts';
import { readStakedWei } from './chain-reading.ts';
import { createEngineDirectory } from './engines.ts';
import type { HostParts, Updates } from './host-parts.ts';
import { localPeers } from './local-nodes.ts';
import { type LeaseSource, openNodeLeases } from './node-leases.ts';
import { createNodeRecords } from './node-records.ts';
import { createNodeRunner, type NodeRunner } from './node-runner.ts';
import { createOfficialFetch } from './official-fetch.ts';
import type { readRelease } from './official-release.ts';
import { openStores } from './open-stores.ts';
import { createPatchList } from './patch-list.ts';
import { createProfileViews } from './profile-views.ts';
import { programVersion } from './program-version.ts';
import { createStakePermissions } from './stake-permissions.ts';

export interface HostAppOptions {
  readonly dataDir: string;
  readonly shell: AppInfo['shell'];
  readonly features: AppInfo['features'];
  /** Where the tasks of the local network are; default: a relay. */
  readonly localMode?: NetworkMode;
  /** `command` opens the files for a single command; default: a long-running program. */
  readonly role?: 'program' | 'command';
  readonly electronBackend?: string | null;
  /** scrypt cost of the keystore; tests use a smaller one. */
  readonly scryptN?: number;
  /** Null = this shell cannot update itself. */
  readonly updates?: Updates | null;
  /** Starts a worker process; default: Node's fork. */
  readonly openWorker?: (options: ForkChannelOptions & { readonly profileId: string }) => SupervisedChannel;
  /**
   * Asks a person, in a way that no page can fake, to confirm what a page may not do on its own. By default, only the
   * command line can confirm.
   */
  readonly ask?: AskPerson;
  /** Asks a person for a folder, in a dialog that no page can fill in. By default, none can be chosen. */
  readonly chooseFolder?: OpenChooser;
  readonly openDevnet?: typeof forkDevnet;
  /** Sends a notification; default: over the internet. */
  readonly sendNotice?: Send;
  /** Language of notifications if the host has not chosen one; default: English. */
  readonly language?: Language;
  /** Where to take a lease for each key before its node starts; by default none is taken. */
  readonly lease?: LeaseSource;
  /** Reads the release page of the official node; default: over the internet. */
  readonly readRelease?: typeof readRelease;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
}

export interface HostApp {
  /** Calls within this process. */
  readonly client: HostClient;
  readonly parts: HostParts;
  /** Serves the host's contract. The port counts as a page's unless another caller is given. */
  serve(port: RpcPort, caller?: Caller): void;
  /** Connects to a node's own contract, as a page unless another caller is given; null = its worker is not running. */
  connectNode(profileId: string, caller?: Caller): RpcPort | null;
  /** Serves the records of a node whose process is not running; false = there are none. */
  serveRecords(profileId: string, port: RpcPort, caller?: Caller): boolean;
  /** Connects to a node's process, or else to its records; null = neither exists. */
  nodePort(profileId: string, caller?: Caller): RpcPort | null;
  /** A node's contract, for the shell itself; null = its worker is not running. */
  node(profileId: string): NodeClient | null;
  /** Starts the autoStart nodes. Never rejects: the view of each shows its outcome. */
  autoStart(): Promise<void>;
  /**
   * Stops the nodes after their current tasks, then the local network, and closes every file. After `graceMs` (default:
   * a minute) tasks are interrupted; they continue at the next start.
   */
  close(graceMs?: number): Promise<void>;
}

/** Addresses of all keys that this program has. */
function ownAddressesOf({ keys, devnetKeys }: Pick<HostParts, 'keys' | 'devnetKeys'>): readonly Hex[] {
  try {
    return [...keys.addresses(), ...devnetKeys.addresses()];
  } catch (error) {
    // Keys of the local network hold made-up money, so a damaged file of theirs must not block anything else.
    if (!isHostError(error)) throw error;
    return keys.addresses();
  }
}

/** @throws WorkerError STORE_IN_USE; HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER. Nothing stays open in that case. */
export async function openHostApp(options: HostAppOptions): Promise<HostApp> {
  const { dataDir, shell, features, role = 'program', updates = null, electronBackend = null, localMode = 'relay' } = options;
  const { clock = systemClock, random = systemRandom, log = createLog({ level: 'info', secrets: [] }) } = options;
  const cost = options.scryptN === undefined ? {} : { scryptN: options.scryptN };
  const stores = await openStores({ dataDir, clock, random, electronBackend, role, ...cost });
  const { profiles, folders, lock, keys, devnetKeys } = stores;
  const notices = stores.notices.map(({ code, message, data }) => ({
    ...{ code, message, data: { ...data } },
    remedy: HOST_ERRORS[code].remedy,
  }));
  for (const notice of stores.notices) log.warn({ err: notice }, 'while opening the data directory');
  const { openDevnet = forkDevnet, openWorker = forkChannel } = options;
  const devnet = createDevnetProcess({
    dataDir: folders.devnet,
    workerEntry: PROGRAMS.peerWorker,
    mode: localMode,
    peers: localPeers(localMode),
    fork: ({ logFile }) => openDevnet({ entry: PROGRAMS.devnet, logFile }),
    check: () => OUTSIDE.check('node', 'program'),
    clock,
    onError: (error) => log.warn({ err: error }, 'the local network reports'),
  });
  const networks = createNetworkDirectory({
    folders: { builtIn: PROGRAMS.networks, own: folders.ownNetworks },
    local: () => devnet.preset(),
  });
  const acts = createPendingActs({ ask: options.ask ?? (async () => null), clock, random });
  const places = createChosenPlaces({ open: options.chooseFolder ?? (async () => null), clock, random });
  const supervisor = createSupervisor({
    clock,
    random,
    order: (profileId) => nodes.order(profileId),
    ownAddresses: () => ownAddressesOf({ keys, devnetKeys }),
    ask(profileId, { name, facts }) {
      const profile = profiles.get(profileId);
      const network = networks.preset(profile.networkId).title;
      return acts.ask({ name, address: profile.address, facts: { node: profile.name, ...facts, network } });
    },
    open({ profileId, secrets }) {
      const writer = createLogWriter({ folder: path.join(folders.logs, profileId), clock, secrets });
      const channel = openWorker({ profileId, entry: PROGRAMS.worker, onOutput: (text) => writer.write(text) });
      channel.onExit(() => writer.close());
      return channel;
    },
  });
  keys.onAdded(() => supervisor.updateOwnAddresses());
  const outbound = outboundSettings({ ...stores, environment: process.env, log });
  const views = createProfileViews({ profiles, supervisor, networks });
  const stakePermissions = createStakePermissions({
    profiles,
    networks,
    stakedWei: async (profile, preset) =>
      readStakedWei(preset, { address: profile.address, clock, random, proxies: await outbound.policy() }),
  });
  const leases = options.lease === undefined ? null : openNodeLeases(options.lease, { profiles, supervisor, clock, log });
  const nodes: NodeRunner = createNodeRunner({
    ...stores,
    networks,
    outbound,
    supervisor,
    devnet,
    views,
    stakePermissions,
    leases,
    clock,
    random,
  });
  const info: AppInfo = { version: programVersion(), shell, platform: SYSTEM.name, dataDir, features, notices };
  const engines = createEngineDirectory(() => networks.presets(), createPatchList({ policy: outbound.policy }));
  const official = createOfficialFetch({
    ...{ folder: folders.downloads, policy: outbound.policy, clock },
    ...(options.readRelease === undefined ? {} : { read: options.readRelease }),
  });
  const announcer = createAnnouncer({
    ...{ file: path.join(dataDir, 'notices.json'), settings: stores.settings, secrets: stores.secrets, clock, log },
    ...{
      send: options.sendNotice ?? createSender(outbound.policy),
      name: 'Crynux Node Desktop',
      language: options.language ?? 'en',
    },
  });
  const connectNode = (profileId: string, caller: Caller = 'page') => {
    const known = profiles.list().some(({ id }) => id === profileId);
    const alive = supervisor.view(profileId).worker;
    return known && (alive.kind === 'running' || alive.kind === 'stopping') ? supervisor.client(profileId).connect(caller) : null;
  };
  const records = createNodeRecords({
    profiles,
    modelsDir: folders.models,
    networks,
    supervisor,
    proxies: outbound.policy,
    clock,
    random,
    log,
  });
  const recordsPort = (profileId: string, caller: Caller): RpcPort | null => {
    const [near, far] = portPair();
    return records.serve(profileId, far, caller) ? near : null;
  };
  const nodePort = (profileId: string, caller: Caller = 'page') =>
    connectNode(profileId, caller) ?? recordsPort(profileId, caller);
  const opened = (port: RpcPort | null): OpenNode | null =>
    port === null ? null : { client: createNodeClient(port), close: () => port.close() };
  const openNode = (profileId: string) => opened(nodePort(profileId, 'own'));
  const ownRows = createOwnRows({ profiles, views, keys, openNode, version: info.version, clock, log });
  const giveOrder = createGiveOrder({
    profiles,
    views,
    nodes,
    stakePermissions,
    connectNode: (profileId) => connectNode(profileId, 'operate'),
    clock,
    log,
  });
  const fleet = createFleet({
    own: ownRows,
    giveOrder,
    places: stores.watched,
    connect: connectPlace,
    version: info.version,
    clock,
    random,
  });
  const parts: HostParts = {
    ...stores,
    info,
    networks,
    outbound,
    engines,
    official,
    announcer,
    acts,
    places,
    supervisor,
    stakePermissions: stakePermissions,
    views,
    nodes,
    devnet,
    fleet,
    ownRows,
    giveOrder,
    updates,
    clock,
    random,
    log,
  };
  const guard = createPageGuard({ engines, profiles, settings: stores.settings, places, stakePermissions, ask: acts.ask });
  const onUnexpected = (error: unknown) => log.error({ err: error }, 'a procedure of the host failed');
  const server = createRpcServer(createHostRouter(parts), onUnexpected, guard);
  const serve = (port: RpcPort, caller?: Caller) => server.serve(port, caller);
  const [own, far] = portPair();
  serve(far, 'own');
  const serveRecords = (profileId: string, port: RpcPort, caller: Caller = 'page') => records.serve(profileId, port, caller);
  const client = createHostClient(own);
  const node = (profileId: string) => {
    const port = connectNode(profileId, 'own');
    return port === null ? null : createNodeClient(port);
  };
  // A command that opens the files briefly sends no notifications and watches no places.
  if (role === 'program') {
    announcer.start(client, node, (profileId) => opened(recordsPort(profileId, 'own')));
    fleet.start();
  }
  let closing: Promise<void> | undefined;
  return {
    client,
    parts,
    serve,
    connectNode,
    serveRecords,
    nodePort,
    node,
    async autoStart() {
      for (const profile of profiles.list().filter(({ autoStart }) => autoStart)) {
        await nodes
          .start(profile.id)
          .catch((error: unknown) => log.warn({ err: error, profile: profile.id }, 'a node did not start'));
      }
    },
    close(graceMs) {
      announcer.close();
      fleet.close();
      closing ??= supervisor
        .stopAll(graceMs === undefined ? {} : { patienceMs: graceMs })
        .then(() => leases?.close())
        .then(() => official.stop())
        .then(() => records.close())
        .then(() => devnet.stop())
        .finally(() => {
          own.close();
          lock.release();
        });
      return closing;
    },
  };
}
