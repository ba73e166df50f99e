/** Procedures for the machine's cards. */
import type { GpuReport } from '../../contract/gpu.ts';
import { gpuReport, readInventory } from '../../worker/gpu/machine-inventory.ts';
import type { HostParts } from '../app/host-parts.ts';
import type { HostImplementer } from './implementer.ts';

export function cardsHandlers(contract: HostImplementer, { folders, clock, profiles }: HostParts) {
  const read = () => readInventory({ clock, claimsDir: folders.claims });
  return {
    inventory: contract.gpus.inventory.handler(async () => {
      const { inventory, usedBy } = await read();
      // A claim is signed with the name of the profile's directory, which is its id.
      const known = new Set(profiles.list().map(({ id }) => id));
      return { inventory, usedBy: Object.fromEntries(Object.entries(usedBy).filter(([, id]) => known.has(id))) };
    }),
    report: contract.gpus.report.handler(async ({ input }): Promise<GpuReport> => {
      const { inventory } = await read();
      return gpuReport({ ids: input.ids }, { cards: inventory.cards, executor: null });
    }),
  };
}
