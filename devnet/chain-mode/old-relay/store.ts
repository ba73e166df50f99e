/** What the old relay stores of a task: arguments and files, in memory, and its own progress. Source: CHAIN_MODE 9. */
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import type { DevnetAccount } from '../../chain/devnet-account.ts';
import type { TaskChain } from '../task-chain.ts';

/** The relay's own states, which differ from the chain's. */
export const OLD_RELAY_STATUS = {
  Created: 0,
  ParamsUploaded: 1,
  ResultsReady: 2,
  EndAborted: 3,
  EndGroupRefund: 4,
  EndInvalidated: 5,
  EndSuccess: 6,
} as const;
export type OldRelayStatus = keyof typeof OLD_RELAY_STATUS;

export interface OldRelayTask {
  /** Row number. */
  readonly id: number;
  readonly commitment: Hex;
  readonly creator: Hex;
  readonly args: string;
  readonly createdMs: number;
  /** Only for fine-tune tasks. */
  readonly checkpoint: Uint8Array | null;
  status: OldRelayStatus;
  updatedMs: number;
  /** In the order of the score; empty until the node has uploaded. */
  results: readonly Uint8Array[];
  resultCheckpoint: Uint8Array | null;
}

export class OldRelayStore {
  readonly #tasks = new Map<string, OldRelayTask>();

  get(commitment: string): OldRelayTask | undefined {
    return this.#tasks.get(commitment);
  }

  add(task: Omit<OldRelayTask, 'id' | 'status' | 'updatedMs' | 'results' | 'resultCheckpoint'>): OldRelayTask {
    const fresh = { status: 'Created', updatedMs: task.createdMs, results: [], resultCheckpoint: null } as const;
    const row: OldRelayTask = { ...task, ...fresh, id: this.#tasks.size + 1 };
    this.#tasks.set(task.commitment, row);
    return row;
  }

  /** Tasks for which it still has something to do. */
  open(): OldRelayTask[] {
    const open: readonly OldRelayStatus[] = ['Created', 'ParamsUploaded', 'ResultsReady'];
    return [...this.#tasks.values()].filter(({ status }) => open.includes(status));
  }
}

export interface OldRelayContext {
  readonly chain: TaskChain;
  readonly account: DevnetAccount;
  readonly clock: Clock;
  readonly store: OldRelayStore;
}

export function setStatus({ clock }: OldRelayContext, task: OldRelayTask, status: OldRelayStatus): void {
  task.status = status;
  task.updatedMs = clock.now();
}
