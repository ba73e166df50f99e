/** A node's network, by the mode of its preset: the loop's port, and what else can be read from the network. */
import type { NodeConfig } from '../../contract/node-config.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { type ChainClient, createChainClient } from '../chain/chain-client.ts';
import { ChainError } from '../chain/errors.ts';
import type { Signer } from '../kit/signer.ts';
import { Traffic } from '../kit/traffic.ts';
import type { Log } from '../log.ts';
import { noRelayAccount } from '../money/relay/no-account.ts';
import { openTaskChain, type TaskChain } from '../networks/chain/open-task-chain.ts';
import { NetworkClock } from '../networks/network-clock.ts';
import { createRelayAccount, type RelayAccount } from '../networks/relay/relay-account.ts';
import { RelayClient } from '../networks/relay/relay-client.ts';
import { RelayReader, type TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { TaskNetwork } from '../networks/task-network.ts';
import type { ProxyPolicy } from '../outbound/proxy-policy.ts';
import { createRelayStakes, NODES_COMPARED, type RelayStakesParts } from '../preflight/relay-stakes.ts';
import type { Store } from '../store/store.ts';

export interface OpenNetworkOptions {
  readonly config: NodeConfig;
  readonly signer: Signer;
  readonly store: Store;
  readonly proxies: ProxyPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly createNetwork: (relay: RelayClient) => TaskNetwork;
  /** Called for each part as it is opened, with a function that undoes it. */
  readonly onOpened: (undo: () => void | Promise<void>) => void;
}

export interface OpenedNetwork {
  readonly network: TaskNetwork;
  /** The network's time. */
  readonly networkClock: NetworkClock;
  readonly reader: TrustNetwork;
  readonly account: RelayAccount;
  /** The staking contracts of a network with a relay; null if there are none. */
  readonly chain: ChainClient | null;
  /** Null if a relay assigns the tasks. */
  readonly taskChain: TaskChain | null;
  /** Whether the relay uses the contracts of the preset. */
  readonly relayStakes: () => Promise<'seen' | 'unknown'>;
  /** Statistics of requests to both; `chain` is null if there is none. */
  readonly traffic: { readonly relay: Traffic; readonly chain: Traffic | null };
  /** The time of the service that carries arguments, results and signatures; unix seconds. */
  readonly relayNow: () => Promise<number>;
}

export function openNetwork(options: OpenNetworkOptions): OpenedNetwork {
  const { taskChain: preset } = options.config.network;
  return preset === undefined ? openRelayNetwork(options) : openChainNetwork(options, preset);
}

function openChainNetwork(options: OpenNetworkOptions, preset: TaskChain['preset']): OpenedNetwork {
  const { config, signer, store, proxies, clock, random, log, onOpened } = options;
  const networkClock = new NetworkClock(clock);
  const { network: networkName, relayUrl } = config.network;
  const traffic = { relay: new Traffic(clock), chain: new Traffic(clock) };
  const common = { signer, store, proxies, traffic, clock, random, log };
  const taskChain = openTaskChain({ ...common, preset, networkName, relayUrl, chainClock: networkClock });
  onOpened(() => taskChain.close());
  onOpened(() => taskChain.network.close());
  return {
    network: taskChain.network,
    networkClock,
    reader: taskChain.trust,
    account: noRelayAccount(taskChain.address),
    chain: null,
    taskChain,
    relayStakes: async () => 'unknown',
    traffic,
    relayNow: () => taskChain.relay.now(),
  };
}

function openRelayNetwork(options: OpenNetworkOptions): OpenedNetwork {
  const { config, signer, store, proxies, clock, random, log, onOpened } = options;
  const networkClock = new NetworkClock(clock);
  const traffic = { relay: new Traffic(clock), chain: new Traffic(clock) };
  const relay = new RelayClient({
    relayUrl: config.network.relayUrl,
    signer,
    clock: networkClock,
    proxies,
    traffic: traffic.relay,
  });
  onOpened(() => relay.close());
  const network = options.createNetwork(relay);
  onOpened(() => network.close());
  const reader = new RelayReader(relay);
  const account = createRelayAccount(relay);
  const stakeOf: RelayStakesParts['stakeOf'] = (node) => {
    if (chain === null) throw new ChainError('CHAIN_BAD_ARGUMENT', 'this network has no chain');
    return chain.staking.stake(node);
  };
  const delegatedTo: RelayStakesParts['delegatedTo'] = async (node) => (await chain?.delegatedStaking.totalWei(node)) ?? 0n;
  const relayStakes = createRelayStakes({
    known: () => reader.stakesOn(config.network.network, NODES_COMPARED),
    stakeOf,
    delegatedTo,
  });
  const beforeStake = async () => {
    await relayStakes();
  };
  const chainParts = { signer, db: store.db, clock, random, log, proxies, beforeStake };
  const preset = config.network.chain;
  const chain = preset === undefined ? null : createChainClient({ preset, ...chainParts, traffic: traffic.chain });
  if (chain !== null) onOpened(() => chain.close());
  return {
    ...{ network, networkClock, reader, account, chain, taskChain: null, relayStakes, relayNow: () => network.now() },
    traffic: chain === null ? { relay: traffic.relay, chain: null } : traffic,
  };
}
