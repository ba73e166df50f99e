/** On what onnxruntime computes. */
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { EngineError } from '../../errors.ts';
import type { EmbeddedDevice } from '../environment.ts';

export type Provider = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

/** Tried where the worker leaves the choice; WebGPU only when it is asked for. */
const NATIVE: readonly Provider[] = ['dml', 'coreml'];

/** A model of one operator, y = −x; a test compares it with what the model writer makes. */
export const PROBE_MODEL =
  'CAgSE2NyeW51eC1ub2RlLWRlc2t0b3A6OQoOCgF4EgF5GgF5IgNOZWcSBXByb2JlWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUICEBE=';

/**
 * Opens a first session, because onnxruntime quietly leaves out a provider that its build does not have, and lists
 * CUDA even where its libraries are missing.
 * @throws EngineError ENGINE_NO_GPU when it is confined to a device that it cannot use (law 6).
 */
export async function chooseProvider(device: EmbeddedDevice | 'webgpu'): Promise<Provider> {
  if (device === 'cpu') return 'cpu';
  if (device === 'auto') {
    for (const provider of NATIVE) if ((await failureOf(provider)) === null) return provider;
    return 'cpu';
  }
  const failure = await failureOf(device);
  if (failure !== null) throw new EngineError('ENGINE_NO_GPU', `onnxruntime cannot use ${device}: ${failure}`);
  return device;
}

async function failureOf(provider: Provider): Promise<string | null> {
  if (!listSupportedBackends().some(({ name }) => name === provider)) return 'it is not part of this build';
  try {
    // 4: only what is fatal; the refusal is reported here.
    const options = { executionProviders: [provider], logSeverityLevel: 4 } as const;
    const session = await InferenceSession.create(Buffer.from(PROBE_MODEL, 'base64'), options);
    await session.release();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
