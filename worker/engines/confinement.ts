/** How a node's cards get into the environment of its engine: the same cards that the node reports (law 6). */

/** How several cards are used for one model. */
export type ExecutorMode = 'tensor_parallel' | 'device_map';

/** Variables that select cards or how several are used; a host's own values for them would break law 6. */
const CONTROLLED_VARIABLES = new Set(['CUDA_VISIBLE_DEVICES', 'GPT_EXECUTOR']);
const FALLBACK_VARIABLES = 'GPT_TP_FALLBACK';

/**
 * The engine's environment: `base` (with all overrides already applied), overlaid with the GPU's variables. Source:
 * RELAY_PROTOCOL 9.1, except that there a host's `WORKER_CUDA_VISIBLE_DEVICES` takes precedence over the selection.
 */
export function confinedEnvironment({
  gpu,
  base,
}: {
  readonly gpu: { readonly cudaVisibleDevices: string | null; readonly executorMode: ExecutorMode };
  readonly base: Readonly<Record<string, string | undefined>>;
}): Record<string, string> {
  const tensorParallel = gpu.executorMode === 'tensor_parallel';
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    // Variable names are case-insensitive on Windows.
    const key = name.toUpperCase();
    if (value === undefined || CONTROLLED_VARIABLES.has(key) || (key === FALLBACK_VARIABLES && !tensorParallel)) continue;
    env[name] = value;
  }
  if (gpu.cudaVisibleDevices !== null) env.CUDA_VISIBLE_DEVICES = gpu.cudaVisibleDevices;
  if (tensorParallel) env.GPT_EXECUTOR = 'tensor_parallel';
  return env;
}
