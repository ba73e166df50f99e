import { expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import { TASK_INTERFACE } from '../../networks/chain/abi.ts';
import type { ChainTask } from '../../networks/chain/chain-task.ts';
import { commitmentOf, OTHER, SELF } from '../../testing/remote-task.ts';
import { readFlows } from './flow-reader.ts';

const TASK = commitmentOf(1);
const FEE = 7n;

function logOf(index: number, name: string, values: readonly unknown[]): Log {
  const { topics, data } = TASK_INTERFACE.encodeEventLog(name, values);
  const place = { blockNumber: 9n, logIndex: BigInt(index), transactionHash: commitmentOf(99) };
  return { address: OTHER, topics: topics as Hex[], data: data as Hex, ...place, removed: null };
}

/** The events of the flows that the end of {@link TASK} gives, if the node has seen the task. */
async function flowsOf(node: Hex, logs: readonly Log[], isSeen = true): Promise<unknown[]> {
  const heard = await readFlows(
    {
      ...{ self: SELF, records: { pages: () => [][Symbol.iterator]() as never }, isSeen: () => isSeen },
      taskAt: async () => ({ selectedNode: node, feeWei: FEE, payments: [] }) as unknown as ChainTask,
      blockTimeMs: async () => 0,
    },
    logs,
  );
  return heard.map(({ value }) => (value as { event: string }).event);
}

it.each(['TaskEndSuccess', 'TaskEndGroupSuccess', 'TaskEndInvalidated'])(
  'a task that a reorganisation gave to another node moves none of this node’s coins: %s',
  async (name) => {
    const ended = logOf(1, name, [TASK]);
    expect(await flowsOf(OTHER, [ended])).toEqual([]);
    expect(await flowsOf(OTHER, [logOf(0, 'TaskStarted', [TASK, OTHER]), ended])).toEqual([]);
    expect(await flowsOf(SELF, [ended])).toHaveLength(1);
    expect(await flowsOf(SELF, [ended], false)).toEqual([]);
    expect(await flowsOf(SELF, [logOf(0, 'TaskStarted', [TASK, SELF]), ended], false)).toHaveLength(2);
  },
);
