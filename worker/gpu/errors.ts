/** Errors of the machine's cards, their assignment and their guards. */
import { CodedError, type ErrorCatalogue, type ErrorData } from '../../protocol/errors.ts';

export const GPU_ERRORS = {
  GPU_BINARY_MISSING: {
    meaning: 'nvidia-smi, which comes with the NVIDIA driver, was not found.',
    remedy: 'Install the NVIDIA driver, or give the path of nvidia-smi. Without an NVIDIA card there is nothing to do.',
  },
  GPU_NO_DRIVER: {
    meaning: 'nvidia-smi cannot reach the NVIDIA driver.',
    remedy: 'Install or repair the NVIDIA driver, then restart the machine.',
  },
  GPU_DRIVER_MISMATCH: {
    meaning: 'The running NVIDIA driver and its library have different versions, as after an update.',
    remedy: 'Restart the machine.',
  },
  GPU_NO_PERMISSION: {
    meaning: 'This user may not use the NVIDIA driver.',
    remedy: 'Give the user (or the container) access to the NVIDIA devices.',
  },
  GPU_NO_CARDS: {
    meaning: 'The NVIDIA driver runs but sees no card.',
    remedy: 'Check that the card is seated, powered and passed through to this machine.',
  },
  GPU_CARD_LOST: {
    meaning: 'The driver has lost a card: it fell off the bus or needs a reset.',
    remedy: 'Shut the machine down, check power and seating of the card, and start it again.',
  },
  GPU_PROBE_TIMED_OUT: {
    meaning: 'nvidia-smi did not answer in time; the driver may hang.',
    remedy:
      'Turn persistence mode on (nvidia-smi -pm 1); without it the driver restarts for every query. If that does not help, restart the machine: a card that hangs would miss every deadline.',
  },
  GPU_PROBE_UNREADABLE: {
    meaning: 'This program does not understand the output about the cards.',
    remedy: 'Update the driver, or report the output; the message says where it could not be read.',
  },
  GPU_PROBE_FAILED: {
    meaning: 'Reading the cards failed for an unknown reason.',
    remedy: 'Run nvidia-smi by hand; the message quotes its exit code and text.',
  },
  GPU_MIG_ENABLED: {
    meaning: 'The card is split into MIG instances, which this node does not use.',
    remedy: 'Turn MIG off for the card (nvidia-smi -i <card> -mig 0) and restart.',
  },
  GPU_SLOW_READING: {
    meaning: 'nvidia-smi is slow, because the driver is unloaded when nothing uses it and has to start again for every query.',
    remedy: 'Turn persistence mode on: sudo nvidia-smi -pm 1, or enable the service nvidia-persistenced.',
  },
  GPU_INFOROM_CORRUPTED: {
    meaning: "A card's infoROM, the memory with its serial number and error counts, is damaged. The card works all the same.",
    remedy: "Nothing at once. If the card shows other faults, its maker's support can repair the infoROM.",
  },
  GPU_PROBE_WARNED: {
    meaning: 'nvidia-smi has read the cards but reports a fault.',
    remedy: 'Run nvidia-smi by hand; the message quotes its exit code and text.',
  },
  GPU_COMPUTE_PROHIBITED: {
    meaning: "The card's compute mode is Prohibited.",
    remedy: 'Allow computing on it (nvidia-smi -i <card> -c 0).',
  },
  GPU_NO_IDENTITY: {
    meaning: 'The card has no readable UUID or name, so it can neither be isolated nor reported.',
    remedy: 'Update the driver.',
  },
  GPU_NO_MEMORY_SIZE: {
    meaning:
      'The driver does not report how much memory the card has. Cards that share the machine’s memory, such as GB10 and Jetson, have none of their own to report.',
    remedy:
      'Choose another card: the network assigns tasks by the memory that a card reports, and this one could report only a guess. If the card has memory of its own, update the driver.',
  },
  GPU_NOT_ISOLATABLE: {
    meaning: "An engine cannot be confined to this card: only NVIDIA cards and a Mac's own GPU can be assigned.",
    remedy: 'Choose another card.',
  },
  GPU_UNKNOWN_CARD: {
    meaning: 'A selected card is not in this machine (any more).',
    remedy: 'Choose cards again, or put the card back.',
  },
  GPU_NOT_IDENTICAL: {
    meaning: 'The selected cards do not all have exactly the same name.',
    remedy: 'Choose one card, or several of the same model.',
  },
  GPU_BAD_SELECTION: { meaning: 'A selection is empty or names a card twice.', remedy: 'Choose at least one card, each once.' },
  GPU_TAKEN: {
    meaning: 'A selected card is used by another running profile.',
    remedy: 'Stop the other profile or choose another card.',
  },
  GPU_REPORT_MISMATCH: {
    meaning: 'The name or memory that would be reported does not belong to the cards that would run the tasks.',
    remedy: 'Choose the cards again; the report is made from your selection.',
  },
  GPU_BAD_SETTINGS: {
    meaning: 'Limits, schedule or idle settings do not fit their schema.',
    remedy: 'Correct the field that the message names.',
  },
  GPU_TOO_HOT: {
    meaning: 'The card is hotter than the limit you set.',
    remedy: 'Nothing: the node resumes when it has cooled down.',
  },
  GPU_TOO_MUCH_POWER: {
    meaning: 'The card draws more power than the limit you set.',
    remedy: 'Nothing: the node resumes when it draws less.',
  },
  GPU_OUTSIDE_SCHEDULE: {
    meaning: 'Your schedule says not now.',
    remedy: 'Nothing: the node resumes at the next scheduled time.',
  },
  GPU_IN_USE: {
    meaning: 'Another program uses the card, and the node is set to work only on an idle card.',
    remedy: 'Close the program, add it to the ignored ones, or switch idle-only off.',
  },
  GPU_NO_READING: {
    meaning: 'There is no fresh reading of the card, so limits or idle-only cannot be judged.',
    remedy: 'Check nvidia-smi; the node resumes with the next reading.',
  },
  GPU_SELF_TEST_DUE: {
    meaning: 'This combination of card, driver, engine and model has not been tested.',
    remedy: 'Run the self-test; it takes one reference task.',
  },
  GPU_SELF_TEST_FAILED: {
    meaning: 'The engine could not run the reference task.',
    remedy: "Read the engine's message, fix the problem, and run the self-test again.",
  },
  GPU_SELF_TEST_CHANGED: {
    meaning: 'The reference task gives a different result than before; other nodes might disagree with yours and get it slashed.',
    remedy: 'Decide: accept the new result, or go back to the previous driver, engine or card.',
  },
  GPU_SELF_TEST_REJECTED: {
    meaning: 'You rejected the changed result of the self-test.',
    remedy: 'Go back to the previous driver, engine or card, then run the self-test again.',
  },
} as const satisfies ErrorCatalogue;

export type GpuErrorCode = keyof typeof GPU_ERRORS;

export class GpuError extends CodedError<GpuErrorCode> {}

/** An expected failure as a value: its meaning, what to do, and what was found. */
export interface GpuProblem {
  readonly code: GpuErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** What was found: exit code and first line of output, a field's value, … */
  readonly detail: string;
}

export function gpuProblem(code: GpuErrorCode, detail = ''): GpuProblem {
  return { code, message: GPU_ERRORS[code].meaning, remedy: GPU_ERRORS[code].remedy, detail };
}

export function gpuError(code: GpuErrorCode, detail: string, data: ErrorData = {}): GpuError {
  return new GpuError(code, `${GPU_ERRORS[code].meaning} ${detail}`.trim(), data);
}

/** The same as a thrown error, for a caller that cannot continue. */
export function problemError(problem: Pick<GpuProblem, 'detail'> & { readonly code: string }, data: ErrorData = {}): GpuError {
  return gpuError(isGpuErrorCode(problem.code) ? problem.code : 'GPU_NOT_ISOLATABLE', problem.detail, data);
}

function isGpuErrorCode(code: string): code is GpuErrorCode {
  return Object.hasOwn(GPU_ERRORS, code);
}
