/** What the selected node and the creator do with a task. Checks in the order of RELAY_PROTOCOL 3.2. */
import { isHex } from '../../protocol/hex.ts';
import { scoreOfFiles } from '../../protocol/scores/score.ts';
import type { RelayContext } from './context.ts';
import { exception, refuseField } from './refusal.ts';
import type { TaskRow } from './store/rows.ts';
import { moveTask } from './task-moves.ts';

/** @throws Refusal 400 "Task not found" */
export function knownTask({ store }: RelayContext, commitment: string): TaskRow {
  const task = store.tasks.get(commitment);
  if (task === undefined) throw refuseField('task_id_commitment', 'Task not found');
  return task;
}

export function submitScore(
  context: RelayContext,
  submission: {
    readonly task: TaskRow;
    /** Addresses that the signature may stand for. */
    readonly isSigner: (address: string) => boolean;
    readonly score: string;
    readonly executionDtype: string;
  },
): void {
  const { task, score, executionDtype } = submission;
  assertExecuting(task);
  assertNode(task, submission.isSigner, 'signature');
  const bytes = isHex(score) ? (score.length - 2) / 2 : -1;
  if (bytes < 0 || (task.type !== 'Llm' && bytes % 8 !== 0)) throw refuseField('score', 'invalid score');
  if (!isCurrent(context, task)) throw refuseField('task_id_commitment', 'node current task is wrong');
  context.store.transaction(() =>
    moveTask(context, task, {
      to: 'ScoreReady',
      actor: 'node',
      changes: { score, executionDtype: executionDtype.trim().toLowerCase(), scoreReadyTimeMs: context.clock.now() },
    }),
  );
}

export function reportTaskError(
  context: RelayContext,
  { task, isSigner }: { readonly task: TaskRow; readonly isSigner: (address: string) => boolean },
): void {
  assertExecuting(task);
  assertNode(task, isSigner, 'signature');
  // The same refusal as for a score, but as a 500 (quirk 7).
  if (!isCurrent(context, task)) throw exception('node current task is wrong');
  context.store.transaction(() =>
    moveTask(context, task, {
      to: 'ErrorReported',
      actor: 'node',
      changes: { error: 'ParametersValidationFailed', scoreReadyTimeMs: context.clock.now() },
    }),
  );
}

export interface ResultUpload {
  readonly task: TaskRow;
  readonly isSigner: (address: string) => boolean;
  /** In part order. */
  readonly files: readonly Uint8Array[];
  readonly checkpoints: readonly Uint8Array[];
}

const UPLOADABLE: ReadonlySet<TaskRow['status']> = new Set(['Validated', 'GroupValidated', 'EndInvalidated', 'EndGroupRefund']);

export function assertUploadable(task: TaskRow, isSigner: (address: string) => boolean): void {
  assertNode(task, isSigner, 'Signature');
  if (!UPLOADABLE.has(task.status)) throw refuseField('task_id_commitment', 'Task not validated');
}

/** Accepts only files that hash to the stored score, character by character. */
export function uploadResult(context: RelayContext, { task, files, checkpoints }: ResultUpload): void {
  if (files.length === 0) throw refuseField('files', 'Files is empty');
  if (hashOf(task, files) !== task.score) throw refuseField('files', 'Wrong result files uploaded');
  const extension = task.type === 'Llm' ? 'json' : 'png';
  for (const [index, bytes] of files.entries()) {
    context.files.put(task.commitment, { kind: 'result', name: `${index}.${extension}` }, bytes);
  }
  if (task.type === 'FineTuneLora') {
    // The real relay looks for the checkpoint only after it has written the files (quirk 8).
    const [checkpoint, ...more] = checkpoints;
    if (checkpoint === undefined) throw refuseField('checkpoint', 'Checkpoint not uploaded');
    if (more.length > 0) throw refuseField('checkpoint', 'More than one checkpoint file');
    context.files.put(task.commitment, { kind: 'checkpoint', of: 'result' }, checkpoint);
  }
  const to = task.status === 'Validated' ? 'EndSuccess' : task.status === 'GroupValidated' ? 'EndGroupSuccess' : null;
  // Files of a member that has already ended are kept as evidence and change nothing.
  if (to === null) return;
  const changes = { resultUploadedTimeMs: context.clock.now() };
  context.store.transaction(() => moveTask(context, task, { to, actor: 'relay', changes }));
}

/** Creator's cancellation: only while queued. */
export function cancelTask(context: RelayContext, task: TaskRow): void {
  if (task.status !== 'Queued') throw refuseField('task_id_commitment', 'Task can no longer be cancelled');
  context.store.transaction(() =>
    moveTask(context, task, {
      to: 'EndAborted',
      actor: 'application',
      abort: { reason: 'CreatorCancelled', issuer: task.creator },
    }),
  );
}

function hashOf(task: TaskRow, files: readonly Uint8Array[]): string {
  try {
    return scoreOfFiles(task.type, files);
  } catch (error) {
    // With the messages of the real relay's decoder.
    const text = error instanceof Error ? error.message : String(error);
    throw exception(text.replace('not an acceptable PNG: ', 'png: invalid format: '));
  }
}

function assertExecuting(task: TaskRow): void {
  if (task.status !== 'Started' && task.status !== 'ParametersUploaded') {
    throw refuseField('task_id_commitment', 'Illegal task state');
  }
}

function assertNode(task: TaskRow, isSigner: (address: string) => boolean, field: string): void {
  if (task.selectedNode === null || !isSigner(task.selectedNode)) throw refuseField(field, 'Signer not allowed');
}

function isCurrent({ store }: RelayContext, task: TaskRow): boolean {
  return task.selectedNode !== null && store.nodes.get(task.selectedNode)?.currentTask === task.commitment;
}
