import { expect, test } from 'vitest';
import { balanceOf, escrowOf, ISSUED, transfer } from './ledger.ts';
import { releaseNode, slashNode } from './node-departure.ts';
import { nodeRow, taskRow, testContext } from './testing/context.ts';

const task = taskRow({ status: 'EndSuccess', selectedNode: nodeRow('n1').address });
const busy = { status: 'Busy', currentTask: task.commitment } as const;
const pool = (score: number, length: number) => ({ ...nodeRow('n1').qos, pool: Array<number>(length).fill(score) });

test.each([
  ['fifty bad ranks', pool(1, 50), 'Quit', ['NodeQuit', 'NodeKickedOut']],
  ['forty-nine bad ranks', pool(1, 49), 'Available', []],
  ['fifty ranks that just suffice', pool(2, 50), 'Available', []],
])('a node with %s', (_, qos, status, events) => {
  const context = testContext();
  context.store.transaction(() => {
    context.store.nodes.put(nodeRow('n1', { ...busy, qos }));
    releaseNode(context, task);
  });
  expect(context.store.nodes.get(nodeRow('n1').address)).toMatchObject({ status, currentTask: null });
  expect(context.store.events.values().map((event) => event.type)).toEqual(events);
});

test('a node that is already on another task is left alone', () => {
  const context = testContext();
  const other = nodeRow('n1', { status: 'Busy', currentTask: `0x${'dd'.repeat(32)}` });
  context.store.transaction(() => {
    context.store.nodes.put(other);
    releaseNode(context, task);
  });
  expect(context.store.nodes.get(other.address)).toEqual(other);
});

test('a busy node is slashed at once, and its task is aborted and refunded', () => {
  const context = testContext();
  const running = taskRow({ status: 'Started', selectedNode: nodeRow('n1').address, feeWei: 5n });
  context.store.transaction(() => {
    transfer(context, { type: 'Deposit', reason: '3-test', from: ISSUED, to: escrowOf(running.commitment), wei: 5n });
    context.store.tasks.put(running);
    context.store.nodes.put(nodeRow('n1', busy));
    slashNode(context, { address: nodeRow('n1').address, commitment: '0x' });
  });
  expect(context.store.nodes.get(nodeRow('n1').address)).toMatchObject({ status: 'Quit', currentTask: null });
  expect(context.store.tasks.get(running.commitment)).toMatchObject({ status: 'EndAborted', abortReason: 'NodeSlashed' });
  expect(balanceOf(context, running.creator)).toBe(5n);
  expect(context.store.events.values().map(({ type }) => type)).toEqual(['TaskEndAborted', 'NodeQuit', 'NodeSlashed']);
});
