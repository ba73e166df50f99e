/** What a failed execution would tell the network's operators. Source: RELAY_PROTOCOL 8.7. */
import type { Hex } from '../../protocol/hex.ts';
import type { EngineOutcome } from '../engines/engine.ts';
import type { NodeErrorReport } from '../networks/task-network.ts';

export interface ReportSubject {
  readonly commitment: Hex;
  readonly taskArgs: string;
  readonly gpu: { readonly name: string; readonly vramGib: number };
  /** Local time: the report is about this machine. */
  readonly nowMs: number;
}

const CANCELLED_TYPE = {
  deadline: 'WorkerTaskTimeout',
  disconnected: 'WorkerDisconnected',
  restarted: 'WorkerRestarted',
} as const;

/** Null for what is no failure: a success, or an orderly end of the process. */
export function reportOfOutcome(subject: ReportSubject, outcome: EngineOutcome): NodeErrorReport | null {
  switch (outcome.kind) {
    case 'success':
      return null;
    case 'invalid':
      return report(subject, 'TaskInvalid', 'Worker rejected invalid Task arguments', outcome.traceback, outcome.gpuCount);
    case 'failed':
      return report(subject, 'TaskExecutionError', 'Worker Task execution failed', outcome.traceback, outcome.gpuCount);
    case 'cancelled': {
      if (outcome.reason === 'shutdown') return null;
      const trace = `No Worker traceback is available.\nCancellation type: ${outcome.reason}\n${outcome.detail}\nNo Worker result was received.`;
      return report(subject, CANCELLED_TYPE[outcome.reason], outcome.reason, trace, 0);
    }
  }
}

/** A failure in this program rather than in the engine. */
export function reportOfException(subject: ReportSubject, error: unknown): NodeErrorReport {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return report(subject, 'NodeTaskExecutionError', message, stack ?? message, 0);
}

function report(
  subject: ReportSubject,
  errorType: string,
  message: string,
  stackTrace: string,
  gpuCount: number,
): NodeErrorReport {
  return {
    commitment: subject.commitment,
    taskArgs: subject.taskArgs,
    errorType,
    message,
    // The relay refuses empty fields.
    stackTrace: stackTrace === '' ? message : stackTrace,
    gpuCount,
    gpuModel: subject.gpu.name,
    gpuVramMib: subject.gpu.vramGib * 1024,
    executorMode: subject.gpu.name.includes(' TP+') ? 'tensor_parallel' : 'device_map',
    capturedAtMs: subject.nowMs,
  };
}
