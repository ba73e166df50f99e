/** Relay and chain of a devnet as one object: they start, save and lose their state together. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { chainPresetSchema, STAKING_GENERATIONS } from '../contract/chain-preset.ts';
import type { NetworkPreset } from '../contract/node-config.ts';
import type { SerialisedError } from '../protocol/errors.ts';
import type { Clock, Random } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { addressField } from '../protocol/wire/fields.ts';
import { RELAY_KEY } from './chain/deploy.ts';
import { DevnetAccount } from './chain/devnet-account.ts';
import { type DevnetChain, startDevnetChain } from './chain/devnet-chain.ts';
import { RelayChain } from './chain/relay-chain.ts';
import { DevnetError } from './errors.ts';
import { configWei, type RelayConfig, type SamplingSeed } from './relay/config.ts';
import { createRelay, type Relay } from './relay/relay.ts';

export const chainConfigSchema = z.object({
  /** 0 = any free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Seconds between blocks; without it, every transaction gets its own block at once. */
  blockTimeSeconds: z.number().int().positive().optional(),
  /**
   * Generation of the staking contracts; default: that of the saved chain, or C26 for a new one, as on the public
   * networks.
   */
  generation: z.enum(STAKING_GENERATIONS).optional(),
  /** Adds contracts of J26 to those of C26, like a network that has migrated. */
  hasLegacy: z.boolean().default(false),
  /** Default 1800, as on the public networks. */
  forceUnstakeDelaySeconds: z.number().int().positive().optional(),
  /** Coin in the genesis; what is needed for stakes and relay accounts there is added automatically. */
  wallets: z.array(z.object({ address: addressField, balanceWei: configWei })).default([]),
});

/** The part of a devnet's configuration that relay and chain need. */
export interface NetworkConfig {
  /** Port of the relay; 0 = any free one. */
  readonly port: number;
  readonly relay: RelayConfig;
  readonly statePath?: string | undefined;
  readonly fresh: boolean;
  readonly chain: z.output<typeof chainConfigSchema> | false;
}

export interface NetworkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly samplingSeed?: SamplingSeed;
  readonly onError?: (error: SerialisedError) => void;
}

export interface DevnetNetwork {
  readonly relay: Relay;
  readonly relayUrl: string;
  /** Null = the devnet runs without one. */
  readonly chain: DevnetChain | null;
  readonly preset: NetworkPreset;
  close(): Promise<void>;
}

const RELAY_FILES = ['relay.db', 'relay.db-wal', 'relay.db-shm', 'tasks'];
const CHAIN_FILE = 'chain.json';
/** Gas for the relay's own transactions. */
const RELAY_GAS_WEI = 10n ** 21n;

/** Deletes both, because neither can continue without the other. The devnet must not be running. */
function deleteDevnetState(statePath: string): void {
  for (const name of [...RELAY_FILES, CHAIN_FILE]) rmSync(join(statePath, name), { recursive: true, force: true });
}

/** @throws DevnetError, DevnetChainError; nothing is left running in that case. */
export async function startNetwork(config: NetworkConfig, deps: NetworkDeps): Promise<DevnetNetwork> {
  const { statePath } = config;
  if (statePath !== undefined) {
    if (config.fresh) deleteDevnetState(statePath);
    assertStateMatches(statePath, config.chain !== false);
  }
  const chain = await startChain(config, deps);
  let relay: Relay | undefined;
  const close = async () => {
    // The relay finishes its work on the chain before the chain ends.
    await relay?.close();
    await chain?.stop();
  };
  try {
    if (chain?.isNew) await applyGenesisToChain(config, chain);
    // The chain is saved before the books, so that after a power cut the books never refer to a chain that does not
    // exist.
    await chain?.save();
    relay = openRelay(config, deps, chain);
    await relay.followChain();
    const relayUrl = await relay.listen({ port: config.port });
    return { relay, relayUrl, chain, preset: presetOf(config, relayUrl, chain), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function assertStateMatches(statePath: string, hasChain: boolean): void {
  const [relayFile, chainFile] = [join(statePath, 'relay.db'), join(statePath, CHAIN_FILE)];
  // A chain without a relay was interrupted before anything happened on it.
  if (!existsSync(relayFile)) rmSync(chainFile, { force: true });
  else if (existsSync(chainFile) !== hasChain) {
    const why = hasChain ? 'there is a saved relay and no saved chain' : 'the saved relay has a chain';
    throw new DevnetError('DEVNET_STATE_MISMATCH', `${statePath}: ${why}`, { statePath });
  }
}

async function startChain({ chain, statePath, relay }: NetworkConfig, { clock }: NetworkDeps): Promise<DevnetChain | null> {
  if (chain === false) return null;
  const { blockTimeSeconds, forceUnstakeDelaySeconds, generation, hasLegacy, wallets, port } = chain;
  return startDevnetChain({
    clock,
    port,
    generation,
    hasLegacy,
    relayAddress: addressOf(RELAY_KEY),
    minStakeWei: relay.defaultStakeWei,
    balances: wallets.map(({ address, balanceWei }) => ({ address, wei: balanceWei })),
    ...(statePath === undefined ? {} : { statePath: join(statePath, CHAIN_FILE) }),
    ...(blockTimeSeconds === undefined ? {} : { blockTimeSeconds }),
    ...(forceUnstakeDelaySeconds === undefined ? {} : { forceUnstakeDelaySeconds }),
  });
}

function openRelay({ relay, statePath }: NetworkConfig, deps: NetworkDeps, chain: DevnetChain | null): Relay {
  const { clock, random, samplingSeed, onError } = deps;
  const control = chain?.anvil.control;
  return createRelay({
    config: chain === null ? relay : { ...relay, relayAddress: addressOf(RELAY_KEY) },
    clock,
    random,
    ...(statePath === undefined ? {} : { statePath }),
    ...(samplingSeed === undefined ? {} : { samplingSeed }),
    ...(onError === undefined ? {} : { onError }),
    ...(chain === null || control === undefined
      ? {}
      : {
          chain: new RelayChain({
            account: new DevnetAccount(RELAY_KEY, control),
            control,
            contracts: chain.contracts,
            save: chain.save,
          }),
        }),
  });
}

/** Once per chain: the genesis as transactions, and coin for everything that the relay owes. */
async function applyGenesisToChain({ relay: { genesis } }: NetworkConfig, chain: DevnetChain): Promise<void> {
  const owedWei = genesis.accounts.reduce((sum, { balanceWei }) => sum + balanceWei, 0n);
  await chain.addBalance(addressOf(RELAY_KEY), owedWei + RELAY_GAS_WEI);
  for (const { address, stakeWei } of genesis.stakes) await chain.stakeFor(address, stakeWei);
  for (const { node, delegator, stakeWei, sharePercent } of genesis.delegations) {
    await chain.setDelegatorShareFor(node, sharePercent);
    await chain.delegateFor(delegator, node, stakeWei);
  }
}

function presetOf({ relay }: NetworkConfig, relayUrl: string, chain: DevnetChain | null): NetworkPreset {
  return {
    id: 'devnet',
    title: 'Local network',
    mode: 'relay',
    network: relay.networks[0] ?? 'devnet',
    relayUrl,
    // Every kind, because what a public network accepts is rehearsed here first.
    acceptedEngines: ['embedded', 'official', 'program'],
    samplingModulus: relay.samplingModulus,
    minStakeWei: relay.defaultStakeWei,
    ...(chain === null ? {} : { chain: chainPresetSchema.parse(chain.preset) }),
  };
}
