/** Where models come from: catalogued files that this process fetches, or the download program of an engine. */
import type { ModelEngine, ModelFile, ModelKey, ModelKind, ModelOrigin } from '../../../contract/models.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import type { FreeBytes } from '../../engines/models/download-file.ts';

/** What a model id means on this host. */
export interface ModelPlan {
  readonly key: ModelKey;
  /** What is claimed, used and deleted as one. */
  readonly place: string;
  /** Below the models directory with `/`, or absolute. */
  readonly folder: string;
  readonly kind: ModelKind;
  readonly taskTypes: readonly TaskType[];
  readonly origin: ModelOrigin;
  /** Null: known only when the engine has fetched them. */
  readonly files: readonly ModelFile[] | null;
}

export interface FetchProgress {
  readonly bytes: number;
  readonly total: number | null;
  readonly bytesPerSecond: number;
}

export interface FetchInput {
  readonly plan: ModelPlan;
  readonly taskType: TaskType;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
  readonly onVerifying: () => void;
  /** What is left of a disk's free space by the other downloads of the host. */
  readonly freeBytes: FreeBytes;
  readonly reserveBytes: number;
}

export interface FetchedModel {
  readonly files: readonly ModelFile[];
  readonly origin: ModelOrigin;
  /** Every byte was compared with a checksum known before. */
  readonly verified: boolean;
}

export interface ModelSource {
  readonly engine: ModelEngine;
  /** How many models it fetches at once. */
  readonly parallel: number;
  /** Models that may be fetched without anybody having asked for them. */
  readonly known: readonly ModelPlan[];
  /** @throws EngineError MODEL_UNKNOWN */
  plan(key: ModelKey, taskType: TaskType): ModelPlan;
  /**
   * Resolves when the model is on disk.
   * @throws EngineError MODEL_*; ModelStoreError MODEL_ENGINE_FAILED; anything when the signal aborts
   */
  fetch(input: FetchInput): Promise<FetchedModel>;
  /** Gives its connections back. */
  close?(): Promise<void>;
}
