/** Nodes on this machine's own network: funded out of nothing, and made in one step. */
import type { EngineConfig } from '../../contract/node-config.ts';
import { type ProfileDraft, profileDraftSchema } from '../../contract/profiles.ts';
import { PROGRAMS, type Programs } from '../../platform/programs.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { thisPlatform } from '../../worker/gpu/platform.ts';
import type { DevnetOrder } from '../local-network/devnet-channel.ts';
import type { DevnetProcess } from '../local-network/devnet-process.ts';
import { LOCAL_NETWORK_ID } from '../networks/network-directory.ts';
import { bundledModelIds } from './bundled-models.ts';
import { readChain } from './chain-reading.ts';

/** For the gas of all that a node may do. */
const GAS_WEI = 10n * 10n ** 18n;

/** Gives a node of the running local network what it lacks for its stake and gas. */
export async function provideFor(options: {
  readonly address: Hex;
  readonly stakeWei: bigint;
  readonly devnet: Pick<DevnetProcess, 'preset' | 'fund'>;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<void> {
  const { address, stakeWei, devnet, clock, random } = options;
  const preset = devnet.preset()?.chain;
  if (preset === undefined) return;
  const chain = readChain({ preset, address, clock, random });
  try {
    const [walletWei, stake] = await Promise.all([chain.balanceWei(), chain.staking.stake()]);
    const staked = stake.status === 'Staked' ? stake.balanceWei : 0n;
    const neededWei = GAS_WEI + (stakeWei > staked ? stakeWei - staked : 0n);
    if (walletWei < neededWei) await devnet.fund(address, { walletWei: neededWei - walletWei });
  } finally {
    await chain.close();
  }
}

export interface LocalNodeWish {
  readonly name: string;
  readonly engine?: EngineConfig | undefined;
  readonly modelIds?: readonly string[] | undefined;
}

/**
 * A node that needs nothing of this machine: the embedded engine on the processor, the models that ship, a made-up card.
 * Or with another engine and its models, to rehearse them before a stake is at risk.
 */
export function localDraft(options: LocalNodeWish & { readonly address: Hex; readonly stakeWei: bigint }): ProfileDraft {
  const { name, address, stakeWei, engine = { kind: 'embedded', device: 'cpu' }, modelIds = bundledModelIds() } = options;
  return profileDraftSchema.parse({
    name,
    networkId: LOCAL_NETWORK_ID,
    address,
    engine,
    gpu: { kind: 'stated', ...localCard(24) },
    modelIds,
    stakeWei: stakeWei.toString(),
  });
}

/** The name says what it is. */
export function localCard(vramGib: number): { readonly name: string; readonly vramGib: number } {
  return { name: `Devnet Card ${vramGib}G+${thisPlatform()}`, vramGib };
}

/** Others who take part: with the host's own node they are the three that a validation group needs. */
export function localPeers(programs: Programs = PROGRAMS): DevnetOrder['peers'] {
  const engine = {
    command: programs.node,
    args: ['--disable-warning=ExperimentalWarning', programs.embeddedEngine],
    env: { cw_embedded_device: 'cpu' },
  };
  return ['ada', 'basil'].map((name) => ({ name, engine, gpu: localCard(16), modelIds: bundledModelIds() }));
}
