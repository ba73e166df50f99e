/** What the network does when a task reaches a state. Source: RELAY_PROTOCOL 4.3; CHAIN_PROTOCOL 2.8. */
import type { TaskStatus } from './status.ts';
import { isTerminal } from './status.ts';

/**
 * - `recordGroupNodes`: remember who shares the fee
 * - `settle`: pay the task's node
 * - `refund`: return the fee to the application
 * - `release`: free the node for its next task
 * - `slash`: take the node's stake and expel it
 * - `distribute`: pay the recorded group by QoS score
 */
export type TaskAction = 'recordGroupNodes' | 'settle' | 'refund' | 'release' | 'slash' | 'distribute';

const NONE: readonly TaskAction[] = [];

const ACTIONS: Readonly<Partial<Record<TaskStatus, readonly TaskAction[]>>> = {
  GroupValidated: ['recordGroupNodes'],
  EndSuccess: ['settle', 'release'],
  EndGroupRefund: ['refund', 'release'],
  EndGroupSuccess: ['distribute', 'release'],
  EndInvalidated: ['refund', 'slash'],
  EndAborted: ['refund', 'release'],
};

/** The actions that belong to a state. */
export function actionsFor(status: TaskStatus): readonly TaskAction[] {
  return ACTIONS[status] ?? NONE;
}

/**
 * The actions that a transition makes due. An aborted member of a group stays EndAborted; it was refunded and released when
 * it was aborted, so nothing is due again.
 */
export function actionsDue({ from, to }: { readonly from: TaskStatus; readonly to: TaskStatus }): readonly TaskAction[] {
  return isTerminal(from) ? NONE : actionsFor(to);
}
