/** What a network on a chain reports about this node and itself, beyond what the task loop needs. Read-only. */
import { toQuantity } from 'ethers';
import type { GroupMember } from '../../../contract/trust.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { RelayEvent } from '../../../protocol/wire/event.ts';
import type { NodeInfo, NodePresence } from '../../../protocol/wire/node.ts';
import { PUBLIC_NODES_PAGE, type PublicNode } from '../../../protocol/wire/public-network.ts';
import { RpcRefused } from '../../chain/errors.ts';
import type { ChainRpc, Log } from '../../chain/rpc/methods.ts';
import { CHAIN_RULES } from '../network-rules.ts';
import type { QosPoints, TrustNetwork } from '../relay/relay-reader.ts';
import { groupInLogs } from './chain-group.ts';
import { blockOfEvent, eventId, lastIdOf, rowOfLog, TOPICS } from './log-rows.ts';
import type { TaskContracts } from './task-contracts.ts';

export interface ChainTrustOptions {
  readonly address: Hex;
  readonly rpc: ChainRpc;
  readonly contracts: TaskContracts;
  readonly nodeInfo: () => Promise<NodeInfo>;
  /** The block in which this node first learned of a task; null = it has not. */
  readonly blockOfTask: (commitment: string) => bigint | null;
}

/** Blocks that are searched for the events of one task: it lives for three minutes, plus its time in the queue. */
const TASK_BLOCKS = 2_000n;
const RANGE = 2_000n;
/** Limit for the events since the last run; older ones are skipped. */
const MAX_RANGES = 50;
const MAX_PAGES = 20;

export class ChainTrust implements TrustNetwork {
  readonly rules = CHAIN_RULES;
  readonly address: Hex;
  readonly #options: ChainTrustOptions;

  constructor(options: ChainTrustOptions) {
    this.address = options.address;
    this.#options = options;
  }

  nodeInfo(): Promise<NodeInfo> {
    return this.#options.nodeInfo();
  }

  /** The contracts keep only sums, without a history. */
  async qosTracing(): Promise<'unsupported'> {
    return 'unsupported';
  }

  qosPoints(): Promise<QosPoints> {
    return this.#options.contracts.qosOf(this.address);
  }

  async eventsOfTask(commitment: string): Promise<readonly RelayEvent[]> {
    const start = this.#options.blockOfTask(commitment);
    if (start === null) return [];
    const from = start > TASK_BLOCKS / 2n ? start - TASK_BLOCKS / 2n : 0n;
    const events = await this.#events(from, from + TASK_BLOCKS, (task) => task === commitment);
    return events.filter((event) => event.commitment === commitment);
  }

  async groupOf(commitment: string): Promise<readonly GroupMember[] | null> {
    const end = (await this.eventsOfTask(commitment)).find(({ type }) => type === 'TaskEndInvalidated');
    if (end === undefined) return null;
    const block = blockOfEvent(end.id);
    const logs = await this.#logs(block, block);
    const own = logs.find((log) => eventId(log.blockNumber, log.logIndex) === end.id);
    const together = logs.filter(({ transactionHash }) => transactionHash === own?.transactionHash);
    return groupInLogs(together, { contracts: this.#options.contracts, self: this.address });
  }

  async eventsAfter(id: number, limit: number): Promise<readonly RelayEvent[]> {
    const head = await this.#options.rpc.call('eth_blockNumber', []);
    const found: RelayEvent[] = [];
    let from = blockOfEvent(id);
    for (let ranges = 0; from <= head && ranges < MAX_RANGES && found.length < limit; ranges++) {
      found.push(...(await this.#events(from, from + RANGE - 1n, () => false)).filter((event) => event.id > id));
      from += RANGE;
    }
    return found.slice(0, limit);
  }

  /** The events of the same block, which includes everything from the same transaction. */
  async eventsAround(id: number, distance: number): Promise<readonly RelayEvent[]> {
    const block = blockOfEvent(id);
    const events = await this.#events(block, block, () => true);
    return events.filter((event) => Math.abs(event.id - id) <= distance && event.id <= lastIdOf(block));
  }

  async presence(address: string): Promise<NodePresence> {
    const { status, version } = await this.#options.contracts.nodeInfo(address as Hex);
    return { address, status, version: status === 'Quit' ? null : version };
  }

  /** Every node that has ever joined. */
  async publicNodes(): Promise<{ nodes: readonly PublicNode[]; complete: boolean }> {
    const { contracts } = this.#options;
    const nodes: PublicNode[] = [];
    const total = await contracts.totalNodes();
    for (let page = 0; page < MAX_PAGES && nodes.length < total; page++) {
      // The contract refuses a page beyond its end.
      const rows = await contracts.allNodes(nodes.length, Math.min(PUBLIC_NODES_PAGE, total - nodes.length));
      for (const { address, gpuName, vramGib } of rows) nodes.push({ address, gpuName, gpuVramGib: vramGib, weight: null });
    }
    return { nodes, complete: nodes.length >= total };
  }

  queuedTasks(): Promise<number> {
    return this.#options.contracts.queuedTasks();
  }

  async loadedModels(): Promise<'unsupported'> {
    return 'unsupported';
  }

  /** Events of this node, and of the tasks selected by `isWanted`, whoever has them. */
  async #events(from: bigint, to: bigint, isWanted: (commitment: Hex) => boolean): Promise<readonly RelayEvent[]> {
    const { address } = this.#options;
    const logs = await this.#logs(from, to);
    return logs.flatMap((log) => {
      const row = rowOfLog(log, { self: address, isKnown: isWanted });
      return row?.kind === 'event' ? [row.event] : [];
    });
  }

  async #logs(from: bigint, to: bigint): Promise<readonly Log[]> {
    const { rpc, contracts } = this.#options;
    const address = [contracts.addresses.task, contracts.addresses.node];
    try {
      return await rpc.call('eth_getLogs', [{ address, fromBlock: toQuantity(from), toBlock: toQuantity(to), topics: [TOPICS] }]);
    } catch (error) {
      // If an endpoint limits the number of blocks, ask for halves.
      if (!(error instanceof RpcRefused) || from >= to) throw error;
      const middle = (from + to) / 2n;
      return [...(await this.#logs(from, middle)), ...(await this.#logs(middle + 1n, to))];
    }
  }
}
