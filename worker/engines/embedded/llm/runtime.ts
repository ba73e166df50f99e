/** llama.cpp, and the one model that it keeps loaded. */
import { stat } from 'node:fs/promises';
import type { Llama, LlamaContextSequence, LlamaModel } from 'node-llama-cpp';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { findInstalledBackends } from '../../backends/installed.ts';
import { EngineError } from '../../errors.ts';
import type { GgufModel } from '../../models/catalogue.ts';
import type { EmbeddedDevice } from '../environment.ts';

const BATCH_TOKENS = 512;
/** Below this, handing work to other threads costs more than it saves. */
const ONE_THREAD_BELOW_BYTES = 32 * 1024 * 1024;

export interface LoadedModel {
  readonly model: LlamaModel;
  /** Empty at the start of every task. */
  readonly sequence: LlamaContextSequence;
  readonly entry: GgufModel;
}

export interface LlmRuntime {
  readonly gpuCount: number;
  /** Replaces the model loaded before, if it is a different one. */
  load(entry: GgufModel): Promise<LoadedModel>;
  /** Frees the model; the next task loads it again. */
  release(): Promise<void>;
}

/**
 * @throws EngineError ENGINE_BACKEND_CHANGED; ENGINE_NO_GPU if it is confined to NVIDIA cards and cannot use them (law
 * 6).
 */
export async function startRuntime(device: EmbeddedDevice): Promise<LlmRuntime> {
  // A package includes only the processor's back end.
  if (device !== 'cpu') await findInstalledBackends();
  const llama = await openLlama(device);
  const gpuCount = llama.gpu === false ? 0 : (await llama.getGpuDeviceNames()).length;
  if (device === 'cuda' && gpuCount === 0) {
    throw new EngineError('ENGINE_NO_GPU', 'none of the GPUs in CUDA_VISIBLE_DEVICES can be used');
  }
  let loaded: LoadedModel | null = null;
  const release = async () => {
    const previous = loaded;
    loaded = null;
    await previous?.model.dispose();
  };
  return {
    gpuCount,
    release,
    async load(entry) {
      if (loaded?.entry.file === entry.file) return loaded;
      await release();
      loaded = await open(llama, entry);
      return loaded;
    },
  };
}

async function openLlama(device: EmbeddedDevice): Promise<Llama> {
  const common = { build: 'never', skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.warn } as const;
  const logger = (level: string, message: string) => {
    process.stderr.write(`${JSON.stringify({ event: 'llama', level, message: message.trim() })}\n`);
  };
  try {
    return await getLlama({ ...common, logger, gpu: device === 'cpu' ? false : device });
  } catch (cause) {
    if (device !== 'cuda') throw cause;
    throw new EngineError('ENGINE_NO_GPU', 'llama.cpp cannot use CUDA on this machine', {}, { cause });
  }
}

/** Everything that could change the order of a sum is fixed: layers on the GPU, threads, batch, attention kernel. */
async function open(llama: Llama, entry: GgufModel): Promise<LoadedModel> {
  const model = await llama.loadModel({ modelPath: entry.file, gpuLayers: llama.gpu === false ? 0 : 'max' });
  const { size } = await stat(entry.file);
  const context = await model.createContext({
    contextSize: Math.min(entry.contextTokens, model.trainContextSize),
    sequences: 1,
    batchSize: BATCH_TOKENS,
    flashAttention: false,
    threads: size < ONE_THREAD_BELOW_BYTES ? 1 : llama.cpuMathCores,
  });
  return { model, sequence: context.getSequence(), entry };
}
