/**
 * Finds the flows of a node's coins in the contracts' logs, in the chain's order; amounts are read from the tasks
 * themselves.
 */
import type { Hex } from '../../../protocol/hex.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import type { JournalEntry } from '../../chain/transactions/intent.ts';
import { NODE_INTERFACE, TASK_INTERFACE } from '../../networks/chain/abi.ts';
import { type ChainTask, shareOf } from '../../networks/chain/chain-task.ts';
import type { MoneyRecords, ReportedRecord } from '../records/money-records.ts';
import { type Flow, flowPosition, flowSchema, type StoredFlow } from './flows.ts';

type FlowRecords = Pick<MoneyRecords, 'pages' | 'count' | 'find'>;

/** Turns a chain's logs and this node's own transactions into flows. Every method rejects with a ChainError. */
export interface FlowSource {
  /** From a range with all logs of the contracts. */
  ofLogs(records: FlowRecords, logs: readonly Log[]): Promise<ReportedRecord[]>;
  ofJournal(entries: readonly JournalEntry[]): Promise<ReportedRecord[]>;
}

export interface FlowReaderOptions {
  readonly self: Hex;
  /** A task that this node has seen, perhaps before the ledger was opened. It may be another node's since a reorganisation. */
  readonly isSeen: (commitment: Hex) => boolean;
  readonly taskAt: (commitment: Hex) => Promise<ChainTask | null>;
  readonly blockTimeMs: (block: number) => Promise<number>;
}

interface KnownTasks {
  /** Tasks that this node has had. */
  readonly own: Set<Hex>;
  /** Tasks whose pay is booked: a contract pays only once, but repeats a payment that a deep reorganisation reverted. */
  readonly paid: Set<Hex>;
  /** Winners of groups that have not paid yet, with the tasks of this node that they pay. */
  readonly winners: Map<Hex, Hex>;
}

interface Kept {
  /** Number of stored flows when they were last read. */
  readonly count: number;
  /** Flows found since then, which are usually stored by now. */
  readonly reported: readonly ReportedRecord[];
  /** What the stored and the found flows say. */
  readonly known: KnownTasks;
}

export class FlowReader {
  readonly #options: FlowReaderOptions;
  /** After years there are many stored flows, so they are not read again for every log. */
  #kept: Kept | null = null;

  constructor(options: FlowReaderOptions) {
    this.#options = options;
  }

  /** Handles all logs of the contracts in one range, in the chain's order. @throws ChainError */
  async read(records: FlowRecords, logs: readonly Log[]): Promise<ReportedRecord[]> {
    if (logs.length === 0) return [];
    const count = records.count('chainFlow');
    const known = this.#kept !== null && isStored(this.#kept, records, count) ? this.#kept.known : knownFlows(records);
    this.#kept = null;
    const reported: ReportedRecord[] = [];
    const options = { ...this.#options, blockTimeMs: cachedBlockTimes(this.#options.blockTimeMs) };
    for (const log of logs.toSorted(compareLogs)) {
      for (const flow of await flowsOf(options, known, { log, logs })) {
        remember(known, flow);
        const logIndex = Number(log.logIndex);
        const value: StoredFlow = { ...flow, ...('wei' in flow ? { wei: String(flow.wei) } : {}) } as StoredFlow;
        reported.push({ key: `${log.transactionHash}:${logIndex}`, position: flowPosition(flow, logIndex), value });
      }
    }
    this.#kept = { count, reported, known };
    return reported;
  }
}

/** Whether exactly the flows that were found have been stored: if storing them failed, they must be found again. */
function isStored({ count, reported }: Kept, records: FlowRecords, countNow: number): boolean {
  if (count + reported.length !== countNow) return false;
  return reported.every(({ key, value }) => records.find('chainFlow', key)?.json === JSON.stringify(value));
}

/** Each block's time is read once. */
function cachedBlockTimes(read: FlowReaderOptions['blockTimeMs']): FlowReaderOptions['blockTimeMs'] {
  const known = new Map<number, Promise<number>>();
  return (block) => {
    const time = known.get(block) ?? read(block);
    known.set(block, time);
    return time;
  };
}

function compareLogs(a: Log, b: Log): number {
  return Number(a.blockNumber - b.blockNumber) || Number(a.logIndex - b.logIndex);
}

function knownFlows(records: FlowRecords): KnownTasks {
  const known: KnownTasks = { own: new Set(), paid: new Set(), winners: new Map() };
  const rows = [...records.pages('chainFlow')].flat();
  // In the chain's order, as they are noted when they are found.
  for (const { json } of rows.toSorted((a, b) => a.position - b.position)) remember(known, flowSchema.parse(JSON.parse(json)));
  return known;
}

function remember({ own, paid, winners }: KnownTasks, flow: Flow): void {
  if (flow.event === 'paid') paid.add(flow.commitment);
  if (flow.event === 'started') own.add(flow.commitment);
  if (flow.event === 'refunded' && flow.winner !== null) winners.set(flow.winner, flow.commitment);
  if (flow.event !== 'unpaid' && !(flow.event === 'paid' && flow.kind === 'refundShare')) return;
  for (const [winner, task] of winners) if (task === flow.commitment) winners.delete(winner);
}

async function flowsOf(
  { self, isSeen, taskAt, blockTimeMs }: FlowReaderOptions,
  { own, paid, winners }: KnownTasks,
  { log, logs }: { readonly log: Log; readonly logs: readonly Log[] },
): Promise<Flow[]> {
  const decoded = decode(log);
  if (decoded === null) return [];
  const { name, args } = decoded;
  const blockNumber = Number(log.blockNumber);
  const location = async () => ({ blockNumber, txHash: log.transactionHash, atMs: await blockTimeMs(blockNumber) });
  if (name === 'NodeSlashed' || name === 'NodeKickedOut') {
    if (!sameAddress(String(args.nodeAddress), self)) return [];
    return [{ event: name === 'NodeSlashed' ? 'slashed' : 'kickedOut', ...(await location()) }];
  }
  const commitment = String(args.taskIDCommitment) as Hex;
  if (name === 'TaskStarted') {
    return sameAddress(String(args.selectedNode), self) ? [{ event: 'started', ...(await location()), commitment }] : [];
  }
  const paidBy = winners.get(commitment);
  if (paidBy === undefined && paid.has(commitment)) return [];
  const isOwn = async () => isSeen(commitment) && sameAddress((await taskAt(commitment))?.selectedNode ?? '', self);
  if (!own.has(commitment) && paidBy === undefined && !(await isOwn())) return [];
  switch (name) {
    case 'TaskEndSuccess': {
      const wei = (await taskAt(commitment))?.feeWei ?? 0n;
      return [{ event: 'paid', ...(await location()), commitment, kind: 'taskPayment', wei }];
    }
    case 'TaskEndGroupSuccess': {
      const winner = await taskAt(commitment);
      const wei = (winner === null ? null : shareOf(winner, self)) ?? 0n;
      const share = { event: 'paid', ...(await location()), wei } as const;
      if (paidBy === undefined) return [{ ...share, commitment, kind: 'groupShare' }];
      return [{ ...share, commitment: paidBy, kind: 'refundShare' }];
    }
    case 'TaskEndGroupRefund':
      return [{ event: 'refunded', ...(await location()), commitment, winner: winnerIn(logs, log) }];
    case 'TaskEndInvalidated':
      return [{ event: 'invalidated', ...(await location()), commitment }];
    case 'TaskEndAborted':
      if (paidBy !== undefined) return [{ event: 'unpaid', ...(await location()), commitment: paidBy, winner: commitment }];
      return [{ event: 'aborted', ...(await location()), commitment }];
    default:
      return [];
  }
}

/** A group's winner is validated in the same transaction that releases the others. */
function winnerIn(logs: readonly Log[], { transactionHash }: Log): Hex | null {
  const sameTransaction = logs.filter((log) => log.transactionHash === transactionHash).map(decode);
  const winner = sameTransaction.find((decoded) => decoded?.name === 'TaskValidated')?.args.taskIDCommitment;
  return winner === undefined ? null : (String(winner) as Hex);
}

function decode({ topics, data }: Log) {
  try {
    const log = { topics: [...topics], data };
    return TASK_INTERFACE.parseLog(log) ?? NODE_INTERFACE.parseLog(log);
  } catch {
    return null;
  }
}
