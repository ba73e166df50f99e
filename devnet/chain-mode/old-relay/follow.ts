/**
 * What the old relay does on the chain: it reports the arguments, watches the task, and reports the result. It never
 * aborts, validates or slashes. Source: CHAIN_PROTOCOL 8.9.
 */
import type { Hex } from '../../../protocol/hex.ts';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import { chainTask } from '../chain-task.ts';
import { type OldRelayContext, type OldRelayStatus, type OldRelayTask, setStatus } from './store.ts';

const ENDED: Readonly<Partial<Record<TaskStatus, OldRelayStatus>>> = {
  EndAborted: 'EndAborted',
  EndGroupRefund: 'EndGroupRefund',
  EndInvalidated: 'EndInvalidated',
  EndSuccess: 'EndSuccess',
  EndGroupSuccess: 'EndSuccess',
};

/** Polls every open task once. A refusal by the chain means that the task has changed; the next poll shows how. */
export async function followTasks(context: OldRelayContext): Promise<void> {
  for (const task of context.store.open()) await followTask(context, task);
}

async function followTask(context: OldRelayContext, task: OldRelayTask): Promise<void> {
  const { status } = await chainTask(context.chain, task.commitment);
  if (isTerminal(status)) {
    setStatus(context, task, ENDED[status] ?? 'EndAborted');
    return;
  }
  if (task.status === 'Created') {
    if (status === 'Started') await report(context, 'reportTaskParametersUploaded', task.commitment);
    setStatus(context, task, 'ParamsUploaded');
  } else if (task.status === 'ResultsReady' && (status === 'Validated' || status === 'GroupValidated')) {
    await report(context, 'reportTaskResultUploaded', task.commitment);
    setStatus(context, task, 'EndSuccess');
  }
}

async function report({ chain, account }: OldRelayContext, fn: string, commitment: Hex): Promise<void> {
  await chain.contract('VSSTask').send(account, fn, [commitment]);
}
