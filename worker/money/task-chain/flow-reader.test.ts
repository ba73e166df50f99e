import { expect, it, vi } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import { TASK_INTERFACE } from '../../networks/chain/abi.ts';
import type { ChainTask } from '../../networks/chain/chain-task.ts';
import { commitmentOf, OTHER, SELF } from '../../testing/remote-task.ts';
import { MoneyRecords } from '../records/money-records.ts';
import { memoryDatabase } from '../testing/ledger.ts';
import { FlowReader } from './flow-reader.ts';

const TASK = commitmentOf(1);
const FEE = 7n;

function logOf(index: number, name: string, values: readonly unknown[]): Log {
  const { topics, data } = TASK_INTERFACE.encodeEventLog(name, values);
  const place = { blockNumber: 9n, logIndex: BigInt(index), transactionHash: commitmentOf(99) };
  return { address: OTHER, topics: topics as Hex[], data: data as Hex, ...place, removed: null };
}

/** A reader on a chain where {@link TASK} is the task of `node`. */
function readerOf(node: Hex, isSeen = true): FlowReader {
  return new FlowReader({
    ...{ self: SELF, isSeen: () => isSeen, blockTimeMs: async () => 0 },
    taskAt: async () => ({ selectedNode: node, feeWei: FEE, payments: [] }) as unknown as ChainTask,
  });
}

/** The events of the flows that these logs give. */
async function flowsOf(node: Hex, logs: readonly Log[], isSeen = true): Promise<unknown[]> {
  const reported = await readerOf(node, isSeen).read(new MoneyRecords(memoryDatabase()), logs);
  return reported.map(({ value }) => (value as { event: string }).event);
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

it('stored flows are read once, whether new ones concern this node or others', async () => {
  const records = new MoneyRecords(memoryDatabase());
  const reader = readerOf(SELF, false);
  const pages = vi.spyOn(records, 'pages');
  const foreign = [logOf(0, 'TaskEndSuccess', [commitmentOf(2)])];
  expect([await reader.read(records, foreign), await reader.read(records, foreign)]).toEqual([[], []]);
  for (let n = 1; n <= 20; n++) {
    const started = await reader.read(records, [logOf(2 * n, 'TaskStarted', [commitmentOf(n), SELF])]);
    records.put('chainFlow', started, 0);
    const paid = await reader.read(records, [logOf(2 * n + 1, 'TaskEndSuccess', [commitmentOf(n)])]);
    expect(paid).toMatchObject([{ value: { event: 'paid', commitment: commitmentOf(n) } }]);
    records.put('chainFlow', paid, 0);
  }
  expect(pages).toHaveBeenCalledTimes(1);
});

it('what was found but not stored is found again', async () => {
  const records = new MoneyRecords(memoryDatabase());
  const reader = readerOf(SELF, false);
  const started = await reader.read(records, [logOf(1, 'TaskStarted', [TASK, SELF])]);
  const ended = [logOf(2, 'TaskEndSuccess', [TASK])];
  // The start was not stored: as far as this node knows, the task is not its own.
  expect(await reader.read(records, ended)).toEqual([]);
  records.put('chainFlow', started, 0);
  const paid = await reader.read(records, ended);
  expect(paid).toMatchObject([{ value: { event: 'paid', commitment: TASK, wei: String(FEE) } }]);
  expect(await reader.read(records, ended)).toEqual(paid);
  // As many others were stored meanwhile, but not this one.
  records.put('chainFlow', [{ key: 'quit', position: 1, value: { event: 'quit', blockNumber: 1, txHash: '0x', atMs: 0 } }], 0);
  expect(await reader.read(records, ended)).toEqual(paid);
  records.put('chainFlow', paid, 0);
  expect(await reader.read(records, ended)).toEqual([]);
});

it.each([
  ['has read every flow itself', true],
  ['was started in between', false],
])('a group’s share is booked once, whatever a reorganisation repeats, by a reader that %s', async (_how, isSame) => {
  const WINNER = commitmentOf(2);
  const records = new MoneyRecords(memoryDatabase());
  const first = readerOf(SELF, false);
  const events = async (...logs: readonly Log[]) => {
    const reported = await (isSame ? first : readerOf(SELF, false)).read(records, logs);
    records.put('chainFlow', reported, 0);
    return reported.map(({ value }) => (value as { event: string }).event);
  };
  const refund = (index: number) =>
    events(logOf(index, 'TaskValidated', [WINNER]), logOf(index + 1, 'TaskEndGroupRefund', [TASK]));
  expect(await events(logOf(0, 'TaskStarted', [TASK, SELF]))).toEqual(['started']);
  expect(await refund(1)).toEqual(['refunded']);
  expect(await events(logOf(3, 'TaskEndAborted', [WINNER, OTHER, 5, 0]))).toEqual(['unpaid']);
  // The abort is reverted, and the winner pays after all.
  expect(await refund(4)).toEqual(['refunded']);
  expect(await events(logOf(6, 'TaskEndGroupSuccess', [WINNER]))).toEqual(['paid']);
  expect(await refund(7)).toEqual([]);
  expect(await events(logOf(9, 'TaskEndGroupSuccess', [WINNER]))).toEqual([]);
});
