/** Errors between a worker and its engine programs, inside the embedded engine, and of its models. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const ENGINE_ERRORS = {
  ENGINE_ILLEGAL_STATE: {
    meaning: 'The engine was asked for something that its current state does not allow, such as a second start.',
    remedy: 'Report it: this is a bug.',
  },
  ENGINE_STOPPED: {
    meaning: 'The engine was stopped while something waited for it.',
    remedy: 'None needed when the node is being stopped; otherwise start it again.',
  },
  ENGINE_AWAY: {
    meaning: "The engine's program exited unexpectedly, or could not be started; it is restarted at growing intervals.",
    remedy:
      "Read its last output, which is shown with this error and in the node's log; then check its installation, the graphics card and the memory.",
  },
  ENGINE_WARM_UP_FAILED: {
    meaning: 'The engine failed its warm-up task, so the node takes no tasks from the network.',
    remedy: 'The message says why, and the log has more. Check model, card and memory, then run the warm-up again.',
  },
  ENGINE_TOO_SLOW: {
    meaning: 'Even with the model loaded, the engine took longer for a short task than the network allows for some tasks.',
    remedy: 'Offer a smaller model, or keep other programs off the card and the disk, then run the warm-up again.',
  },
  ENGINE_JOB_REPEATED: {
    meaning: 'A task would have gone to an engine process that already had it; it was not sent.',
    remedy: 'None needed: a task runs at most once per engine lifetime.',
  },
  ENGINE_BAD_MESSAGE: {
    meaning: 'An engine sent something that the engine protocol does not define, or a result that nobody requested.',
    remedy: 'The connection was dropped and the engine may reconnect. Check that the engine program fits this version.',
  },
  ENGINE_BAD_PID_FILE: {
    meaning: 'The record of the last engine process is unreadable; no process was ended because of it.',
    remedy: 'If an engine of an earlier run still occupies the GPU, end it by hand.',
  },
  ENGINE_ORPHAN_REMAINS: {
    meaning: 'An engine process of an earlier run could not be ended.',
    remedy: 'End the process by hand; the message names it.',
  },
  ENGINE_BAD_ENVIRONMENT: {
    meaning: 'An engine program was started with missing or malformed environment variables.',
    remedy: 'Engines are started by a worker; the message names the variable.',
  },
  ENGINE_UNSUPPORTED: {
    meaning: 'The embedded engine cannot do what this task requires, although other engines can.',
    remedy: 'Nothing is reported, and the task times out. Use the official worker for such tasks.',
  },
  ENGINE_NO_GPU: {
    meaning: 'The node is confined to GPUs that the embedded engine cannot use; it does not fall back to the processor.',
    remedy:
      'Check the NVIDIA driver, and install the back end that packages leave out (crynux-node backends install cuda); or choose no GPU for this node.',
  },
  ENGINE_BACKEND_UNKNOWN: {
    meaning: 'There is no GPU back end with that name for this system.',
    remedy: 'See crynux-node backends list.',
  },
  ENGINE_BACKEND_DOWNLOAD: {
    meaning: 'A GPU back end could not be downloaded, or the download does not match the list; nothing of it was kept.',
    remedy: 'Check the connection (to the npm registry, or the proxy), and try again.',
  },
  ENGINE_BACKEND_CHANGED: {
    meaning: 'A file of an installed GPU back end differs from the one that was installed; the engine was not started with it.',
    remedy: 'Remove the back end and install it again (crynux-node backends). If you did not change the file, find out who did.',
  },
  OFFICIAL_NOT_FOUND: {
    meaning: 'Nothing was found at the path given for the official worker.',
    remedy: 'Give the folder into which the official node was unpacked or installed.',
  },
  OFFICIAL_WRONG_LAYOUT: {
    meaning: 'The given path is not an installation of the official node: its worker program is missing.',
    remedy:
      'Give the folder that holds `worker` or `crynux_worker_process`, or the app on macOS; if it is the right one, install the node again.',
  },
  OFFICIAL_WRONG_PLATFORM: {
    meaning: 'The installation is for another operating system.',
    remedy: 'Install the release of the official node for this system.',
  },
  OFFICIAL_NO_PYTHON: {
    meaning: 'The official worker has no virtual environment, and there is no Python on the path to use instead.',
    remedy: "Create `worker/venv` as the official node's instructions say.",
  },
  OFFICIAL_BROKEN_PYTHON: {
    meaning: "The Python of the official worker's virtual environment is missing, for example after a system update.",
    remedy: 'Create `worker/venv` again.',
  },
  OFFICIAL_NOT_EXECUTABLE: {
    meaning: "This user may not execute the official worker's program.",
    remedy: 'Make it executable (chmod +x), or unpack the release again with a tool that keeps permissions.',
  },
  OFFICIAL_NO_PACKAGE: {
    meaning: "The worker's Python package is not in its virtual environment.",
    remedy: "Install it there as the official node's instructions say.",
  },
  OFFICIAL_BAD_VERSION: {
    meaning: 'The version of the official worker is not three numbers, so the network would refuse it.',
    remedy: 'Install a released version of the official node.',
  },
  OFFICIAL_BAD_SETTING: {
    meaning:
      "A setting for the official worker in the official node's `.env` file is one that the worker refuses, so it would exit immediately.",
    remedy: 'Correct or remove the line that the message names; values must be spelt exactly as the worker expects.',
  },
  OFFICIAL_NO_PATCH_LIST: {
    meaning: 'The list of patches for the official worker could not be read.',
    remedy: 'None needed: the worker asks again automatically.',
  },
  MODEL_BAD_CATALOGUE: {
    meaning: 'A model catalogue is not JSON of the expected shape.',
    remedy: 'Correct the file; the message names the first bad field.',
  },
  MODEL_UNKNOWN: {
    meaning: 'A model is in no catalogue of the embedded engine.',
    remedy: 'Add it to catalogue.json in the models directory.',
  },
  MODEL_REFUSED: {
    meaning: 'The model hub does not have the file, or refuses access to it.',
    remedy: 'Check the hub URL and the catalogue entry.',
  },
  MODEL_CORRUPT: {
    meaning: 'A downloaded model is not the file the catalogue describes (length or SHA-256); it was discarded.',
    remedy: 'Try again. If it happens again, the hub has another file under that name.',
  },
  MODEL_INTERRUPTED: {
    meaning:
      'A model download was interrupted too often; what has been downloaded is kept, and the next attempt continues there.',
    remedy: 'Check the connection and try again.',
  },
  MODEL_NO_SPACE: {
    meaning: 'There is not enough free disk space for a model.',
    remedy: 'Free some space; the message says how much is needed.',
  },
  MODEL_CANCELLED: { meaning: 'A model download was cancelled.', remedy: 'None needed; it continues where it stopped.' },
} as const satisfies ErrorCatalogue;

export type EngineErrorCode = keyof typeof ENGINE_ERRORS;

export class EngineError extends CodedError<EngineErrorCode> {}

export function isEngineError(error: unknown, code?: EngineErrorCode): error is EngineError {
  return error instanceof EngineError && (code === undefined || error.code === code);
}
