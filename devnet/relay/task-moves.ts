/**
 * The only way for a task to change its status: the edge is checked against the state graph, the row is written, the
 * event is emitted, and the duties of the new state are carried out. Source: RELAY_PROTOCOL 4.3; the action
 * list.
 */
import { boost } from '../../protocol/node/qos.ts';
import { actionsDue, type TaskAction } from '../../protocol/tasks/actions.ts';
import { ABORT_REASON, type AbortReason, TASK_ERROR, TASK_STATUS, type TaskStatus } from '../../protocol/tasks/status.ts';
import { assertTransition, type TransitionActor, type TransitionScope } from '../../protocol/tasks/transitions.ts';
import type { RelayContext } from './context.ts';
import { emit, type NewEvent } from './events.ts';
import { punishNode, releaseNode } from './node-departure.ts';
import { changeQos } from './qos-book.ts';
import { distributeFee, payFee, refundFee } from './settlement.ts';
import type { TaskRow } from './store/rows.ts';

export interface Move {
  readonly to: TaskStatus;
  readonly actor: TransitionActor;
  readonly scope?: TransitionScope;
  /** For edges that wait for a deadline. */
  readonly deadlineMs?: number;
  readonly changes?: Partial<TaskRow>;
  /** Aborts only. */
  readonly abort?: { readonly reason: AbortReason; readonly issuer: string; readonly feeTo?: 'application' | 'node' };
}

/** Call inside a transaction. @throws ProtocolError PROTOCOL_ILLEGAL_TRANSITION, PROTOCOL_DEADLINE_NOT_PASSED */
export function moveTask(context: RelayContext, task: TaskRow, move: Move): TaskRow {
  const { to, actor, scope, deadlineMs, changes = {}, abort } = move;
  assertTransition({
    from: task.status,
    to,
    actor,
    ...(scope === undefined ? {} : { scope }),
    ...(deadlineMs === undefined ? {} : { deadlineMs, nowMs: context.clock.now() }),
  });
  const reason = abort === undefined ? {} : { abortReason: abort.reason };
  const moved = context.store.tasks.put({ ...task, ...changes, ...reason, status: to });
  const event = transitionEvent({ task: moved, from: task.status, issuer: abort?.issuer ?? moved.creator });
  if (event !== null) emit(context, event);
  if (to === 'EndSuccess' || to === 'EndGroupSuccess') rewardNode(context, moved, 'task_result_upload_success_boost');
  if (to === 'EndGroupRefund') rewardNode(context, moved, 'validation_group_matched_boost');
  for (const action of actionsDue({ from: task.status, to })) {
    // A creator who never validates pays all the same (relayPaysUnvalidatedTask).
    ACTION_HANDLERS[action === 'refund' && abort?.feeTo === 'node' ? 'settle' : action](context, moved);
  }
  return moved;
}

const ACTION_HANDLERS: Readonly<Record<TaskAction, (context: RelayContext, task: TaskRow) => void>> = {
  // The validation knows the members and has written them into `group` with this same move.
  recordGroupNodes: () => {},
  settle: payFee,
  refund: refundFee,
  distribute: distributeFee,
  slash: punishNode,
  release: releaseNode,
};

function rewardNode(
  context: RelayContext,
  task: TaskRow,
  event: 'task_result_upload_success_boost' | 'validation_group_matched_boost',
): void {
  if (task.selectedNode === null) return;
  const now = context.clock.now();
  changeQos(context, { node: task.selectedNode, event, commitment: task.commitment, change: (state) => boost(state, now) });
}

/** The event of a move, with the args of RELAY_PROTOCOL 1.3; null = the relay emits none. */
function transitionEvent({
  task,
  from,
  issuer,
}: {
  readonly task: TaskRow;
  readonly from: TaskStatus;
  readonly issuer: string;
}): NewEvent | null {
  const { commitment, selectedNode, status } = task;
  const nodeAddress = selectedNode ?? '';
  const args = { task_id_commitment: commitment, selected_node: nodeAddress };
  // A group leaves its aborted member unchanged.
  if (from === status) return null;
  switch (status) {
    case 'Queued':
    case 'ParametersUploaded':
      return null;
    case 'Started':
      return { type: 'TaskStarted', nodeAddress, commitment, args };
    case 'ScoreReady':
      return { type: 'TaskScoreReady', nodeAddress, commitment, args: { ...args, score: task.score } };
    case 'ErrorReported':
      return { type: 'TaskErrorReported', nodeAddress, commitment, args: { ...args, task_error: TASK_ERROR[task.error] } };
    case 'Validated':
    case 'GroupValidated':
      return { type: 'TaskValidated', nodeAddress, commitment, args };
    case 'EndAborted': {
      const reason = { last_status: TASK_STATUS[from], abort_reason: ABORT_REASON[task.abortReason] };
      // The row names who aborted, not the node (quirk 6).
      const abortArgs = { task_id_commitment: commitment, abort_issuer: issuer, ...reason };
      return { type: 'TaskEndAborted', nodeAddress: issuer, commitment, args: abortArgs };
    }
    case 'EndInvalidated':
    case 'EndSuccess':
    case 'EndGroupRefund':
    case 'EndGroupSuccess':
      return { type: `Task${status}`, nodeAddress, commitment, args };
  }
}
