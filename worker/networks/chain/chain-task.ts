/** A task as stored by its contract. Source: CHAIN_PROTOCOL 2.1, 2.2. */
import { z } from 'zod';
import {
  abortReasonFromNumber,
  taskErrorFromNumber,
  taskStatusFromNumber,
  taskTypeFromNumber,
} from '../../../protocol/tasks/status.ts';
import { addressField, commitmentField, hexField, sameAddress } from '../../../protocol/wire/fields.ts';
import type { RemoteTask } from '../../../protocol/wire/task.ts';
import { countField, enumField, secondsField, versionField } from './fields.ts';

/** The address that contracts return instead of none. */
export const NOBODY = `0x${'0'.repeat(40)}`;

/** The contract's abort reasons are the relay's first five; the relay's other numbers are its own. */
export const chainTaskSchema = z
  .tuple([
    enumField(taskTypeFromNumber, 'task type'),
    addressField,
    commitmentField,
    hexField,
    hexField,
    countField,
    enumField(taskStatusFromNumber, 'task status'),
    addressField,
    countField,
    z.string(),
    z.bigint(),
    countField,
    z.array(z.string()),
    countField,
    z.string(),
    countField,
    versionField,
    enumField(abortReasonFromNumber, 'abort reason'),
    enumField(taskErrorFromNumber, 'task error'),
    z.array(addressField),
    z.array(z.bigint()),
    secondsField,
    secondsField,
    secondsField,
  ])
  .transform((task) => ({
    type: task[0],
    creator: task[1],
    commitment: task[2],
    samplingSeed: task[3],
    nonce: task[4],
    sequence: task[5],
    status: task[6],
    selectedNode: task[7] === NOBODY ? null : task[7],
    timeoutSeconds: task[8],
    score: task[9] === '0x' ? '' : task[9],
    feeWei: task[10],
    size: task[11],
    modelIds: task[12],
    minVramGib: task[13],
    requiredGpu: task[14],
    requiredGpuVramGib: task[15],
    version: task[16],
    abortReason: task[17],
    error: task[18],
    /** Who is paid from this task's fee when its result is uploaded, and how much; only for the winner of a group. */
    payments: task[19].map((address, index) => ({ address, wei: task[20][index] ?? 0n })),
    createTimeMs: task[21],
    startTimeMs: task[22],
    scoreReadyTimeMs: task[23],
  }));
export type ChainTask = z.output<typeof chainTaskSchema>;

/**
 * What a chain does not know about a task stays empty. An abort sets a score time although there is no score; that time
 * is ignored.
 */
export function remoteTaskOf({ payments: _, ...task }: ChainTask, more: { taskArgs: string; qosScore: number }): RemoteTask {
  const scoreReadyTimeMs = task.score === '' && task.error === 'None' ? null : task.scoreReadyTimeMs;
  return { ...task, ...more, scoreReadyTimeMs, validatedTimeMs: null, resultUploadedTimeMs: null };
}

/** The amount that a group's winner pays to an address; null = it is not among those paid. */
export function shareOf({ payments }: ChainTask, address: string): bigint | null {
  return payments.find((payment) => sameAddress(payment.address, address))?.wei ?? null;
}
