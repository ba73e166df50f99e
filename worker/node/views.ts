/** What the host sees, read from the store. */
import type { ChainStakeView } from '../../contract/life.ts';
import type { TaskView } from '../../contract/worker-channel.ts';
import { taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import { lastStatusBeforeEnd, missedDeadline } from '../../protocol/tasks/missed-deadline.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { WORKER_ERRORS } from '../kit/errors.ts';
import type { NetworkRules } from '../networks/network-rules.ts';
import { EXECUTION_ERROR_CODES } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import type { StoredTask } from '../store/tasks.ts';

export function taskView(store: Store, task: StoredTask, { mode }: Pick<NetworkRules, 'mode'>): TaskView {
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
    missedDeadline: missedDeadline({ ...task, lastStatus: lastStatusBeforeEnd(transitions), isOnChain: mode === 'chain' }),
    error: taskError(store, task),
    startTimeMs,
    deadlineMs: startTimeMs === null ? null : taskDeadlineMs({ startTimeMs, timeoutSeconds }),
    transitions,
  };
}

/** An alarm takes precedence over the last execution's failure. */
function taskError(store: Store, { commitment }: StoredTask): TaskView['error'] {
  const alarm = store.tasks.alarms(commitment)[0];
  if (alarm !== undefined) return { code: alarm.code, message: alarm.message, data: {} };
  const last = store.executions.of(commitment).at(-1);
  if (last === undefined || last.outcome === null || last.outcome === 'scored') return null;
  const code = EXECUTION_ERROR_CODES[last.outcome];
  return { code, message: lastLine(last.detail), data: { attempt: last.attempt, meaning: WORKER_ERRORS[code].meaning } };
}

/** The last line of a traceback says what happened. */
function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.slice(0, 500) ?? '';
}

/** `barred`: the network's last verdict on this node, until its host lets it join again. */
export function stakeView(
  read: { readonly stake: Stake; readonly readMs: number } | null,
  barred: ChainStakeView['doubt'],
): ChainStakeView | null {
  if (read === null) return null;
  const { status, balanceWei, creditsWei } = read.stake;
  const doubt = status === 'Staked' ? barred : null;
  return { status, balanceWei: balanceWei.toString(), creditsWei: creditsWei.toString(), readMs: read.readMs, doubt };
}
