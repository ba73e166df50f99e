/** The state of a network on a chain, read block by block: its events, tasks, nodes, and where every wei is. */
import type { Log } from 'ethers';
import { type Hex, isHex } from '../../protocol/hex.ts';
import { nodeStatusFromNumber } from '../../protocol/node/status.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import type { NetworkNode, NetworkView } from '../network-view.ts';
import { type ChainTask, readChainTask } from './chain-task.ts';
import { taskContractInterface } from './compiled.ts';
import type { TaskChain } from './task-chain.ts';

export interface ChainEvent {
  readonly name: string;
  readonly commitment: Hex | null;
  readonly node: Hex | null;
  /** Time of `TaskScoreReady`. */
  readonly score: Hex | null;
}

export interface ChainViewOptions {
  readonly chain: Pick<TaskChain, 'anvil' | 'contract' | 'contracts'>;
  /** Accounts whose balance is read, in addition to those of nodes that have joined. */
  readonly watched?: () => readonly Hex[];
  /** Every event once, in order. */
  readonly onEvent?: (event: ChainEvent) => void;
}

interface AccountFunds {
  readonly walletWei: bigint;
  readonly stakeWei: bigint;
}

const CONTRACT_INTERFACES = (['VSSTask', 'Node'] as const).map(taskContractInterface);
const NO_TASK = `0x${'0'.repeat(64)}`;
/** QoS points of a node that is always first. */
const FULL_POINTS = 25;

export class ChainView implements NetworkView {
  readonly #options: ChainViewOptions;
  readonly #tasks = new Map<Hex, ChainTask>();
  readonly #funds = new Map<string, AccountFunds>();
  #nodes: readonly NetworkNode[] = [];
  #read = 0;
  readonly #queue = new SerialQueue();
  #isBalanced = true;

  constructor(options: ChainViewOptions) {
    this.#options = options;
  }

  /** Reads up to the newest block; does nothing if there is no new one. @throws what the chain's provider throws */
  follow(): Promise<void> {
    return this.#queue.run(() => this.#follow());
  }

  async #follow(): Promise<void> {
    const { chain, onEvent } = this.#options;
    const { provider } = chain.anvil.control;
    const block = await provider.getBlockNumber();
    if (block === this.#read) return;
    const address = [chain.contracts.task, chain.contracts.node];
    const logs = await provider.getLogs({ address, fromBlock: this.#read + 1, toBlock: block });
    const events = logs.flatMap(parseChainEvent);
    const changed = new Set(events.flatMap(({ commitment }) => (commitment === null ? [] : [commitment])));
    const tasks = await Promise.all([...changed].map((commitment) => readChainTask(chain, commitment, block)));
    for (const task of tasks) if (task !== null) this.#tasks.set(task.commitment, task);
    this.#nodes = await this.#readNodes(block);
    await this.#readMoney(block);
    this.#read = block;
    for (const event of events) onEvent?.(event);
  }

  task(commitment: string): ChainTask | undefined {
    return isHex(commitment) ? this.#tasks.get(commitment) : undefined;
  }

  tasks(): readonly ChainTask[] {
    return [...this.#tasks.values()].toSorted((a, b) => a.sequence - b.sequence);
  }

  nodes(): readonly NetworkNode[] {
    return this.#nodes;
  }

  balanceWei(address: Hex): bigint {
    return this.#funds.get(address.toLowerCase())?.walletWei ?? 0n;
  }

  stakeWei(address: Hex): bigint {
    return this.#funds.get(address.toLowerCase())?.stakeWei ?? 0n;
  }

  isBalanced(): boolean {
    return this.#isBalanced;
  }

  async #readNodes(block: number): Promise<NetworkNode[]> {
    const { chain } = this.#options;
    const stats = chain.contract('NetworkStats');
    const [count] = await stats.readAt(block, 'totalNodes');
    const [members] = await stats.readAt(block, 'getAllNodeInfo', 0, count);
    const addresses = [...members].map(([address]: [Hex]) => address);
    return Promise.all(addresses.map((address) => this.#readNode(block, address)));
  }

  async #readNode(block: number, address: Hex): Promise<NetworkNode> {
    const { chain } = this.#options;
    const [[info], [task]] = await Promise.all([
      chain.contract('Node').readAt(block, 'getNodeInfo', address),
      chain.contract('VSSTask').readAt(block, 'getNodeTask', address),
    ]);
    return {
      address,
      status: nodeStatusFromNumber(Number(info.status)) ?? '',
      currentTask: task === NO_TASK ? null : task,
      health: Math.min(1, Number(info.score) / FULL_POINTS),
      modelIds: [...info.localModelIDs],
      card: { name: info.gpu.name, vramGib: Number(info.gpu.vram) },
    };
  }

  /**
   * The contracts must hold exactly the stakes and the fees of tasks that have not ended. Fees of tasks aborted while
   * waiting stay there too.
   */
  async #readMoney(block: number): Promise<void> {
    const { chain, watched = () => [] } = this.#options;
    const balanceAt = (address: Hex) => chain.anvil.control.provider.getBalance(address, block);
    const members = this.#nodes.map(({ address }) => address);
    const read = async (address: Hex) => {
      const [walletWei, [stakeWei]] = await Promise.all([
        balanceAt(address),
        chain.contract('Node').readAt(block, 'getStakedAmount', address),
      ]);
      this.#funds.set(address.toLowerCase(), { walletWei, stakeWei });
    };
    const [heldByTasks, heldByNodes] = await Promise.all([
      balanceAt(chain.contracts.task),
      balanceAt(chain.contracts.node),
      ...[...members, ...watched()].map(read),
    ]);
    const sum = (amounts: readonly bigint[]) => amounts.reduce((total, wei) => total + wei, 0n);
    const kept = this.tasks().filter(({ status, selectedNode }) => !isTerminal(status) || selectedNode === null);
    const stakes = members.map((address) => this.stakeWei(address));
    this.#isBalanced = heldByTasks === sum(kept.map(({ feeWei }) => feeWei)) && heldByNodes === sum(stakes);
  }
}

/** Empty for a log that is not about a task or a node. */
function parseChainEvent({ topics, data }: Log): ChainEvent[] {
  for (const abi of CONTRACT_INTERFACES) {
    const event = abi.parseLog({ topics: [...topics], data });
    if (event === null) continue;
    const { taskIDCommitment = null, selectedNode, nodeAddress, taskScore = null } = event.args;
    return [{ name: event.name, commitment: taskIDCommitment, node: selectedNode ?? nodeAddress ?? null, score: taskScore }];
  }
  return [];
}
