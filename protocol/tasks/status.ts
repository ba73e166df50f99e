/**
 * The network's numbers for task states and the small enums around them.
 * Source: relay models/inference_task.go (fact sheet RELAY_PROTOCOL 1.1, 1.2).
 */

export const TASK_STATUS = {
  Queued: 0,
  Started: 1,
  ParametersUploaded: 2,
  ErrorReported: 3,
  ScoreReady: 4,
  Validated: 5,
  GroupValidated: 6,
  EndInvalidated: 7,
  EndSuccess: 8,
  EndAborted: 9,
  EndGroupRefund: 10,
  EndGroupSuccess: 11,
} as const;

export type TaskStatus = keyof typeof TASK_STATUS;

export const TASK_STATUSES = Object.keys(TASK_STATUS) as readonly TaskStatus[];

export const TASK_TYPE = { StableDiffusion: 0, Llm: 1, FineTuneLora: 2 } as const;
export type TaskType = keyof typeof TASK_TYPE;
export type TaskTypeNumber = (typeof TASK_TYPE)[TaskType];

export const TASK_ERROR = { None: 0, ParametersValidationFailed: 1 } as const;
export type TaskError = keyof typeof TASK_ERROR;

export const ABORT_REASON = {
  None: 0,
  Timeout: 1,
  ModelDownloadFailed: 2,
  IncorrectResult: 3,
  TaskFeeTooLow: 4,
  GroupTimeout: 5,
  ErrorReported: 6,
  CreatorCancelled: 7,
  CreatorValidationTimeout: 8,
  ResultUploadTimeout: 9,
  NodeSlashed: 10,
} as const;
export type AbortReason = keyof typeof ABORT_REASON;

const TERMINAL: ReadonlySet<TaskStatus> = new Set([
  'EndInvalidated',
  'EndSuccess',
  'EndAborted',
  'EndGroupRefund',
  'EndGroupSuccess',
]);

/** True when the network will never move the task again. */
export function isTerminal(status: TaskStatus): boolean {
  return TERMINAL.has(status);
}

function nameByNumber<Name extends string>(table: Readonly<Record<Name, number>>): (value: number) => Name | undefined {
  const names = new Map(Object.entries(table).map(([name, value]) => [value as number, name as Name]));
  return (value) => names.get(value);
}

/** Name of a wire number; `undefined` if it is unknown here. */
export const taskStatusFromNumber: (value: number) => TaskStatus | undefined = nameByNumber(TASK_STATUS);
export const taskTypeFromNumber: (value: number) => TaskType | undefined = nameByNumber(TASK_TYPE);
export const taskErrorFromNumber: (value: number) => TaskError | undefined = nameByNumber(TASK_ERROR);
export const abortReasonFromNumber: (value: number) => AbortReason | undefined = nameByNumber(ABORT_REASON);
