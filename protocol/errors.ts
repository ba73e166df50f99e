/**
 * Coded errors, the only form in which a failure crosses a border in this project.
 *
 * Each room has its own catalogue (code → meaning and remedy) and its own subclass. `docs/errors.md` is generated from the
 * catalogues, and a test checks that it is up to date.
 */

interface ErrorEntry {
  /** What happened, in one sentence, for a host. */
  readonly meaning: string;
  /** What the host (or a developer) can do about it. */
  readonly remedy: string;
}

export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>;

/** Values that survive structured clone and JSON, so that an error can cross a process. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface SerialisedError {
  readonly code: string;
  readonly message: string;
  readonly data: ErrorData;
}

export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly data: ErrorData;

  constructor(code: Code, message: string, data: ErrorData = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.data = data;
  }

  serialise(): SerialisedError {
    return { code: this.code, message: this.message, data: this.data };
  }
}

/** Any thrown value as a serialisable error; a value without a code is a bug and becomes `UNEXPECTED`. */
export function serialiseError(error: unknown): SerialisedError {
  if (error instanceof CodedError) return error.serialise();
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error), data: {} };
}

export const PROTOCOL_ERRORS = {
  PROTOCOL_BAD_HEX: {
    meaning: 'A value is not 0x-hex of the required length.',
    remedy: 'Check the value; the message names the field.',
  },
  PROTOCOL_ILLEGAL_TRANSITION: {
    meaning: 'A task state change is not in the state graph, or the actor may not make it.',
    remedy: 'Report it: the network and this program disagree about the rules.',
  },
  PROTOCOL_DEADLINE_NOT_PASSED: { meaning: 'A task cannot be aborted before its deadline.', remedy: 'Wait for the deadline.' },
  PROTOCOL_BAD_GROUP: {
    meaning: 'A validation group does not consist of three validatable tasks.',
    remedy: 'Provide three tasks, each ScoreReady, ErrorReported or EndAborted.',
  },
  PROTOCOL_BAD_SCORE: {
    meaning: 'A score is empty, not 0x-hex, all zero, or not a multiple of eight bytes for an image task.',
    remedy: 'Do not submit it; the task times out instead.',
  },
  PROTOCOL_BAD_SIGNATURE: {
    meaning: 'A signature is malformed or does not belong to the expected address.',
    remedy: 'Sign the canonical JSON and timestamp again with the right key.',
  },
  PROTOCOL_STALE_TIMESTAMP: {
    meaning: "The time of a signed request differs from the receiver's clock by more than 60 s.",
    remedy: 'Correct the clock.',
  },
  PROTOCOL_BAD_PROOF: {
    meaning: 'A VRF proof does not verify, or does not allow the requested kind of validation.',
    remedy: "Prove again with the creator's key over the task's sampling seed.",
  },
  PROTOCOL_BAD_IMAGE: {
    meaning: "A file is not a PNG that the network's decoder accepts.",
    remedy: 'The result cannot be scored; the task times out instead.',
  },
  PROTOCOL_BAD_TASK_ARGS: {
    meaning: 'Task arguments do not fit the schema of their task type.',
    remedy: 'The application must correct them; a node reports the task as invalid.',
  },
  PROTOCOL_BAD_MODEL_ID: { meaning: 'A model id is not <base|lora|controlnet>:<name>[+variant].', remedy: 'Correct the id.' },
  PROTOCOL_BAD_AMOUNT: {
    meaning: 'An amount is not a whole, non-negative number of wei, or has too many CNX decimals.',
    remedy: 'Correct the amount.',
  },
  PROTOCOL_ILLEGAL_NODE_STATUS: {
    meaning: "A request is not allowed in the node's current status.",
    remedy: 'Wait until the status allows it.',
  },
  PROTOCOL_BAD_MESSAGE: {
    meaning: 'A message on a border (HTTP, WebSocket, event) does not fit its schema.',
    remedy: 'The message names the field; the sender must correct it.',
  },
} as const satisfies ErrorCatalogue;

export class ProtocolError extends CodedError<keyof typeof PROTOCOL_ERRORS> {}
