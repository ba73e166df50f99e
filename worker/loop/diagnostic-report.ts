/** The report about a failed execution to the network's operators. Source: RELAY_PROTOCOL 8.7. */
import type { Hex } from '../../protocol/hex.ts';
import type { EngineOutcome } from '../engines/engine.ts';
import { diagnosedByName } from '../gpu/diagnosed.ts';
import type { NodeErrorReport } from '../store/diagnostics.ts';
import type { LoopContext } from './context.ts';

export interface ReportSubject {
  readonly commitment: Hex;
  readonly taskArgs: string;
  readonly gpu: LoopContext['gpu'];
  /** Local time, because the report is about this machine. */
  readonly nowMs: number;
}

/** Our reasons in the official node's terms: error type and cancellation type. */
const CANCELLATION_TERMS = {
  deadline: ['WorkerTaskTimeout', 'worker_task_timeout'],
  disconnected: ['WorkerDisconnected', 'worker_disconnected'],
  restarted: ['WorkerRestarted', 'worker_restarted'],
} as const;

/** Null if it is not a failure: a success, or an orderly exit of the process. */
export function reportForOutcome(subject: ReportSubject, outcome: EngineOutcome): NodeErrorReport | null {
  switch (outcome.kind) {
    case 'success':
      return null;
    case 'invalid':
      return createReport(subject, 'TaskInvalid', 'Worker rejected invalid Task arguments', outcome.traceback, outcome.gpuCount);
    case 'failed':
      return outcome.during === 'download'
        ? createReport(subject, 'TaskDownloadError', 'Foreground model download failed', outcome.traceback, outcome.gpuCount)
        : createReport(subject, 'TaskExecutionError', 'Worker Task execution failed', outcome.traceback, outcome.gpuCount);
    case 'cancelled': {
      if (outcome.reason === 'shutdown') return null;
      const [errorType, cancellation] = CANCELLATION_TERMS[outcome.reason];
      return createReport(subject, errorType, outcome.reason, explanation(subject, cancellation, outcome.detail), 0);
    }
  }
}

/** Used in place of a traceback. */
function explanation({ commitment, nowMs }: ReportSubject, cancellation: string, detail: string): string {
  return [
    'No Worker traceback is available.',
    `Cancellation type: ${cancellation}`,
    'Initiating component: engine supervisor',
    `Reason: ${detail}`,
    'Worker role: inference',
    `Task id: ${commitment.slice(2)}`,
    `Cancellation time: ${new Date(nowMs).toISOString()}`,
    'No Worker result was received.',
  ].join('\n');
}

/** A failure in this program rather than in the engine. */
export function reportForException(subject: ReportSubject, error: unknown): NodeErrorReport {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return createReport(subject, 'NodeTaskExecutionError', message, stack ?? message, 0);
}

function createReport(
  subject: ReportSubject,
  errorType: string,
  message: string,
  stackTrace: string,
  gpuCount: number,
): NodeErrorReport {
  const { model, perCardMib } = subject.gpu.diagnosed ?? diagnosedByName(subject.gpu);
  return {
    commitment: subject.commitment,
    taskArgs: subject.taskArgs,
    errorType,
    message,
    // The relay refuses empty fields.
    stackTrace: stackTrace === '' ? message : stackTrace,
    gpuCount,
    gpuModel: model,
    gpuVramMib: perCardMib,
    executorMode: subject.gpu.name.includes(' TP+') ? 'tensor_parallel' : 'device_map',
    capturedAtMs: subject.nowMs,
  };
}
