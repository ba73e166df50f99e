/** What can go wrong with the host's model store. Downloads themselves fail with the codes of `worker/engines`. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const MODEL_STORE_ERRORS = {
  MODEL_STORE_UNUSABLE: {
    meaning: 'The file that records the host’s models cannot be used; the models themselves were not touched.',
    remedy:
      'The message says what is wrong with it. Install the newer version again, or move models.sqlite away: it is rebuilt from what is on disk.',
  },
  MODEL_BAD_REQUEST: {
    meaning: 'A request to the model store does not fit the contract.',
    remedy: 'The message names the field; program and window have different versions.',
  },
  MODEL_NOT_FOUND: {
    meaning: 'The model store has no such model, download or file.',
    remedy: 'Check again: it may have been deleted by another profile.',
  },
  MODEL_MISSING: {
    meaning: 'A model that was on disk is no longer there.',
    remedy: 'Download it again, or delete its record. Something else removed the files.',
  },
  MODEL_DAMAGED: {
    meaning: 'A model’s files on disk are not what was downloaded (size or checksum).',
    remedy: 'Download it again. If it happens again, check the disk.',
  },
  MODEL_UNRECORDED: {
    meaning: 'A file or folder in the models directory belongs to no model that this program knows.',
    remedy: 'Keep it, or delete it; nothing uses it.',
  },
  MODEL_IN_USE: {
    meaning: 'A model cannot be deleted because a running profile executes a task with it.',
    remedy: 'Wait until the task has ended, or pause the profile.',
  },
  MODEL_BUSY: {
    meaning: 'A model is being downloaded, verified or deleted, here or by another profile.',
    remedy: 'Wait until that has ended, or cancel the download.',
  },
  MODEL_IS_BUNDLED: {
    meaning: 'A model is part of this program and can be neither deleted nor downloaded.',
    remedy: 'None; if it is damaged, install the program again.',
  },
  MODEL_NOT_DELETED: {
    meaning: 'Files of a model could not be deleted; some may be gone.',
    remedy: 'Stop what uses them, check the permissions, and delete the model again.',
  },
  MODEL_ILLEGAL_STATE: {
    meaning: 'A download cannot do this in its current state.',
    remedy: 'Check its state again; it may have ended meanwhile.',
  },
  MODEL_DEADLINE: {
    meaning: 'A model that a task needs did not arrive before the task’s deadline.',
    remedy: 'The task times out; what has been downloaded is kept. Download large models in advance.',
  },
  MODEL_ENGINE_FAILED: {
    meaning: 'The engine’s download program could not fetch a model; the message is its last output.',
    remedy: 'Check the connection, the disk and the hub.',
  },
} as const satisfies ErrorCatalogue;

export type ModelStoreErrorCode = keyof typeof MODEL_STORE_ERRORS;

export class ModelStoreError extends CodedError<ModelStoreErrorCode> {}

export function isModelStoreError(error: unknown, code?: ModelStoreErrorCode): error is ModelStoreError {
  return error instanceof ModelStoreError && (code === undefined || error.code === code);
}

/** A problem with a model, as opposed to a failed call. */
export interface ModelProblem {
  readonly code: ModelStoreErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** What was found. */
  readonly detail: string;
}

export function modelProblem(code: ModelStoreErrorCode, detail: string): ModelProblem {
  const { meaning, remedy } = MODEL_STORE_ERRORS[code];
  return { code, message: meaning, remedy, detail };
}
