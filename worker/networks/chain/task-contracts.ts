/** The contracts' data about a network on a chain, in this project's own terms. Source: CHAIN_PROTOCOL 2.2, 3.1, 3.3, 4. */
import { z } from 'zod';
import type { TaskContractAddresses } from '../../../contract/task-chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { nodeStatusFromNumber } from '../../../protocol/node/status.ts';
import { addressField, commitmentField, hexField } from '../../../protocol/wire/fields.ts';
import { type BlockTag, Contract } from '../../chain/contracts/contract.ts';
import type { ChainRpc } from '../../chain/rpc/methods.ts';
import { NODE_INTERFACE, QOS_INTERFACE, QUEUE_INTERFACE, STATS_INTERFACE, TASK_INTERFACE } from './abi.ts';
import { type ChainTask, chainTaskSchema, NOBODY } from './chain-task.ts';
import { countField, enumField, versionField } from './fields.ts';

const NO_TASK = `0x${'0'.repeat(64)}`;

const singleOutput = <Field extends z.ZodType>(field: Field) => z.tuple([field]).transform(([value]) => value as z.output<Field>);
const weiOutput = singleOutput(z.bigint());
const countOutput = singleOutput(countField);

const nodeInfoField = z
  .tuple([
    enumField(nodeStatusFromNumber, 'node status'),
    hexField,
    z.tuple([z.string(), countField]),
    z.bigint(),
    versionField,
    z.string(),
    z.array(z.string()),
    z.array(z.string()),
  ])
  .transform(([status, , [gpuName, gpuVramGib], score, version, , lastModelIds, localModelIds]) => ({
    status,
    gpuName,
    gpuVramGib,
    /** Weight of the node when a task is assigned: its average of points, at least one. */
    score: Number(score),
    version,
    lastModelIds,
    localModelIds,
  }));
export type ChainNodeInfo = z.output<typeof nodeInfoField>;

export interface QosReading {
  /** Average points of the tasks that count; 20 for a new node. */
  readonly average: number;
  readonly limit: number;
  /** Points of the tasks that a kick-out considers, and their number. */
  readonly recent: number;
  readonly recentTasks: number;
}

export class TaskContracts {
  readonly addresses: TaskContractAddresses;
  readonly task: Contract;
  readonly node: Contract;
  readonly #qos: Contract;
  readonly #queue: Contract;
  readonly #stats: Contract;

  constructor(addresses: TaskContractAddresses, rpc: ChainRpc) {
    this.addresses = addresses;
    this.task = new Contract({ name: 'VSSTask', face: TASK_INTERFACE, address: addresses.task, rpc });
    this.node = new Contract({ name: 'Node', face: NODE_INTERFACE, address: addresses.node, rpc });
    this.#qos = new Contract({ name: 'QOS', face: QOS_INTERFACE, address: addresses.qos, rpc });
    this.#queue = new Contract({ name: 'TaskQueue', face: QUEUE_INTERFACE, address: addresses.taskQueue, rpc });
    this.#stats = new Contract({ name: 'NetworkStats', face: STATS_INTERFACE, address: addresses.networkStats, rpc });
  }

  /** The contract cannot express "unknown": it answers with zeros. */
  async taskAt(block: BlockTag, commitment: Hex): Promise<ChainTask | null> {
    const task = await this.task.readAt(block, singleOutput(chainTaskSchema), 'getTask', commitment);
    return task.commitment === commitment ? task : null;
  }

  async nodeTask(address: Hex): Promise<Hex | null> {
    const commitment = await this.task.read(singleOutput(commitmentField), 'getNodeTask', address);
    return commitment === NO_TASK ? null : commitment;
  }

  nodeInfo(address: Hex, block: BlockTag = 'latest'): Promise<ChainNodeInfo> {
    return this.node.readAt(block, singleOutput(nodeInfoField), 'getNodeInfo', address);
  }

  /** Wei. */
  stakeOf(address: Hex, block: BlockTag = 'latest'): Promise<bigint> {
    return this.node.readAt(block, weiOutput, 'getStakedAmount', address);
  }

  /** The recipient of slashed stakes. */
  async owner(): Promise<Hex | null> {
    const owner = await this.node.read(singleOutput(addressField), 'owner');
    return owner === NOBODY ? null : owner;
  }

  async qosOf(address: Hex): Promise<QosReading> {
    const [average, limit, recent, recentTasks] = await Promise.all([
      this.#qos.read(countOutput, 'getTaskScore', address),
      this.#qos.read(countOutput, 'getTaskScoreLimit'),
      this.#qos.read(countOutput, 'getRecentTaskScore', address),
      this.#qos.read(countOutput, 'getRecentTaskCount', address),
    ]);
    return { average, limit, recent, recentTasks };
  }

  currentPoints(address: Hex): Promise<number> {
    return this.#qos.read(countOutput, 'getCurrentTaskScore', address);
  }

  queuedTasks(): Promise<number> {
    return this.#queue.read(countOutput, 'size');
  }

  totalNodes(): Promise<number> {
    return this.#stats.read(countOutput, 'totalNodes');
  }

  allNodes(offset: number, length: number): Promise<readonly { address: Hex; gpuName: string; vramGib: number }[]> {
    const row = z
      .tuple([addressField, z.string(), countField])
      .transform(([address, gpuName, vramGib]) => ({ address, gpuName, vramGib }));
    return this.#stats.read(singleOutput(z.array(row)), 'getAllNodeInfo', offset, length);
  }
}
