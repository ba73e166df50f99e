/**
 * Logs of the contracts as rows of the event list. Nothing is indexed: the data says whose event it is, and the end of
 * a task names no node at all. Source: CHAIN_PROTOCOL 2.4, 3.1.
 */
import type { LogDescription } from 'ethers';
import { type Hex, isHex } from '../../../protocol/hex.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import { NODE_INTERFACE, TASK_INTERFACE } from './abi.ts';

/** Number of IDs reserved for the logs of one block; no block contains that many. */
const LOGS_PER_BLOCK = 2 ** 20;

/** Stays below 2^53 for eight billion blocks. */
export function eventId(block: bigint, logIndex: bigint): number {
  return Number(block) * LOGS_PER_BLOCK + Number(logIndex);
}

export function blockOfEvent(id: number): bigint {
  return BigInt(Math.floor(id / LOGS_PER_BLOCK));
}

/** The last ID that the logs of a block can have. */
export function lastIdOf(block: bigint): number {
  return Number(block + 1n) * LOGS_PER_BLOCK - 1;
}

const topicsOf = (face: typeof TASK_INTERFACE): readonly string[] => {
  const topics: string[] = [];
  face.forEachEvent((event) => topics.push(event.topicHash));
  return topics;
};
export const TOPICS: readonly string[] = [...topicsOf(TASK_INTERFACE), ...topicsOf(NODE_INTERFACE)];

export interface RowContext {
  readonly self: Hex;
  /** Whether this node has had the task: ends of other nodes' tasks are not stored. */
  readonly isKnown: (commitment: Hex) => boolean;
}

/** Logs as rows, in order. A slash names no task: it belongs to this node's task that the same transaction invalidated. */
export function rowsOfLogs(logs: readonly Log[], context: RowContext): EventRow[] {
  const standing = logs.filter(({ removed }) => removed !== true);
  const invalidated = new Map<string, string>();
  return standing.flatMap((log): EventRow[] => {
    const row = rowOfLog(log, context);
    if (row === null) return [];
    if (row.kind !== 'event') return [row];
    const { type, commitment } = row.event;
    if (type === 'TaskEndInvalidated' && commitment !== null) invalidated.set(log.transactionHash, commitment);
    const task = type === 'NodeSlashed' ? (invalidated.get(log.transactionHash) ?? null) : null;
    if (task === null) return [row];
    const args = JSON.stringify({ node_address: context.self, task_id_commitment: task });
    return [{ kind: 'event', event: { ...row.event, commitment: task, args } }];
  });
}

/** Null for logs that do not concern this node. */
export function rowOfLog(log: Log, { self, isKnown }: RowContext): EventRow | null {
  const id = eventId(log.blockNumber, log.logIndex);
  const decoded = decode(log);
  if (decoded === null) {
    return {
      kind: 'unreadable',
      id,
      raw: JSON.stringify({ topics: log.topics, data: log.data }).slice(0, 2_048),
      problem: 'unknown log',
    };
  }
  const { name, args } = decoded;
  const node = args.selectedNode ?? args.nodeAddress;
  const commitment = args.taskIDCommitment === undefined ? null : String(args.taskIDCommitment);
  if (node !== undefined) {
    if (!sameAddress(String(node), self)) return null;
  } else if (commitment === null || !isHex(commitment, 32) || !isKnown(commitment)) return null;
  return {
    kind: 'event',
    event: { id, type: name, nodeAddress: self, commitment, args: JSON.stringify(fieldsOf(decoded, self)) },
  };
}

function decode({ topics, data }: Log): LogDescription | null {
  try {
    const log = { topics: [...topics], data };
    return TASK_INTERFACE.parseLog(log) ?? NODE_INTERFACE.parseLog(log);
  } catch {
    return null;
  }
}

/** The fields as a relay writes them; task types have the same numbers. */
function fieldsOf({ name, args }: LogDescription, self: Hex): object {
  switch (name) {
    case 'DownloadModel':
      return { node_address: self, model_id: String(args.modelID), task_type: Number(args.taskType) };
    case 'TaskEndAborted':
      return {
        task_id_commitment: args.taskIDCommitment,
        abort_issuer: args.abortIssuer,
        last_status: Number(args.lastStatus),
        abort_reason: Number(args.abortReason),
      };
    default:
      return args.taskIDCommitment === undefined ? { node_address: self } : { task_id_commitment: args.taskIDCommitment };
  }
}
