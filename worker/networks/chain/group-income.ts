/**
 * What a task on a chain has paid to this node. A single task and a group's winner pay themselves; the shares of the others are paid
 * out of the winner's fee when its result is there, and the only link to the winner is that both were validated in one transaction.
 * Source: CHAIN_PROTOCOL 2.8, 2.9, CHAIN_CORRECTIONS 17.
 */
import type { Hex } from '../../../protocol/hex.ts';
import { isTerminal, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { ChainRpc } from '../../chain/rpc/methods.ts';
import type { TaskIncome } from '../task-network.ts';
import { TASK_INTERFACE } from './abi.ts';
import { type ChainTask, shareOf } from './chain-task.ts';
import type { TaskContracts } from './task-contracts.ts';

export interface UnpaidTask {
  readonly commitment: Hex;
  readonly status: TaskStatus;
  /** Block of its `TaskEndGroupRefund`, null = not known. */
  readonly refundBlock: bigint | null;
}

export interface GroupIncomeOptions {
  readonly self: Hex;
  readonly contracts: TaskContracts;
  readonly rpc: ChainRpc;
  /** Ended tasks whose payment is not known yet, newest first. */
  readonly unpaid: () => readonly UnpaidTask[];
}

/** Tasks that are looked at in one call. */
const MOST = 20;
const TOPIC = {
  refund: TASK_INTERFACE.getEvent('TaskEndGroupRefund')?.topicHash,
  validated: TASK_INTERFACE.getEvent('TaskValidated')?.topicHash,
};

export class GroupIncome {
  readonly #options: GroupIncomeOptions;
  readonly #winners = new Map<Hex, Hex>();

  constructor(options: GroupIncomeOptions) {
    this.#options = options;
  }

  /** A row for each task whose payment is certain by now; one that came to nothing has the amount 0. @throws ChainError */
  async rows(): Promise<readonly TaskIncome[]> {
    const found: TaskIncome[] = [];
    for (const task of this.#options.unpaid().slice(0, MOST)) {
      const amountWei = await this.#amount(task);
      if (amountWei !== null) found.push({ commitment: task.commitment, amountWei });
    }
    return found;
  }

  /** The group's winner that a refunded task is paid from; null = it cannot be found. @throws ChainError */
  async winnerOf({ commitment, refundBlock }: Pick<UnpaidTask, 'commitment' | 'refundBlock'>): Promise<ChainTask | null> {
    const known =
      this.#winners.get(commitment) ?? (refundBlock === null ? null : await this.#findWinner(commitment, refundBlock));
    if (known === null) return null;
    this.#winners.set(commitment, known);
    return this.#options.contracts.taskAt('latest', known);
  }

  async #amount(task: UnpaidTask): Promise<bigint | null> {
    const { contracts, self } = this.#options;
    if (task.status === 'EndGroupRefund') {
      const winner = await this.winnerOf(task);
      if (winner === null || !isTerminal(winner.status)) return null;
      // The winner was aborted before its result was there: the others of its group are never paid.
      return winner.status === 'EndGroupSuccess' ? (shareOf(winner, self) ?? 0n) : 0n;
    }
    const own = await contracts.taskAt('latest', task.commitment);
    if (own?.selectedNode == null || !sameAddress(own.selectedNode, self)) return null;
    if (own.status === 'EndSuccess') return own.feeWei;
    if (own.status === 'EndGroupSuccess') return shareOf(own, self) ?? 0n;
    return own.status === 'EndAborted' || own.status === 'EndInvalidated' ? 0n : null;
  }

  async #findWinner(commitment: Hex, block: bigint): Promise<Hex | null> {
    const { rpc, contracts } = this.#options;
    const at = `0x${block.toString(16)}`;
    const topics = [[TOPIC.refund, TOPIC.validated]];
    const logs = await rpc.call('eth_getLogs', [{ address: contracts.addresses.task, fromBlock: at, toBlock: at, topics }]);
    const named = logs.map((log) => ({ log, task: log.data.slice(0, 66) as Hex }));
    const own = named.find(({ log, task }) => log.topics[0] === TOPIC.refund && task === commitment);
    const winner = named.find(({ log }) => log.topics[0] === TOPIC.validated && log.transactionHash === own?.log.transactionHash);
    return winner?.task ?? null;
  }
}
