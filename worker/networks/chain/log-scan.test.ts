import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { RpcRefused } from '../../chain/errors.ts';
import type { ChainRpc, Log } from '../../chain/rpc/methods.ts';
import { commitmentOf, OTHER, SELF } from '../../testing/remote-task.ts';
import { NODE_INTERFACE, TASK_INTERFACE } from './abi.ts';
import { blockOfEvent, eventId, lastIdOf, rowOfLog, rowsOfLogs } from './log-rows.ts';
import { LogScan, type ScanMark } from './log-scan.ts';

const TASK = commitmentOf(1);
const hashOf = (n: number, fork = 0): Hex => `0x${(n + fork * 1_000_000).toString(16).padStart(64, '0')}`;

function started(block: number, index: number, commitment: Hex = TASK, node: Hex = SELF): Log {
  const event = TASK_INTERFACE.encodeEventLog('TaskStarted', [commitment, node]);
  return logOf(block, index, event);
}

function ended(block: number, index: number, commitment: Hex): Log {
  return logOf(block, index, TASK_INTERFACE.encodeEventLog('TaskEndSuccess', [commitment]));
}

function logOf(block: number, index: number, { topics, data }: { topics: readonly string[]; data: string }): Log {
  const place = { blockNumber: BigInt(block), logIndex: BigInt(index), transactionHash: hashOf(block) };
  return { address: OTHER, topics: topics as Hex[], data: data as Hex, ...place, removed: null };
}

/** A chain in memory, and a node's log scan on it. */
function world({ head = 100, confirmations = 3 } = {}) {
  const state = {
    head,
    fork: 0,
    logs: [] as Log[],
    ranges: [] as [number, number][],
    mostBlocks: 10_000,
    mark: null as ScanMark | null,
  };
  const rpc = {
    chainId: async () => 1,
    async call(method: string, params: readonly unknown[]) {
      if (method === 'eth_blockNumber') return BigInt(state.head);
      if (method === 'eth_getBlockByNumber') {
        const n = Number(params[0]);
        return n > state.head ? null : { number: BigInt(n), hash: hashOf(n, state.fork), timestamp: 0n };
      }
      const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
      const [from, to] = [Number(fromBlock), Number(toBlock)];
      if (to - from + 1 > state.mostBlocks) {
        throw new RpcRefused({ rpcCode: -32000, rpcMessage: 'range too large', revertData: null, afterFailure: false, method });
      }
      state.ranges.push([from, to]);
      return state.logs.filter((log) => Number(log.blockNumber) >= from && Number(log.blockNumber) <= to);
    },
  } as unknown as ChainRpc;
  const open = () =>
    new LogScan({
      rpc,
      addresses: [OTHER],
      confirmations,
      rows: { self: SELF, isKnown: (commitment) => commitment === TASK },
      loadMark: () => state.mark,
      saveMark: (mark) => {
        state.mark = mark;
      },
    });
  return { state, open };
}

const ids = (rows: readonly EventRow[]) => rows.map((row) => (row.kind === 'event' ? row.event.id : row.id));

describe('rows from logs', () => {
  const context = { self: SELF, isKnown: (commitment: Hex) => commitment === TASK };

  it('are about this node, or a task that it has had', () => {
    expect(rowOfLog(started(7, 2), context)).toMatchObject({
      kind: 'event',
      event: { id: eventId(7n, 2n), type: 'TaskStarted', commitment: TASK, nodeAddress: SELF },
    });
    expect(rowOfLog(started(7, 2, TASK, OTHER), context)).toBeNull();
    expect(rowOfLog(ended(7, 3, TASK), context)).toMatchObject({ event: { type: 'TaskEndSuccess' } });
    expect(rowOfLog(ended(7, 3, commitmentOf(2)), context)).toBeNull();
  });

  it('keep a log that cannot be decoded as received', () => {
    const odd = logOf(7, 1, { topics: [hashOf(5)], data: '0x' });
    expect(rowOfLog(odd, context)).toMatchObject({ kind: 'unreadable', id: eventId(7n, 1n) });
  });

  it("a slash belongs to this node's task that the same transaction has invalidated, and to no other", () => {
    const invalidated = TASK_INTERFACE.encodeEventLog('TaskEndInvalidated', [TASK]);
    const slashed = NODE_INTERFACE.encodeEventLog('NodeSlashed', [SELF]);
    const slashesIn = (block: number) =>
      rowsOfLogs([logOf(7, 1, invalidated), logOf(block, 2, slashed)], context).flatMap((row) =>
        row.kind === 'event' && row.event.type === 'NodeSlashed' ? [row.event.commitment] : [],
      );
    expect(slashesIn(7)).toEqual([TASK]);
    expect(slashesIn(8)).toEqual([null]);
  });

  it('have IDs that increase with the chain and encode the block', () => {
    expect(eventId(7n, 5n)).toBeLessThan(eventId(8n, 0n));
    expect(blockOfEvent(eventId(123_456_789n, 77n))).toBe(123_456_789n);
    expect(lastIdOf(7n)).toBe(eventId(8n, 0n) - 1);
    expect(Number.isSafeInteger(eventId(8_000_000_000n, 1n))).toBe(true);
  });
});

describe('reading logs', () => {
  it('returns only what is final, once, in order', async () => {
    const { state, open } = world();
    state.logs = [started(50, 1), ended(60, 0, TASK), started(99, 0, commitmentOf(3))];
    const scan = open();
    const rows = await scan.after(lastIdOf(10n));
    expect(ids(rows)).toEqual([eventId(50n, 1n), eventId(60n, 0n)]);
    expect(await scan.after(eventId(60n, 0n))).toEqual([]);
    state.head = 101;
    expect(ids(await scan.after(eventId(60n, 0n)))).toEqual([eventId(99n, 0n)]);
  });

  it('does not read again what has been recorded, even after a restart', async () => {
    const { state, open } = world();
    state.logs = [started(50, 1)];
    const scan = open();
    await scan.after(lastIdOf(10n));
    await scan.after(eventId(50n, 1n));
    expect(state.mark).toMatchObject({ block: 98 });
    state.ranges.length = 0;
    state.head = 110;
    await open().after(eventId(50n, 1n));
    expect(state.ranges).toEqual([[99, 108]]);
  });

  it('reads again what a killed process had not recorded', async () => {
    const { state, open } = world();
    state.logs = [started(50, 1)];
    await open().after(lastIdOf(10n));
    expect(state.mark).toBeNull();
    const scan = open();
    expect(ids(await scan.after(lastIdOf(10n)))).toEqual([eventId(50n, 1n)]);
    // Its caller makes the same call again, because nothing of it is on disk.
    expect(ids(await scan.after(lastIdOf(10n)))).toEqual([eventId(50n, 1n)]);
    expect(state.mark).toBeNull();
  });

  it('asks for as few blocks as the endpoint allows', async () => {
    const { state, open } = world({ head: 1_000 });
    state.mostBlocks = 100;
    state.logs = [started(50, 1), started(700, 0)];
    const scan = open();
    const found: EventRow[] = [];
    for (let n = 0; n < 10; n++) found.push(...(await scan.after(ids(found).at(-1) ?? lastIdOf(10n))));
    expect(ids(found)).toEqual([eventId(50n, 1n), eventId(700n, 0n)]);
    expect(state.mark?.block).toBe(998);
  });

  it('after a reorganisation deeper than final, returns the current logs, including IDs that were returned before', async () => {
    const { state, open } = world();
    state.logs = [started(90, 1)];
    const scan = open();
    await scan.after(lastIdOf(10n));
    await scan.after(eventId(90n, 1n));
    state.fork = 1;
    state.head = 103;
    const other = commitmentOf(1);
    state.logs = [ended(90, 1, other)];
    const rows = await scan.after(eventId(90n, 1n));
    expect(rows).toMatchObject([{ event: { id: eventId(90n, 1n), type: 'TaskEndSuccess' } }]);
  });

  it('an endpoint that is behind the mark returns nothing and undoes nothing', async () => {
    const { state, open } = world();
    const scan = open();
    await scan.after(lastIdOf(10n));
    await scan.after(lastIdOf(10n));
    const { mark } = state;
    state.head = 60;
    expect(await scan.after(lastIdOf(10n))).toEqual([]);
    expect(state.mark).toEqual(mark);
  });
});
