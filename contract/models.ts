/**
 * What a UI can read about the host's models, and request. Sizes in bytes, speeds in bytes per second, times in epoch
 * ms.
 */
import { z } from 'zod';
import { MODEL_TYPES } from '../protocol/models/model-id.ts';
import { TASK_TYPE, type TaskType } from '../protocol/tasks/status.ts';
import { errorViewSchema } from './worker-channel.ts';

export const taskTypeSchema = z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]);

/** Which engine can use a model: ours and the network's own store different files under the same model ID. */
export const MODEL_ENGINES = ['embedded', 'official'] as const;
export type ModelEngine = (typeof MODEL_ENGINES)[number];

const modelKey = { engine: z.enum(MODEL_ENGINES), modelId: z.string().min(1) };
export const modelKeySchema = z.object(modelKey);
/** `modelId` is `<base|lora|controlnet>:<name>[+<variant>]`, the name lower-cased unless it is a URL. */
export type ModelKey = z.output<typeof modelKeySchema>;

const bytes = z.number().int().nonnegative();
const time = z.number();

export const modelProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** What was found: a file's name and size. May be empty. */
  detail: z.string(),
});

export const modelFileSchema = z.object({
  /** Relative to the model's folder, with `/`. */
  path: z.string(),
  sizeBytes: bytes,
  /** Lower-case hex; null if unknown. */
  sha256: z.string().nullable(),
});
export type ModelFile = z.output<typeof modelFileSchema>;

export const modelOriginSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bundled') }),
  /** `revision` is a commit if it is known, otherwise a branch or tag. */
  z.object({ kind: z.literal('hub'), hubUrl: z.string().nullable(), repo: z.string(), revision: z.string().nullable() }),
  z.object({ kind: z.literal('url'), url: z.string() }),
]);
export type ModelOrigin = z.output<typeof modelOriginSchema>;

/** `huggingface` and `external` are the official worker's own caches. */
export const MODEL_KINDS = ['bundled', 'gguf', 'onnx', 'huggingface', 'external'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export const modelStateSchema = z.discriminatedUnion('kind', [
  /** In a catalogue, but not on disk. */
  z.object({ kind: z.literal('absent') }),
  /** A download that is unfinished or was abandoned. */
  z.object({ kind: z.literal('partial'), bytes }),
  /** All files exist with their right sizes; `verifiedAtMs`: when their checksums were last verified. */
  z.object({ kind: z.literal('present'), verifiedAtMs: time.nullable() }),
  z.object({ kind: z.literal('missing'), problem: modelProblemSchema }),
  z.object({ kind: z.literal('corrupt'), problem: modelProblemSchema }),
]);
export type ModelState = z.output<typeof modelStateSchema>;

export const profileMarkSchema = z.object({ profile: z.string(), pid: z.number().int() });
export type ProfileMark = z.output<typeof profileMarkSchema>;

export const modelViewSchema = z.object({
  ...modelKey,
  type: z.enum(MODEL_TYPES),
  name: z.string(),
  variant: z.string().nullable(),
  kind: z.enum(MODEL_KINDS),
  /** Task types that it enables on a node. */
  taskTypes: z.array(taskTypeSchema),
  /** Absolute folder; several IDs may share one. */
  folder: z.string(),
  sizeBytes: bytes,
  files: z.array(modelFileSchema),
  origin: modelOriginSchema,
  state: modelStateSchema,
  /** Null: not downloaded by this program, or not known to be complete. */
  downloadedAtMs: time.nullable(),
  lastUsedAtMs: time.nullable(),
  /** Running profiles that are currently executing a task with it. */
  usedBy: z.array(profileMarkSchema),
  /** Profiles that offer it to their network. */
  offeredBy: z.array(z.string()),
});
export type ModelView = z.output<typeof modelViewSchema>;

export const downloadStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued') }),
  z.object({
    kind: z.literal('downloading'),
    bytes,
    /** Null: the engine downloads it and does not report the size. */
    total: bytes.nullable(),
    bytesPerSecond: z.number().nonnegative(),
    secondsLeft: z.number().nonnegative().nullable(),
  }),
  z.object({ kind: z.literal('verifying'), bytes, total: bytes.nullable() }),
  z.object({ kind: z.literal('paused'), bytes, total: bytes.nullable() }),
  z.object({ kind: z.literal('done') }),
  /** `retryAtMs` null: it is not retried automatically. */
  z.object({ kind: z.literal('failed'), error: errorViewSchema, failures: z.number().int(), retryAtMs: time.nullable() }),
  /** The part that has arrived is kept. */
  z.object({ kind: z.literal('cancelled') }),
]);
export type DownloadState = z.output<typeof downloadStateSchema>;

/** Who wants it: a task (until its deadline), the network (RELAY_PROTOCOL 8.8), or the host. */
export const DOWNLOAD_PURPOSES = ['task', 'network', 'host'] as const;
export type DownloadPurpose = (typeof DOWNLOAD_PURPOSES)[number];

export const downloadViewSchema = z.object({
  ...modelKey,
  taskType: taskTypeSchema,
  state: downloadStateSchema,
  wantedBy: z.array(z.object({ profile: z.string(), purpose: z.enum(DOWNLOAD_PURPOSES) })),
  /** The process that is working on it. */
  by: profileMarkSchema.nullable(),
  createdAtMs: time,
});
export type DownloadView = z.output<typeof downloadViewSchema>;

/** On disk, but not part of a known model. */
export const unknownItemSchema = z.object({ path: z.string(), sizeBytes: bytes, problem: modelProblemSchema });
export type UnknownItem = z.output<typeof unknownItemSchema>;

export const modelsDiskSchema = z.object({
  directory: z.string(),
  /** Null before the first scan. */
  freeBytes: bytes.nullable(),
  /** Free space that every download must leave. */
  reserveBytes: bytes,
  /** Size of all models here, counting each folder once. */
  usedBytes: bytes,
  scannedAtMs: time.nullable(),
});

/**
 * `revision` increases by one. A snapshot replaces everything, also if it comes again, which happens if the reader was
 * too slow.
 */
export const modelsUpdateSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('snapshot'),
    revision: z.number().int(),
    models: z.array(modelViewSchema),
    downloads: z.array(downloadViewSchema),
    unknown: z.array(unknownItemSchema),
    disk: modelsDiskSchema,
  }),
  z.object({
    kind: z.literal('delta'),
    revision: z.number().int(),
    models: z.array(modelViewSchema),
    removedModels: z.array(modelKeySchema),
    downloads: z.array(downloadViewSchema),
    removedDownloads: z.array(modelKeySchema),
    /** Null: unchanged. */
    unknown: z.array(unknownItemSchema).nullable(),
    disk: modelsDiskSchema.nullable(),
  }),
]);
export type ModelsUpdate = z.output<typeof modelsUpdateSchema>;

/** The effects of deleting a model, for the host to confirm. */
export const removalSchema = z.object({
  /** All IDs that share the files. */
  modelIds: z.array(z.string()),
  freedBytes: bytes,
  profiles: z.array(z.object({ profile: z.string(), modelIds: z.array(z.string()), taskTypes: z.array(taskTypeSchema) })),
  /** Why it cannot be deleted now; null = it can. */
  refusal: errorViewSchema.nullable(),
});
export type Removal = z.output<typeof removalSchema>;

export const modelsRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('download'), ...modelKey, taskType: taskTypeSchema }),
  z.object({ type: z.literal('pause'), ...modelKey }),
  z.object({ type: z.literal('resume'), ...modelKey }),
  z.object({ type: z.literal('cancel'), ...modelKey }),
  z.object({ type: z.literal('removal'), ...modelKey }),
  z.object({ type: z.literal('remove'), ...modelKey }),
  z.object({ type: z.literal('removeUnknown'), path: z.string().min(1) }),
  z.object({ type: z.literal('verify'), ...modelKey }),
  z.object({ type: z.literal('scan') }),
]);
export type ModelsRequest = z.output<typeof modelsRequestSchema>;

export const modelsAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('removal'), removal: removalSchema }),
  z.object({ type: z.literal('refused'), error: errorViewSchema }),
]);
export type ModelsAnswer = z.output<typeof modelsAnswerSchema>;
