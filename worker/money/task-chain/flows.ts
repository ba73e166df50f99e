/**
 * What moved this node's coins on a network whose tasks are on a chain. No such movement has its own log: fees, stakes
 * and their return are transfers inside other transactions, so they are derived from what those transactions did. Pure.
 * Source: CHAIN_PROTOCOL 2.8, 2.9, 3.2, 3.4, CHAIN_CORRECTIONS 17.
 */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { commitmentField, weiField } from '../../../protocol/wire/fields.ts';
import { entryOf, type Labels, type LedgerEntry, NO_LABELS } from '../ledger/entry.ts';
import type { TaskFactsOf } from '../records/posting.ts';

const locationFields = {
  blockNumber: z.number().int(),
  txHash: z.string(),
  /** Epoch ms, time of the block. */
  atMs: z.number(),
};
const taskField = { commitment: commitmentField };

export const flowSchema = z.discriminatedUnion('event', [
  /** This node joined: the whole value is the stake. */
  z.object({ event: z.literal('joined'), ...locationFields, wei: weiField }),
  z.object({ event: z.literal('quit'), ...locationFields }),
  /** Logs. */
  z.object({ event: z.literal('started'), ...locationFields, ...taskField }),
  /** The fee of a single task, or this node's share of a group's fee; `kind` as in the ledger. */
  z.object({
    event: z.literal('paid'),
    ...locationFields,
    ...taskField,
    wei: weiField,
    kind: z.enum(['taskPayment', 'groupShare', 'refundShare']),
  }),
  /** A task that agreed with its group's winner, who pays when the result is uploaded. */
  z.object({ event: z.literal('refunded'), ...locationFields, ...taskField, winner: commitmentField.nullable() }),
  /** The winner was aborted: that task is never paid. */
  z.object({ event: z.literal('unpaid'), ...locationFields, ...taskField, winner: commitmentField }),
  z.object({ event: z.literal('aborted'), ...locationFields, ...taskField }),
  z.object({ event: z.literal('invalidated'), ...locationFields, ...taskField }),
  z.object({ event: z.literal('slashed'), ...locationFields }),
  z.object({ event: z.literal('kickedOut'), ...locationFields }),
]);
export type Flow = z.output<typeof flowSchema>;
export type StoredFlow = z.input<typeof flowSchema>;

const POSITIONS_PER_BLOCK = 1_000_000;
/**
 * In a block, what starts comes before what ends: a join may start a task, and a node that quits while busy leaves at
 * its end.
 */
const RANK: Readonly<Record<Flow['event'], number>> = {
  joined: 0,
  started: 1,
  quit: 2,
  paid: 3,
  refunded: 3,
  unpaid: 3,
  aborted: 3,
  invalidated: 3,
  slashed: 3,
  kickedOut: 3,
};

/** Order among the flows of a node. */
export function flowPosition({ event, blockNumber }: Pick<Flow, 'event' | 'blockNumber'>, logIndex: number): number {
  return blockNumber * POSITIONS_PER_BLOCK + RANK[event] * (POSITIONS_PER_BLOCK / 10) + logIndex;
}

/** The node's state after some flows. */
export interface FlowFold {
  readonly stakeWei: bigint;
  readonly busy: Hex | null;
  /** It has quit and leaves when its task ends. */
  readonly isLeaving: boolean;
  /** The last task in which its result differed from the others. */
  readonly invalidated: Hex | null;
}

export function initialFold(stakeWei: bigint): FlowFold {
  return { stakeWei, busy: null, isLeaving: false, invalidated: null };
}

/** @param source identifies the flow: a transaction's hash, with the log's number if it is a log */
export function postFlow(
  flow: Flow,
  fold: FlowFold,
  { source, factsOf }: { readonly source: string; readonly factsOf: TaskFactsOf },
): { readonly entries: readonly LedgerEntry[]; readonly fold: FlowFold } {
  const common = { atMs: flow.atMs, tx: flow.txHash };
  const returnStake = () =>
    entryOf({ ...common, source: `${source}:stake`, kind: 'unstake', from: 'stake', to: 'wallet', wei: fold.stakeWei });
  const afterLeaving: FlowFold = { ...fold, stakeWei: 0n, busy: null, isLeaving: false };
  const endTask = (commitment: Hex, ...entries: readonly LedgerEntry[]) => {
    if (fold.busy !== null && fold.busy !== commitment) return { entries, fold };
    if (fold.isLeaving && fold.stakeWei > 0n) return { entries: [...entries, returnStake()], fold: afterLeaving };
    return { entries, fold: { ...fold, busy: null } };
  };
  switch (flow.event) {
    case 'joined': {
      const { wei } = flow;
      const stake = entryOf({ ...common, source: `${source}:stake`, kind: 'stake', from: 'wallet', to: 'stake', wei });
      return { entries: [stake], fold: { ...initialFold(fold.stakeWei + wei), busy: fold.busy } };
    }
    case 'quit':
      if (fold.busy !== null) return { entries: [], fold: { ...fold, isLeaving: true } };
      return { entries: [returnStake()], fold: afterLeaving };
    case 'started':
      return { entries: [], fold: { ...fold, busy: flow.commitment } };
    case 'paid': {
      const { kind, wei, commitment } = flow;
      const labels = labelsOf(commitment, factsOf);
      const paid = entryOf({ ...common, source, kind, from: 'network', to: 'wallet', wei, task: commitment, labels });
      return kind === 'refundShare' ? { entries: [paid], fold } : endTask(commitment, paid);
    }
    case 'unpaid':
      return { entries: [], fold };
    case 'refunded':
    case 'aborted':
      return endTask(flow.commitment);
    // The slash that follows takes the stake, even if the node has requested it back.
    case 'invalidated':
      return { entries: [], fold: { ...fold, invalidated: flow.commitment } };
    case 'slashed': {
      const slash = { kind: 'slash', from: 'stake', to: 'slashed', wei: fold.stakeWei, task: fold.invalidated } as const;
      return { entries: [entryOf({ ...common, source: `${source}:stake`, ...slash })], fold: afterLeaving };
    }
    case 'kickedOut':
      return { entries: [returnStake()], fold: afterLeaving };
  }
}

function labelsOf(commitment: Hex, factsOf: TaskFactsOf): Labels {
  const facts = factsOf(commitment);
  return facts === null ? NO_LABELS : { taskType: facts.type, model: facts.model, gpu: facts.gpu };
}
