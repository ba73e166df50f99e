/**
 * The other members of a validation group: everything that a validation ended or chose is in its transaction. Source:
 * CHAIN_PROTOCOL 2.4, 2.9.
 */
import type { GroupMember } from '../../../contract/trust.ts';
import { type Hex, isHex } from '../../../protocol/hex.ts';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import { TASK_INTERFACE } from './abi.ts';
import type { TaskContracts } from './task-contracts.ts';

const GROUP_SIZE = 3;
/** A member's status after the validation, by event; other events in the transaction are from tasks that start within it. */
const ENDS: Readonly<Record<string, TaskStatus>> = {
  TaskValidated: 'GroupValidated',
  TaskEndGroupRefund: 'EndGroupRefund',
  TaskEndInvalidated: 'EndInvalidated',
  TaskEndAborted: 'EndAborted',
};

/** `logs`: of the validation's transaction. Null if it is not a group of three. @throws ChainError */
export async function groupInLogs(
  logs: readonly Log[],
  { contracts, self }: { readonly contracts: TaskContracts; readonly self: Hex },
): Promise<readonly GroupMember[] | null> {
  const ends = new Map<Hex, TaskStatus>();
  for (const { topics, data } of logs) {
    const event = TASK_INTERFACE.parseLog({ topics: [...topics], data });
    const end = event === null ? undefined : ENDS[event.name];
    const commitment = event?.args.taskIDCommitment;
    if (end !== undefined && isHex(commitment, 32)) ends.set(commitment, end);
  }
  if (ends.size !== GROUP_SIZE) return null;
  const members = await Promise.all(
    [...ends].map(async ([commitment, end]): Promise<GroupMember | null> => {
      const task = await contracts.taskAt('latest', commitment);
      if (task === null) return null;
      return {
        commitment,
        self: task.selectedNode !== null && sameAddress(task.selectedNode, self),
        node: task.selectedNode,
        status: task.error === 'None' ? 'ScoreReady' : 'ErrorReported',
        score: task.error === 'None' ? task.score : null,
        end,
        // Contracts rank by the order of their arguments, not by time.
        executionMs: null,
        knownBy: 'chain',
      };
    }),
  );
  return members.every((member) => member !== null) ? members : null;
}
