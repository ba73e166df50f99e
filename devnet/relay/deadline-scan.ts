/** Aborts tasks whose time is up. Source: RELAY_PROTOCOL 4.4. */
import { penalise } from '../../protocol/node/qos.ts';
import { isDeadlinePassed, type PhaseDeadline, phaseDeadline } from '../../protocol/tasks/deadlines.ts';
import type { RelayContext } from './context.ts';
import { changeQos } from './qos-book.ts';
import type { TaskRow } from './store/rows.ts';
import { moveTask } from './task-moves.ts';

/** Returns the number of aborted tasks. */
export function abortOverdueTasks(context: RelayContext): number {
  const now = context.clock.now();
  let aborted = 0;
  for (const task of context.store.tasks.values()) {
    const deadline = phaseDeadline(task, context.config.times);
    if (deadline === null || !isDeadlinePassed(now, deadline.deadlineMs)) continue;
    try {
      context.store.transaction(() => abortOverdue(context, task, deadline));
      aborted++;
    } catch (error) {
      context.onError(error);
    }
  }
  return aborted;
}

function abortOverdue(context: RelayContext, task: TaskRow, deadline: PhaseDeadline): void {
  const { clock, config } = context;
  const now = clock.now();
  if (deadline.penalised && task.selectedNode !== null) {
    changeQos(context, {
      node: task.selectedNode,
      event: 'task_timeout_penalty',
      commitment: task.commitment,
      change: (state) => penalise(state, now),
    });
  }
  moveTask(context, task, {
    to: 'EndAborted',
    actor: 'timeout',
    deadlineMs: deadline.deadlineMs,
    abort: { reason: deadline.reason, issuer: config.relayAddress, feeTo: deadline.feeTo },
  });
}
