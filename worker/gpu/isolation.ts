/** A node's report about its cards, and whether it is still true (law 6). */
import { type DerivedGpu, deriveGpu, type NodeMachine } from './assignment.ts';
import { gpuError } from './errors.ts';

/** The `gpu` part of a node's configuration (contract/node-config.ts). */
export interface ReportedGpu {
  readonly name: string;
  readonly vramGib: number;
  readonly uuids: readonly string[];
}

export function reportedGpu(gpu: DerivedGpu): ReportedGpu {
  return { name: gpu.reportedName, vramGib: gpu.reportedVramGib, uuids: gpu.uuids };
}

/**
 * For a configuration that was derived earlier or elsewhere: derives it again from the cards as they are now.
 * Null = the configuration names no card (an engine without NVIDIA cards), so there is nothing to compare.
 * @throws GpuError GPU_REPORT_MISMATCH, or what {@link deriveGpu} throws.
 */
export function assertReportedGpu(config: ReportedGpu, machine: NodeMachine): DerivedGpu | null {
  if (config.uuids.length === 0) return null;
  const gpu = deriveGpu({ ids: [...config.uuids] }, machine);
  const now = reportedGpu(gpu);
  if (now.name !== config.name || now.vramGib !== config.vramGib) {
    throw gpuError(
      'GPU_REPORT_MISMATCH',
      `Configured: ${config.name}, ${config.vramGib} GiB; selected cards: ${now.name}, ${now.vramGib} GiB.`,
    );
  }
  return gpu;
}
