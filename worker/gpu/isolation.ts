/** How a derived GPU reaches the two places where it counts: the node's report and the engine's environment (law 6). */
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

/** Variables that choose cards or the way of using several; a host's own setting of them would break law 6. */
const OWNED = new Set(['CUDA_VISIBLE_DEVICES', 'GPT_EXECUTOR']);
const FALLBACK = 'GPT_TP_FALLBACK';

/**
 * The engine's environment: `base` (with every override already applied) and the GPU's variables over it.
 * Source: RELAY_PROTOCOL 9.1, except that there a host's `WORKER_CUDA_VISIBLE_DEVICES` wins over the selection.
 */
export function confinedEnvironment({
  gpu,
  base,
}: {
  readonly gpu: Pick<DerivedGpu, 'cudaVisibleDevices' | 'executorMode'>;
  readonly base: Readonly<Record<string, string | undefined>>;
}): Record<string, string> {
  const tensorParallel = gpu.executorMode === 'tensor_parallel';
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    // Windows knows names in any case.
    const key = name.toUpperCase();
    if (value === undefined || OWNED.has(key) || (key === FALLBACK && !tensorParallel)) continue;
    env[name] = value;
  }
  if (gpu.cudaVisibleDevices !== null) env.CUDA_VISIBLE_DEVICES = gpu.cudaVisibleDevices;
  if (tensorParallel) env.GPT_EXECUTOR = 'tensor_parallel';
  return env;
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
