/** The engine's job for a task. Source: RELAY_PROTOCOL 7.4, 8.6. */
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineModel } from '../../protocol/engine/messages.ts';
import { isBaseModelId, normaliseModelNames, parseModelId } from '../../protocol/models/model-id.ts';
import { engineDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import type { EngineJob } from '../engines/engine.ts';
import type { StoredTask } from '../store/tasks.ts';

/** @throws ProtocolError PROTOCOL_BAD_MODEL_ID */
function engineModel(modelId: string): EngineModel {
  const { type, name, variant } = parseModelId(modelId);
  return { id: name, type, variant };
}

/** Models other than the base model, which are fetched before the execution. */
export function auxiliaryModels(task: StoredTask): EngineModel[] {
  return task.modelIds.filter((id) => !isBaseModelId(id)).map(engineModel);
}

export interface JobContext {
  readonly outputDir: string;
  /** Directory with the unpacked input checkpoint, null if the task has none. */
  readonly checkpointDir: string | null;
  /** The network's time. */
  readonly networkNow: () => number;
}

/** @throws ProtocolError PROTOCOL_BAD_MODEL_ID */
export function engineJob(task: StoredTask, place: JobContext): EngineJob {
  const deadlineMs = engineDeadlineMs({ startTimeMs: task.startTimeMs ?? 0, timeoutSeconds: task.timeoutSeconds });
  return {
    commitment: task.commitment,
    type: task.type,
    models: task.modelIds.map(engineModel),
    taskArgs: engineArgs(task, place.checkpointDir),
    outputDir: place.outputDir,
    timeLeftMs: () => deadlineMs - place.networkNow(),
  };
}

/** True if the arguments name an input checkpoint that must be downloaded (8.6 step 3). */
export function needsCheckpoint(task: StoredTask): boolean {
  if (task.type !== 'FineTuneLora') return false;
  const args = readJson(task.taskArgs);
  return typeof args === 'object' && args !== null && 'checkpoint' in args && typeof args.checkpoint === 'string';
}

/** The number of images that a task makes; one if unknown, none for a text task. */
export function expectedImages(task: StoredTask): number {
  if (task.type === 'Llm') return 0;
  const parsed = imageCountSchema.safeParse(readJson(task.taskArgs));
  return parsed.success ? parsed.data.task_config.num_images : 1;
}

const imageCountSchema = z.object({ task_config: z.object({ num_images: z.number().int().positive() }) });

/**
 * The arguments with normalised model names. Text that needs no change is passed on byte for byte, because parsing and
 * writing it again would change numbers that JavaScript cannot represent. Text that is not JSON is passed on for the engine
 * to refuse.
 */
function engineArgs(task: StoredTask, checkpointDir: string | null): string {
  const args = readJson(task.taskArgs);
  if (args === undefined) return task.taskArgs;
  const named = normaliseModelNames(task.type, args);
  const changed = checkpointDir === null ? named : { ...(named as object), checkpoint: join(checkpointDir) };
  return JSON.stringify(changed) === JSON.stringify(args) ? task.taskArgs : JSON.stringify(changed);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
