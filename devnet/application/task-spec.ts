/** What an application wants computed. */
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { TASK_TYPE, type TaskType } from '../../protocol/tasks/status.ts';
import type { CreateTaskPayload } from '../../protocol/wire/task.ts';
import { DevnetError } from '../errors.ts';
import { configWei } from '../relay/config.ts';

const taskSpecSchema = z.object({
  type: z.enum(['StableDiffusion', 'Llm', 'FineTuneLora'] satisfies TaskType[]),
  /** JSON text, sent unchanged. */
  args: z.string().min(1),
  modelIds: z.array(z.string().min(1)).min(1).readonly(),
  /** Per task; a sampled task pays three fees up front and gets two back. */
  feeWei: configWei,
  /** Lowest node version that may run it. */
  version: z.string().default('3.0.0'),
  minVramGib: z.number().int().nonnegative().default(0),
  requiredGpu: z.string().default(''),
  requiredGpuVramGib: z.number().int().nonnegative().default(0),
  size: z.number().int().nonnegative().default(1),
  /** Seconds; fine-tune tasks only. */
  timeoutSeconds: z.number().int().nonnegative().default(0),
});
export type TaskSpec = z.output<typeof taskSpecSchema>;
export type TaskSpecInput = z.input<typeof taskSpecSchema>;

/** @throws DevnetError DEVNET_BAD_TASK naming the first bad field. */
export function parseTaskSpec(input: TaskSpecInput): TaskSpec {
  const result = taskSpecSchema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new DevnetError('DEVNET_BAD_TASK', `task: ${field}: ${issue?.message ?? 'invalid'}`, { field });
}

export function createPayload(
  spec: TaskSpec,
  { commitment, nonce }: { readonly commitment: Hex; readonly nonce: Hex },
): CreateTaskPayload {
  return {
    task_id_commitment: commitment,
    task_args: spec.args,
    task_type: TASK_TYPE[spec.type],
    nonce,
    task_model_ids: spec.modelIds,
    min_vram: spec.minVramGib,
    required_gpu: spec.requiredGpu,
    required_gpu_vram: spec.requiredGpuVramGib,
    task_version: spec.version,
    task_size: spec.size,
    task_fee: spec.feeWei.toString(),
    ...(spec.timeoutSeconds === 0 ? {} : { timeout: spec.timeoutSeconds }),
  };
}
