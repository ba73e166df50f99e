import { describe, expect, it } from 'vitest';
import type { EngineOutcome } from '../engines/engine.ts';
import { reportForException, reportForOutcome } from './diagnostic-report.ts';

const SUBJECT = {
  commitment: `0x${'ab'.repeat(32)}`,
  taskArgs: '{}',
  gpu: { name: '2x RTX 4090 TP+Linux', vramGib: 48, diagnosed: { model: '2x RTX 4090', perCardMib: 24_564 } },
  nowMs: Date.UTC(2026, 0, 5),
} as const;
const told = (outcome: EngineOutcome) => {
  const report = reportForOutcome(SUBJECT, outcome);
  return report === null ? null : [report.errorType, report.message, report.stackTrace, report.gpuCount];
};

describe('the report to the network’s operators', () => {
  it.each([
    [{ kind: 'invalid', traceback: 't', gpuCount: 2 }, ['TaskInvalid', 'Worker rejected invalid Task arguments', 't', 2]],
    [{ kind: 'failed', traceback: 't', gpuCount: 2 }, ['TaskExecutionError', 'Worker Task execution failed', 't', 2]],
    [
      { kind: 'failed', during: 'download', traceback: 't', gpuCount: 1 },
      ['TaskDownloadError', 'Foreground model download failed', 't', 1],
    ],
    [{ kind: 'success' }, null],
    [{ kind: 'cancelled', reason: 'shutdown', detail: 'd' }, null],
  ] satisfies [EngineOutcome, unknown][])('8.7 diagnostics: of %j', (outcome, report) => {
    expect(told(outcome)).toEqual(report);
  });

  it.each([
    ['deadline', 'WorkerTaskTimeout', 'worker_task_timeout'],
    ['disconnected', 'WorkerDisconnected', 'worker_disconnected'],
    ['restarted', 'WorkerRestarted', 'worker_restarted'],
  ] as const)('8.7 diagnostics: of a task that was cancelled: %s', (reason, errorType, cancellation) => {
    expect(told({ kind: 'cancelled', reason, detail: 'why' })).toEqual([
      errorType,
      reason,
      [
        'No Worker traceback is available.',
        `Cancellation type: ${cancellation}`,
        'Initiating component: engine supervisor',
        'Reason: why',
        'Worker role: inference',
        `Task id: ${'ab'.repeat(32)}`,
        'Cancellation time: 2026-01-05T00:00:00.000Z',
        'No Worker result was received.',
      ].join('\n'),
      0,
    ]);
  });

  it('8.7 diagnostics: of a failure of the node itself carry its own trace, and no card count', () => {
    const error = new Error('no space');
    expect(reportForException(SUBJECT, error)).toMatchObject({
      errorType: 'NodeTaskExecutionError',
      message: 'no space',
      stackTrace: error.stack,
      gpuCount: 0,
    });
    expect(reportForException(SUBJECT, 'thrown text')).toMatchObject({ message: 'thrown text', stackTrace: 'thrown text' });
  });

  it('8.7 diagnostics: name the model, the memory of one card and the mode, and leave no field empty', () => {
    const report = reportForOutcome(SUBJECT, { kind: 'failed', traceback: '', gpuCount: 0 });
    expect(report).toMatchObject({ gpuModel: '2x RTX 4090', gpuVramMib: 24_564, executorMode: 'tensor_parallel' });
    // RELAY_PROTOCOL 3.9: the relay refuses empty fields.
    expect(report?.stackTrace).toBe('Worker Task execution failed');
    const stated = { ...SUBJECT, gpu: { name: 'Devnet GPU+docker', vramGib: 8 } };
    expect(reportForException(stated, 'x')).toMatchObject({
      gpuModel: 'Devnet GPU',
      gpuVramMib: 8192,
      executorMode: 'device_map',
    });
  });
});
