/** What onnxruntime computes on. */
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { EngineError } from '../../errors.ts';
import type { EmbeddedDevice } from '../environment.ts';

export type Provider = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

/** Tried if the worker leaves the choice; WebGPU only on request. */
const NATIVE_PROVIDERS: readonly Provider[] = ['dml', 'coreml'];

/** A model with one operator, y = −x; a test compares it with the output of the model writer. */
export const PROBE_MODEL =
  'CAgSE2NyeW51eC1ub2RlLWRlc2t0b3A6OQoOCgF4EgF5GgF5IgNOZWcSBXByb2JlWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUICEBE=';

/**
 * Opens a first session, because onnxruntime silently omits a provider that its build does not have, and lists CUDA
 * even if its libraries are missing.
 * @throws EngineError ENGINE_NO_GPU if it is confined to a device that it cannot use (law 6).
 */
export async function chooseProvider(device: EmbeddedDevice | 'webgpu'): Promise<Provider> {
  if (device === 'cpu') return 'cpu';
  if (device === 'auto') {
    for (const provider of NATIVE_PROVIDERS) if ((await failureOf(provider)) === null) return provider;
    return 'cpu';
  }
  const failure = await failureOf(device);
  if (failure !== null) throw new EngineError('ENGINE_NO_GPU', `onnxruntime cannot use ${device}: ${failure}`);
  return device;
}

async function failureOf(provider: Provider): Promise<string | null> {
  if (!listSupportedBackends().some(({ name }) => name === provider)) return 'it is not part of this build';
  try {
    // 4: only fatal messages; the refusal is reported here.
    const options = { executionProviders: [provider], logSeverityLevel: 4 } as const;
    const session = await InferenceSession.create(Buffer.from(PROBE_MODEL, 'base64'), options);
    await session.release();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
