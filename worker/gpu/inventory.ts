/** Every card of the machine, with what is known about it and why it can or cannot be used. */
import type { GpuCard, GpuInventory } from '../../contract/gpu.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { GpuProblem } from './errors.ts';
import type { NvidiaProbe } from './nvidia-smi.ts';
import { type ControllerProbe, controllerCard, type Machine } from './other-cards.ts';

/** Combines the two sources: an NVIDIA card that nvidia-smi reports is not listed again as a mere controller. */
export function composeInventory(given: {
  readonly atMs: number;
  readonly machine: Machine;
  readonly nvidia: NvidiaProbe;
  readonly controllers: ControllerProbe;
}): GpuInventory {
  const { nvidia, controllers, machine } = given;
  const nvidiaCards = nvidia.kind === 'found' ? nvidia.cards : [];
  const nvidiaProblem = nvidia.kind === 'found' ? null : nvidia.problem;
  const others: GpuCard[] = [];
  for (const controller of controllers.kind === 'found' ? controllers.controllers : []) {
    const card = controllerCard({ controller, index: nvidiaCards.length + others.length, machine, nvidiaProblem });
    if (card.vendor !== 'nvidia' || nvidia.kind !== 'found') others.push(card);
  }
  const cards = [...nvidiaCards, ...others];
  const problems: GpuProblem[] = nvidia.kind === 'found' ? [...nvidia.problems] : [];
  // A machine with other cards but no NVIDIA card needs no nvidia-smi.
  if (nvidia.kind !== 'found' && (nvidia.kind !== 'binaryMissing' || cards.every((card) => card.vendor === 'nvidia'))) {
    problems.push(nvidia.problem);
  }
  if (controllers.kind !== 'found') problems.push(controllers.problem);
  return { atMs: given.atMs, cards, problems };
}

export interface InventoryReader {
  /** Never rejects: failures are among the problems. */
  read(): Promise<GpuInventory>;
}

export function inventoryReader(given: {
  readonly clock: Clock;
  readonly machine: Machine;
  readonly nvidia: { probe(): Promise<NvidiaProbe> };
  /** {@link probeControllers}, bound to a runner. */
  readonly controllers: () => Promise<ControllerProbe>;
}): InventoryReader {
  return {
    async read() {
      const [nvidia, controllers] = await Promise.all([given.nvidia.probe(), given.controllers()]);
      return composeInventory({ atMs: given.clock.now(), machine: given.machine, nvidia, controllers });
    },
  };
}
