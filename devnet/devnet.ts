/** The whole network as one object: relay, chain and peers. */
import { join } from 'node:path';
import { z } from 'zod';
import type { NetworkPreset } from '../contract/node-config.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import type { Random } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { devnetKey, RELAY_KEY } from './chain/deploy.ts';
import type { DevnetChain } from './chain/devnet-chain.ts';
import { DevnetError } from './errors.ts';
import { chainConfigSchema, type NetworkDeps, startNetwork } from './network.ts';
import { type Peer, type PeerConfig, peerConfigSchema, startPeer } from './peers/peer.ts';
import { relayConfigSchema } from './relay/config.ts';
import type { Relay } from './relay/relay.ts';

export const devnetConfigSchema = z.object({
  /** 0 = any free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  relay: relayConfigSchema.prefault({}),
  peers: z.array(peerConfigSchema).default([]),
  /** Parent directory of the peers' data directories. */
  dataDir: z.string().min(1),
  /** Path of the worker program that peers run. */
  workerEntry: z.string().min(1),
  /** Directory that keeps relay and chain across restarts; without it, both are new at every start. */
  statePath: z.string().min(1).optional(),
  /** Deletes that state first. */
  fresh: z.boolean().default(false),
  /** False = stakes are numbers in the relay's books, for tests that need no chain. */
  chain: z.union([z.literal(false), chainConfigSchema]).prefault({}),
});
type DevnetConfig = z.output<typeof devnetConfigSchema>;
export type DevnetConfigInput = z.input<typeof devnetConfigSchema>;

export interface DevnetDeps extends NetworkDeps {
  readonly onPeer?: (name: string, node: NodeView) => void;
}

/** Amounts in wei; default 0. */
export interface Funds {
  /** In the relay account. */
  readonly balanceWei?: bigint;
  /** Coin on the chain; ignored without one. */
  readonly walletWei?: bigint;
  /** Stake to add to an account that cannot stake by itself; one that can gets coin for it instead. */
  readonly stakeWei?: bigint;
}

export interface Devnet {
  readonly relay: Relay;
  readonly relayUrl: string;
  /** Null = the devnet runs without one. */
  readonly chain: DevnetChain | null;
  /** What a node needs to know to take part. */
  readonly network: NetworkPreset;
  readonly peers: readonly Peer[];
  /** Gives an address what it needs, out of nothing. */
  fund(address: Hex, funds: Funds): Promise<void>;
  /** Stops the peers, then relay and chain. Can be called twice. */
  stop(): Promise<void>;
}

/** @throws DevnetError DEVNET_BAD_CONFIG naming the first bad field. */
function parseDevnetConfig(input: unknown): DevnetConfig {
  const result = devnetConfigSchema.safeParse(input);
  if (!result.success) {
    const issue = result.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new DevnetError('DEVNET_BAD_CONFIG', `devnet config: ${field}: ${issue?.message ?? 'invalid'}`, { field });
  }
  const names = result.data.peers.map((peer) => peer.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return result.data;
  throw new DevnetError('DEVNET_BAD_CONFIG', `devnet config: two peers are called ${twice}`, { field: 'peers' });
}

/** Resolves when every peer has joined. @throws DevnetError, DevnetChainError; nothing is left running in that case. */
export async function startDevnet(input: DevnetConfigInput, deps: DevnetDeps): Promise<Devnet> {
  const config = parseDevnetConfig(input);
  const { clock, random, onPeer } = deps;
  const network = await startNetwork(config, deps);
  const { relay, relayUrl, chain, preset } = network;
  const peers: Peer[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= Promise.all(peers.map((peer) => peer.stop())).then(() => network.close()));
  let fundings = 0;

  async function fund(address: Hex, { balanceWei = 0n, walletWei = 0n, stakeWei = 0n }: Funds): Promise<void> {
    const reason = `fund-${address}-${clock.now()}-${++fundings}`;
    if (chain === null) {
      if (stakeWei > 0n) relay.stake({ address, wei: stakeWei, reason });
    } else {
      if (walletWei > 0n) await chain.addBalance(address, walletWei);
      // The relay can only pay out what it has.
      if (balanceWei > 0n) await chain.addBalance(addressOf(RELAY_KEY), balanceWei);
      if (stakeWei > 0n) await chain.stakeFor(address, (await chain.fundsOf(address)).stakedWei + stakeWei);
    }
    await chain?.save();
    if (balanceWei > 0n) relay.deposit({ address, wei: balanceWei, reason });
    await relay.followChain();
  }

  /** A peer that resumes still has its money; it only gets what it lacks. */
  async function topUp(address: Hex, { stakeWei, walletWei, stakes }: PeerConfig): Promise<void> {
    const { walletWei: coinWei, stakedWei } = (await chain?.fundsOf(address)) ?? {
      walletWei: 0n,
      stakedWei: relay.stakeWei(address),
    };
    const missingWei = stakeWei > stakedWei ? stakeWei - stakedWei : 0n;
    const wantedWei = walletWei + (stakes === 'itself' ? missingWei : 0n);
    await fund(address, {
      walletWei: wantedWei > coinWei ? wantedWei - coinWei : 0n,
      stakeWei: chain !== null && stakes === 'itself' ? 0n : missingWei,
    });
  }

  async function start(peer: PeerConfig): Promise<void> {
    const privateKey = peer.privateKey ?? keyOf(config, peer, random);
    await topUp(addressOf(privateKey), peer);
    const started = await startPeer({
      config: peer,
      privateKey,
      dataDir: join(config.dataDir, peer.name),
      network: preset,
      workerEntry: config.workerEntry,
      clock,
      onNode: (node) => onPeer?.(peer.name, node),
    });
    peers.push(started);
  }

  try {
    const failed = (await Promise.allSettled(config.peers.map(start))).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { relay, relayUrl, chain, network: preset, peers, fund, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** On a network that continues, a peer must be the same node as before. */
function keyOf({ statePath }: DevnetConfig, { name }: PeerConfig, random: Random): Hex {
  return statePath === undefined ? bytesToHex(random.bytes(32)) : devnetKey(`peer ${name}`);
}
