/** A card for tests that are not about reading cards. */
import type { GpuCard } from '../../../contract/gpu.ts';
import { composedUuid } from './compose.ts';

export function card(given: Partial<GpuCard> & { readonly index: number }): GpuCard {
  const uuid = given.uuid === undefined ? composedUuid(given.index) : given.uuid;
  return {
    id: uuid ?? `apple-${given.index}`,
    uuid,
    vendor: 'nvidia',
    name: 'NVIDIA GeForce RTX 4090',
    busId: null,
    integrated: false,
    driver: '595.84',
    memoryMib: 24_564,
    memoryUsedMib: 0,
    loadPercent: 0,
    temperatureC: 40,
    powerW: 30,
    processes: [],
    mig: 'unsupported',
    unusable: null,
    ...given,
  };
}
