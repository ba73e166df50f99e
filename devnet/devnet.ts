/** The whole network in one object: relay and peers. */
import { join } from 'node:path';
import { z } from 'zod';
import type { NetworkPreset } from '../contract/node-config.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import type { SerialisedError } from '../protocol/errors.ts';
import { bytesToHex } from '../protocol/hex.ts';
import type { Clock, Random } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { DevnetError } from './errors.ts';
import { type Peer, peerConfigSchema, startPeer } from './peers/peer.ts';
import { relayConfigSchema, type SamplingSeed } from './relay/config.ts';
import { createRelay, type Relay } from './relay/relay.ts';

export const devnetConfigSchema = z.object({
  /** 0 = any free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  relay: relayConfigSchema.prefault({}),
  peers: z.array(peerConfigSchema).default([]),
  /** Directory of the peers' own directories. */
  dataDir: z.string().min(1),
  /** Path of the worker program that peers run. */
  workerEntry: z.string().min(1),
  /** Keeps the relay's state across restarts. */
  statePath: z.string().min(1).optional(),
});
export type DevnetConfig = z.output<typeof devnetConfigSchema>;
export type DevnetConfigInput = z.input<typeof devnetConfigSchema>;

export interface DevnetDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly samplingSeed?: SamplingSeed;
  readonly onPeer?: (name: string, node: NodeView) => void;
  readonly onError?: (error: SerialisedError) => void;
}

export interface Devnet {
  readonly relay: Relay;
  readonly relayUrl: string;
  /** What a node needs to know to take part. */
  readonly network: NetworkPreset;
  readonly peers: readonly Peer[];
  /** Peers leave, then the relay closes. Safe to call twice. */
  stop(): Promise<void>;
}

/** @throws DevnetError DEVNET_BAD_CONFIG naming the first bad field. */
export function parseDevnetConfig(input: unknown): DevnetConfig {
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

/** Resolves when every peer has joined. @throws DevnetError; nothing is then left running. */
export async function startDevnet(input: DevnetConfigInput, deps: DevnetDeps): Promise<Devnet> {
  const config = parseDevnetConfig(input);
  const { clock, random, samplingSeed, onError, onPeer } = deps;
  const relay = createRelay({
    config: config.relay,
    clock,
    random,
    ...(config.statePath === undefined ? {} : { statePath: config.statePath }),
    ...(samplingSeed === undefined ? {} : { samplingSeed }),
    ...(onError === undefined ? {} : { onError }),
  });
  const peers: Peer[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= Promise.all(peers.map((peer) => peer.stop())).then(() => relay.close()));
  try {
    const relayUrl = await relay.listen({ port: config.port });
    const network = presetOf(config, relayUrl);
    const starts = config.peers.map(async (peer) => {
      const privateKey = peer.privateKey ?? bytesToHex(random.bytes(32));
      const address = addressOf(privateKey);
      const missing = peer.stakeWei - relay.stakeWei(address);
      if (missing > 0n) relay.stake({ address, wei: missing, reason: `peer-${address}-${clock.now()}` });
      const dataDir = join(config.dataDir, peer.name);
      const started = await startPeer({
        config: peer,
        privateKey,
        dataDir,
        network,
        workerEntry: config.workerEntry,
        clock,
        onNode: (node) => onPeer?.(peer.name, node),
      });
      peers.push(started);
    });
    const failed = (await Promise.allSettled(starts)).find((start) => start.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { relay, relayUrl, network, peers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function presetOf({ relay }: DevnetConfig, relayUrl: string): NetworkPreset {
  return {
    id: 'devnet',
    title: 'Local network',
    network: relay.networks[0] ?? 'devnet',
    relayUrl,
    acceptedEngines: ['embedded', 'program'],
    samplingModulus: relay.samplingModulus,
    minStakeWei: relay.defaultStakeWei,
  };
}
