/** Nodes of the local network: funded out of nothing, and created in one step. */
import type { EngineConfig, NetworkMode, NetworkPreset } from '../../contract/node-config.ts';
import { type ProfileDraft, profileDraftSchema } from '../../contract/profiles.ts';
import { PROGRAMS, type Programs } from '../../platform/programs.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { madeUpPlatform } from '../../worker/gpu/platform.ts';
import type { DevnetOrder } from '../local-network/devnet-channel.ts';
import type { DevnetProcess } from '../local-network/devnet-process.ts';
import { LOCAL_NETWORK_ID } from '../networks/network-directory.ts';
import { bundledModelIds } from './bundled-models.ts';
import { openChainReader, openTaskChainReader } from './chain-reading.ts';

/** Gas for everything a node may do. */
const GAS_WEI = 10n * 10n ** 18n;

/** Memory of the made-up card of the host's own node. */
const OWN_GIB = 24;

/** Gives a node of the running local network what it lacks for its stake and gas. */
export async function fundNode(options: {
  readonly address: Hex;
  readonly stakeWei: bigint;
  readonly devnet: Pick<DevnetProcess, 'preset' | 'fund'>;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<void> {
  const { address, stakeWei, devnet, clock, random } = options;
  const preset = devnet.preset();
  if (preset === null) return;
  const held = await holdingsIn(preset, { address, clock, random });
  if (held === null) return;
  const neededWei = GAS_WEI + (stakeWei > held.stakeWei ? stakeWei - held.stakeWei : 0n);
  if (held.walletWei < neededWei) await devnet.fund(address, { walletWei: neededWei - held.walletWei });
}

interface HoldingsQuery {
  readonly address: Hex;
  readonly clock: Clock;
  readonly random: Random;
}

/** Null if there is no chain. */
async function holdingsIn(
  { chain: preset, taskChain }: NetworkPreset,
  asked: HoldingsQuery,
): Promise<{ readonly walletWei: bigint; readonly stakeWei: bigint } | null> {
  if (taskChain !== undefined) {
    const { rpc, contracts, close } = openTaskChainReader({ preset: taskChain, ...asked });
    try {
      const [walletWei, stakeWei] = await Promise.all([
        rpc.call('eth_getBalance', [asked.address, 'latest']),
        contracts.stakeOf(asked.address),
      ]);
      return { walletWei, stakeWei };
    } finally {
      await close();
    }
  }
  if (preset === undefined) return null;
  const chain = openChainReader({ preset, ...asked });
  try {
    const [walletWei, stake] = await Promise.all([chain.balanceWei(), chain.staking.stake()]);
    return { walletWei, stakeWei: stake.status === 'Staked' ? stake.balanceWei : 0n };
  } finally {
    await chain.close();
  }
}

export interface LocalNodeOptions {
  readonly name: string;
  readonly engine?: EngineConfig | undefined;
  readonly modelIds?: readonly string[] | undefined;
}

/**
 * A node that uses nothing of this machine's hardware: the embedded engine on the CPU, the bundled models, a made-up
 * card. Or with another engine and its models, to rehearse them before a stake is at risk.
 */
export function localDraft(options: LocalNodeOptions & { readonly address: Hex; readonly stakeWei: bigint }): ProfileDraft {
  const { name, address, stakeWei, engine = { kind: 'embedded', device: 'cpu' }, modelIds = bundledModelIds() } = options;
  return profileDraftSchema.parse({
    name,
    networkId: LOCAL_NETWORK_ID,
    address,
    engine,
    gpu: { kind: 'stated', ...localCard(OWN_GIB) },
    modelIds,
    stakeWei: stakeWei.toString(),
  });
}

/** The name includes the memory. */
export function localCard(vramGib: number): { readonly name: string; readonly vramGib: number } {
  return { name: `Devnet Card ${vramGib}G+${madeUpPlatform()}`, vramGib };
}

/**
 * The number of other nodes: with the host's own node they are the three that a validation group needs; the contracts
 * require three equal cards.
 */
export function localPeers(mode: NetworkMode, programs: Programs = PROGRAMS): DevnetOrder['peers'] {
  const gpu = localCard(mode === 'chain' ? OWN_GIB : 16);
  const engine = {
    command: programs.node,
    args: ['--disable-warning=ExperimentalWarning', programs.embeddedEngine],
    env: { cw_embedded_device: 'cpu' },
  };
  return ['ada', 'basil'].map((name) => ({ name, engine, gpu, modelIds: bundledModelIds() }));
}
