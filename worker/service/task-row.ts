/** A task as a UI lists it, read from the store. */

import type { TaskRow, TransitionView } from '../../contract/tasks.ts';
import { taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import { findMissedDeadline, lastStatusBeforeEnd } from '../../protocol/tasks/missed-deadline.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import { WORKER_ERRORS } from '../kit/errors.ts';
import { lastLine } from '../kit/last-line.ts';
import type { NetworkRules } from '../networks/network-rules.ts';
import { EXECUTION_ERROR_CODES } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import type { StoredTask } from '../store/tasks.ts';

export function taskRow(store: Store, task: StoredTask, { mode }: Pick<NetworkRules, 'mode'>): TaskRow {
  const { commitment, startTimeMs, timeoutSeconds } = task;
  const transitions = store.tasks.transitions(commitment);
  return {
    commitment,
    type: task.type,
    modelIds: task.modelIds,
    status: task.status,
    local: store.localOf(task).kind,
    score: store.ledger.find(commitment)?.score ?? null,
    feeWei: task.feeWei.toString(),
    paymentWei: task.paymentWei?.toString() ?? null,
    abortReason: task.abortReason,
    missedDeadline: findMissedDeadline({ ...task, lastStatus: lastStatusBeforeEnd(transitions), isOnChain: mode === 'chain' }),
    error: taskError(store, task),
    startTimeMs,
    deadlineMs: startTimeMs === null ? null : taskDeadlineMs({ startTimeMs, timeoutSeconds }),
    transitions,
    sequence: task.id,
    seenMs: task.firstSeenMs,
    durationMs: durationMs({ startTimeMs, transitions }),
  };
}

/** An alarm takes precedence over the last execution's failure. */
function taskError(store: Store, { commitment }: StoredTask): TaskRow['error'] {
  const alarm = store.tasks.alarms(commitment)[0];
  if (alarm !== undefined) return { code: alarm.code, message: alarm.message, data: {} };
  const last = store.executions.of(commitment).at(-1);
  if (last === undefined || last.outcome === null || last.outcome === 'scored') return null;
  const code = EXECUTION_ERROR_CODES[last.outcome];
  return { code, message: lastLine(last.detail), data: { attempt: last.attempt, meaning: WORKER_ERRORS[code].meaning } };
}

/** Until this node's score or error, else until the end; the network's own times take precedence over ours. */
function durationMs({ startTimeMs, transitions }: Pick<TaskRow, 'startTimeMs' | 'transitions'>): number | null {
  if (startTimeMs === null) return null;
  const first = (fits: (step: TransitionView) => boolean) => {
    const steps = transitions.filter(fits);
    return steps.find(({ source }) => source === 'relay') ?? steps[0];
  };
  const end =
    first(({ status }) => status === 'ScoreReady' || status === 'ErrorReported') ?? first(({ status }) => isTerminal(status));
  return end === undefined ? null : Math.max(0, end.atMs - startTimeMs);
}
