/** Task objects and requests of the relay's HTTP API. Source: RELAY_PROTOCOL 2.4, 3.2. */
import { z } from 'zod';
import {
  abortReasonField,
  addressField,
  commitmentField,
  goArray,
  hexField,
  taskErrorField,
  taskStatusField,
  taskTypeField,
  timeField,
  uintField,
  weiField,
} from './fields.ts';

/** The arguments that the relay accepts. */
const MAX_TASK_ARGS = 32 * 1024 ** 2;
const MAX_MODELS = 256;
const MAX_SCORE = 64 * 1024;

/** The relay's InferenceTask (3.2.2). `timeout` in seconds, VRAM in GiB, `taskFee` in wei, times in epoch ms. */
export const inferenceTaskSchema = z
  .object({
    sequence: uintField,
    task_args: z.string().max(MAX_TASK_ARGS),
    task_id_commitment: commitmentField,
    creator: addressField,
    sampling_seed: hexField,
    nonce: hexField,
    status: taskStatusField,
    task_type: taskTypeField,
    task_version: z.string().max(256),
    timeout: uintField,
    min_vram: uintField,
    required_gpu: z.string().max(1_024),
    required_gpu_vram: uintField,
    task_fee: weiField,
    task_size: uintField,
    model_ids: goArray(z.string().max(1_024), MAX_MODELS),
    abort_reason: abortReasonField,
    task_error: taskErrorField,
    score: z.string().max(MAX_SCORE),
    qos_score: z.number(),
    selected_node: z.union([addressField, z.literal('')]),
    create_time: timeField.optional(),
    start_time: timeField.optional(),
    score_ready_time: timeField.optional(),
    validated_time: timeField.optional(),
    result_uploaded_time: timeField.optional(),
  })
  .transform((task) => ({
    sequence: task.sequence,
    taskArgs: task.task_args,
    commitment: task.task_id_commitment,
    creator: task.creator,
    samplingSeed: task.sampling_seed,
    nonce: task.nonce,
    status: task.status,
    type: task.task_type,
    version: task.task_version,
    timeoutSeconds: task.timeout,
    minVramGib: task.min_vram,
    requiredGpu: task.required_gpu,
    requiredGpuVramGib: task.required_gpu_vram,
    feeWei: task.task_fee,
    size: task.task_size,
    modelIds: task.model_ids,
    abortReason: task.abort_reason,
    error: task.task_error,
    score: task.score,
    qosScore: task.qos_score,
    selectedNode: task.selected_node === '' ? null : task.selected_node,
    createTimeMs: task.create_time ?? null,
    startTimeMs: task.start_time ?? null,
    scoreReadyTimeMs: task.score_ready_time ?? null,
    validatedTimeMs: task.validated_time ?? null,
    resultUploadedTimeMs: task.result_uploaded_time ?? null,
  }));

/** A task as the network reported it, with this project's own names. */
export type RemoteTask = z.output<typeof inferenceTaskSchema>;
/** The JSON that a relay sends. */
export type InferenceTaskWire = z.input<typeof inferenceTaskSchema>;

/** Signed part of POST /v1/inference_tasks/:c (2.4). A zero `timeout` is left out of the signed JSON. */
export interface CreateTaskPayload {
  readonly task_id_commitment: string;
  readonly task_args: string;
  readonly task_type: number;
  readonly nonce: string;
  readonly task_model_ids: readonly string[];
  readonly min_vram: number | null;
  readonly required_gpu: string | null;
  readonly required_gpu_vram: number | null;
  readonly task_version: string;
  readonly task_size: number | null;
  readonly task_fee: string;
  readonly timeout?: number;
}

/** Signed part of POST …/validate (2.4). */
export interface ValidateTaskPayload {
  readonly task_id_commitments: readonly string[];
  readonly task_id: string;
  readonly vrf_proof: string;
  readonly public_key: string;
}
