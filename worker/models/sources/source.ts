/** Where models come from: catalogued files that this process downloads, or an engine's download program. */
import type { ModelEngine, ModelFile, ModelKey, ModelKind, ModelOrigin } from '../../../contract/models.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import type { FreeBytes } from '../../engines/models/download-file.ts';

/** What a model ID refers to on this host. */
export interface ModelPlan {
  readonly key: ModelKey;
  /** The unit that is claimed, used and deleted. */
  readonly place: string;
  /** Relative to the models directory with `/`, or absolute. */
  readonly folder: string;
  readonly kind: ModelKind;
  readonly taskTypes: readonly TaskType[];
  readonly origin: ModelOrigin;
  /** Null: known only after the engine has downloaded them. */
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
  /** Free space of the disk, minus what the host's other downloads still need. */
  readonly freeBytes: FreeBytes;
  readonly reserveBytes: number;
}

export interface FetchedModel {
  readonly files: readonly ModelFile[];
  readonly origin: ModelOrigin;
  /** Every byte was compared with a checksum that was known beforehand. */
  readonly verified: boolean;
}

export interface ModelSource {
  readonly engine: ModelEngine;
  /** How many models it downloads at once. */
  readonly parallel: number;
  /** Models that can be downloaded without being requested. */
  readonly known: readonly ModelPlan[];
  /** @throws EngineError MODEL_UNKNOWN */
  plan(key: ModelKey, taskType: TaskType): ModelPlan;
  /**
   * Resolves when the model is on disk.
   * @throws EngineError MODEL_*; ModelStoreError MODEL_ENGINE_FAILED; anything when the signal aborts
   */
  fetch(input: FetchInput): Promise<FetchedModel>;
  /** Closes its connections. */
  close?(): Promise<void>;
}
