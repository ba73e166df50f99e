import { describe, expect, it } from 'vitest';
import { commitmentOf } from '../../testing/remote-task.ts';
import { type Flow, type FlowFold, flowPosition, initialFold, postFlow } from './flows.ts';

const STAKE = 400n;
const [ONE, TWO] = [commitmentOf(1), commitmentOf(2)];
const at = (blockNumber: number) => ({ blockNumber, txHash: `0x${blockNumber}`, atMs: blockNumber * 1_000 });
const joined = (block: number): Flow => ({ event: 'joined', ...at(block), wei: STAKE });
const quit = (block: number): Flow => ({ event: 'quit', ...at(block) });
const started = (block: number, commitment = ONE): Flow => ({ event: 'started', ...at(block), commitment });
const paid = (block: number, commitment = ONE): Flow => ({
  event: 'paid',
  ...at(block),
  commitment,
  kind: 'taskPayment',
  wei: 7n,
});
const share = (block: number, commitment = ONE): Flow => ({
  event: 'paid',
  ...at(block),
  commitment,
  kind: 'refundShare',
  wei: 9n,
});
const refunded = (block: number, commitment = ONE): Flow => ({ event: 'refunded', ...at(block), commitment, winner: TWO });
const invalidated = (block: number, commitment = ONE): Flow => ({ event: 'invalidated', ...at(block), commitment });
const aborted = (block: number, commitment = ONE): Flow => ({ event: 'aborted', ...at(block), commitment });
const slashed = (block: number): Flow => ({ event: 'slashed', ...at(block) });
const kickedOut = (block: number): Flow => ({ event: 'kickedOut', ...at(block) });

/** `kind wei` of every entry, in order, and the node's state afterwards. */
function book(...flows: readonly Flow[]): { entries: string[]; fold: FlowFold } {
  let fold = initialFold(0n);
  const entries: string[] = [];
  const ordered = flows.toSorted((a, b) => flowPosition(a, 0) - flowPosition(b, 0));
  for (const [index, flow] of ordered.entries()) {
    const done = postFlow(flow, fold, { source: `chain:${index}`, factsOf: () => null });
    fold = done.fold;
    for (const { kind, wei, from, to } of done.entries) if (wei > 0n) entries.push(`${kind} ${wei} ${from}>${to}`);
  }
  return { entries, fold };
}

const IN = 'stake 400 wallet>stake';
const OUT = 'unstake 400 stake>wallet';

describe('flows of coins in the contracts', () => {
  it.each([
    ['join and quit', [joined(1), quit(2)], [IN, OUT]],
    ['a fee', [joined(1), started(2), paid(3)], [IN, 'taskPayment 7 network>wallet']],
    [
      'quit while busy: the stake returns at the task’s end',
      [joined(1), started(2), quit(3), paid(4)],
      [IN, 'taskPayment 7 network>wallet', OUT],
    ],
    ['quit while busy, and the task aborted', [joined(1), started(2), quit(3), aborted(4)], [IN, OUT]],
    ['quit while busy, and let go by the group', [joined(1), started(2), quit(3), refunded(4)], [IN, OUT]],
    ['quit and the end in one block', [joined(1), started(2), quit(3), aborted(3)], [IN, OUT]],
    ['a join that takes a task out of the queue', [started(1), joined(1), quit(2), aborted(3)], [IN, OUT]],
    ['slashed', [joined(1), started(2), invalidated(3), slashed(3)], [IN, 'slash 400 stake>slashed']],
    [
      'slashed although it had quit',
      [joined(1), started(2), quit(3), invalidated(4), slashed(4)],
      [IN, 'slash 400 stake>slashed'],
    ],
    ['kicked out at the end of a task', [joined(1), started(2), aborted(3), kickedOut(3)], [IN, OUT]],
    [
      'a share that comes after the node has left',
      [joined(1), started(2), refunded(3), quit(4), share(5)],
      [IN, OUT, 'refundShare 9 network>wallet'],
    ],
    [
      'a share while another task runs',
      [joined(1), started(2), refunded(3), started(4, TWO), quit(5), share(6), aborted(7, TWO)],
      [IN, 'refundShare 9 network>wallet', OUT],
    ],
    ['kicked out while it was leaving: once', [joined(1), started(2), quit(3), aborted(4), kickedOut(4)], [IN, OUT]],
    [
      'joined again after a slash',
      [joined(1), started(2), invalidated(3), slashed(3), joined(4)],
      [IN, 'slash 400 stake>slashed', IN],
    ],
  ] as const)('%s', (_what, flows, expected) => {
    expect(book(...flows).entries).toEqual(expected);
  });

  it('a slash names its task', () => {
    const { fold } = book(joined(1), started(2), invalidated(3));
    const { entries } = postFlow(slashed(3), fold, { source: 'chain:x', factsOf: () => null });
    expect(entries).toMatchObject([{ kind: 'slash', task: ONE, source: 'chain:x:stake' }]);
  });
});
