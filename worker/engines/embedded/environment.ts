/** The embedded engine's environment variables. Source: RELAY_PROTOCOL 9.1; `cw_embedded_*` are its own. */
import { z } from 'zod';
import { ENGINE_ROLES } from '../../../protocol/engine/messages.ts';
import { EngineError } from '../errors.ts';

const environmentSchema = z.object({
  cw_node_url: z.url({ protocol: /^ws$/ }),
  cw_worker_role: z.enum(ENGINE_ROLES).default('inference'),
  cw_data_dir__models__huggingface: z.string().min(1),
  /** Absent = choose freely; empty = no NVIDIA card; otherwise exactly these. */
  CUDA_VISIBLE_DEVICES: z.string().optional(),
  cw_embedded_device: z.enum(['auto', 'cpu']).default('auto'),
  cw_embedded_hub_url: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
});

export interface EmbeddedEnvironment {
  readonly nodeUrl: string;
  readonly role: (typeof ENGINE_ROLES)[number];
  readonly modelsDir: string;
  readonly hubUrl: string;
  readonly device: EmbeddedDevice;
}

/** `cuda`: only this; otherwise the engine does not start. */
export type EmbeddedDevice = 'cpu' | 'cuda' | 'auto';

/** @throws EngineError ENGINE_BAD_ENVIRONMENT naming the variable. */
export function embeddedEnvironment(variables: Readonly<Record<string, string | undefined>>): EmbeddedEnvironment {
  const parsed = environmentSchema.safeParse(variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const variable = issue?.path.join('.') ?? '';
    throw new EngineError('ENGINE_BAD_ENVIRONMENT', `${variable}: ${issue?.message}`, { variable });
  }
  const { data } = parsed;
  return {
    nodeUrl: data.cw_node_url,
    role: data.cw_worker_role,
    modelsDir: data.cw_data_dir__models__huggingface,
    hubUrl: data.cw_embedded_hub_url,
    device: data.cw_embedded_device === 'cpu' ? 'cpu' : deviceFor(data.CUDA_VISIBLE_DEVICES),
  };
}

function deviceFor(visibleDevices: string | undefined): EmbeddedDevice {
  if (visibleDevices === undefined) return 'auto';
  return visibleDevices === '' ? 'cpu' : 'cuda';
}
