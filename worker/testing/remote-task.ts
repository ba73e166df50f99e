/** Task objects for tests, in the form that the port delivers. */
import type { Hex } from '../../protocol/hex.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';

export const SELF: Hex = '0xd075aB490857256e6fc85d75d8315e7c9914e008';
export const OTHER: Hex = `0x${'ab'.repeat(20)}`;
export const SCORE: Hex = `0x${'11'.repeat(32)}`;

/** A distinct commitment for each number. */
export function commitmentOf(n: number): Hex {
  return `0x${n.toString(16).padStart(64, '0')}`;
}

export function remoteTask(changes: Partial<RemoteTask>): RemoteTask {
  return {
    sequence: 1,
    taskArgs: '{"model":"tiny/model","messages":[]}',
    commitment: commitmentOf(1),
    creator: OTHER,
    samplingSeed: `0x${'33'.repeat(32)}`,
    nonce: `0x${'44'.repeat(32)}`,
    status: 'Started',
    type: 'Llm',
    version: '3.0.0',
    timeoutSeconds: 60,
    minVramGib: 4,
    requiredGpu: '',
    requiredGpuVramGib: 0,
    feeWei: 1_000_000_000_000_000_000n,
    size: 1,
    modelIds: ['base:tiny/model'],
    abortReason: 'None',
    error: 'None',
    score: '',
    qosScore: 0,
    selectedNode: SELF,
    createTimeMs: 1_699_999_999_000,
    startTimeMs: 1_700_000_000_000,
    scoreReadyTimeMs: null,
    validatedTimeMs: null,
    resultUploadedTimeMs: null,
    ...changes,
  };
}
