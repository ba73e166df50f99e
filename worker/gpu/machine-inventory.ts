/** The machine's cards without a node, for a first run and for choosing cards. Needs no worker process. */
import type { GpuInventory, GpuReport, GpuSelection } from '../../contract/gpu.ts';
import type { NodeConfigInput } from '../../contract/node-config.ts';
import type { Clock } from '../../protocol/ports.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import { deriveGpu, type NodeMachine } from './assignment.ts';
import { ownerOf } from './claims.ts';
import { inventoryReader } from './inventory.ts';
import { machineNvidiaSmi } from './nvidia-smi.ts';
import { type ControllerProbe, probeControllers, thisMachine } from './other-cards.ts';
import { thisPlatform } from './platform.ts';

export interface ReadInventoryOptions {
  readonly clock: Clock;
  /** Folder in which the profiles of this machine claim their cards. */
  readonly claimsDir: string;
  /** Path of nvidia-smi; absent = the driver's default location. */
  readonly nvidiaSmi?: string;
  /** For tests. */
  readonly controllers?: () => Promise<ControllerProbe>;
}

export interface MachineInventory {
  readonly inventory: GpuInventory;
  /** Card ID → name of the running profile that owns it; '' in the moment before it has written its label. */
  readonly usedBy: Readonly<Record<string, string>>;
}

/** Never rejects because of a probe: its failures are among the inventory's problems. */
export async function readInventory(options: ReadInventoryOptions): Promise<MachineInventory> {
  const { clock, claimsDir, nvidiaSmi } = options;
  const runner = new SystemProcessRunner({ clock });
  const inventory = await inventoryReader({
    clock,
    machine: thisMachine(),
    nvidia: machineNvidiaSmi({ command: nvidiaSmi, runner }),
    controllers: options.controllers ?? (() => probeControllers({ runner })),
  }).read();
  const usedBy: Record<string, string> = {};
  for (const { id, unusable } of inventory.cards) {
    const owner = unusable === null ? ownerOf(id, claimsDir) : null;
    if (owner !== null) usedBy[id] = owner.label?.profile ?? '';
  }
  return { inventory, usedBy };
}

/**
 * What the network would be told about a selection.
 * @param executor `GPT_EXECUTOR` of the engine; our own engine never shards: `device_map`.
 * @throws GpuError as deriveGpu
 */
export function gpuReport(selection: GpuSelection, { cards, executor }: Pick<NodeMachine, 'cards' | 'executor'>): GpuReport {
  const { reportedName, reportedVramGib } = deriveGpu(selection, { cards, executor, platform: thisPlatform() });
  return { reportedName, reportedVramGib };
}

/**
 * A selection for a node's configuration: by ID, which is an NVIDIA card's UUID, with what the host must confirm. The
 * cards are read again at every start.
 * @throws GpuError as deriveGpu: GPU_NOT_ISOLATABLE for cards of other vendors
 */
export function gpuConfigOf(selection: GpuSelection, machine: NodeMachine): NodeConfigInput['gpu'] {
  const { ids, reportedName, reportedVramGib } = deriveGpu(selection, machine);
  const confirmed = { name: reportedName, vramGib: reportedVramGib };
  return { kind: 'nvidia', uuids: [...ids], confirmed, selfTest: null };
}
