/**
 * Reads the contracts' logs up to the newest final block, in ranges. The progress is on disk, but only as far as the
 * caller has certainly recorded the rows: after a kill in between, they are read again.
 */
import { toQuantity } from 'ethers';
import type { Hex } from '../../../protocol/hex.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { ChainError, RpcRefused } from '../../chain/errors.ts';
import type { ChainRpc, Log } from '../../chain/rpc/methods.ts';
import { EVENT_PAGE } from '../task-network.ts';
import { blockOfEvent, lastIdOf, type RowContext, rowsOfLogs, TOPICS } from './log-rows.ts';

/** A block up to which everything has been read and recorded. */
export interface ScanMark {
  readonly block: number;
  readonly hash: string;
}

export interface LogScanOptions {
  readonly rpc: ChainRpc;
  readonly addresses: readonly Hex[];
  readonly confirmations: number;
  readonly rows: RowContext;
  readonly loadMark: () => ScanMark | null;
  readonly saveMark: (mark: ScanMark) => void;
}

/** Blocks per request; an endpoint may allow fewer. */
const RANGE = 2_000n;
/** Most requests in one call: the rest follows in the next. */
const MAX_RANGES = 5;
/** How far back to read if a final block has been replaced. */
const DEEP_REORGANISATION = 256n;

export class LogScan {
  readonly #options: LogScanOptions;
  /** What the last call has read completely, and the highest ID it returned. */
  #pending: { readonly mark: ScanMark; readonly lastId: number } | null = null;
  #range = RANGE;

  constructor(options: LogScanOptions) {
    this.#options = options;
  }

  /** The highest ID that a final block can have. */
  async latestId(): Promise<number> {
    const block = await this.#finalBlock();
    return block < 0n ? 0 : lastIdOf(block);
  }

  /** Rows with an ID above `id`, ascending; about one page, but always all rows of the last block. @throws ChainError */
  async after(id: number): Promise<readonly EventRow[]> {
    const { rows, saveMark } = this.#options;
    // A caller that asks for what follows a row has recorded the row.
    if (this.#pending !== null && id + OVERLAP_OF_CALLER >= this.#pending.lastId) saveMark(this.#pending.mark);
    this.#pending = null;
    const final = await this.#finalBlock();
    const found: EventRow[] = [];
    const { block: begun, anew } = await this.#start(blockOfEvent(id));
    // Blocks that replaced others may contain IDs that were returned before.
    const above = anew ? -1 : id;
    let from = begun;
    for (let ranges = 0; from <= final && ranges < MAX_RANGES && found.length < EVENT_PAGE; ranges++) {
      const to = min(from + this.#range - 1n, final);
      const logs = await this.#logs(from, to);
      if (logs === null) continue;
      found.push(...rowsOfLogs(logs, rows).filter((row) => idOf(row) > above));
      from = to + 1n;
    }
    if (from > begun) await this.#noteRead(from - 1n, found);
    return found.toSorted((a, b) => idOf(a) - idOf(b));
  }

  async #noteRead(block: bigint, found: readonly EventRow[]): Promise<void> {
    const header = await this.#options.rpc.call('eth_getBlockByNumber', [toQuantity(block), false]);
    if (header === null) return;
    const lastId = found.reduce((most, row) => Math.max(most, idOf(row)), 0);
    this.#pending = { mark: { block: Number(block), hash: header.hash }, lastId };
  }

  /** The block after the mark if the chain still has the marked block; well before it otherwise. */
  async #start(blockOfCursor: bigint): Promise<{ block: bigint; anew: boolean }> {
    const mark = this.#options.loadMark();
    if (mark === null) return { block: blockOfCursor, anew: false };
    const marked = BigInt(mark.block);
    const header = await this.#options.rpc.call('eth_getBlockByNumber', [toQuantity(marked), false]);
    // A lagging endpoint does not know it yet, so there is nothing new to read.
    if (header === null || header.hash === mark.hash) return { block: marked + 1n, anew: false };
    return { block: max(marked - DEEP_REORGANISATION, 0n), anew: true };
  }

  async #finalBlock(): Promise<bigint> {
    return (await this.#options.rpc.call('eth_blockNumber', [])) - BigInt(this.#options.confirmations - 1);
  }

  /** Null if the endpoint requires a smaller range. */
  async #logs(from: bigint, to: bigint): Promise<readonly Log[] | null> {
    const { rpc, addresses } = this.#options;
    try {
      const filter = { address: addresses, fromBlock: toQuantity(from), toBlock: toQuantity(to), topics: [TOPICS] };
      return await rpc.call('eth_getLogs', [filter]);
    } catch (error) {
      if (!(error instanceof RpcRefused) || from === to) throw error;
      const range = rpc.logRange ?? Number((to - from + 1n) / 2n);
      if (range < 1) throw new ChainError('CHAIN_REFUSED', error.message, error.data, { cause: error });
      this.#range = BigInt(range);
      return null;
    }
  }
}

/** The event list repeats its request for some IDs before its newest one; the rows in between have been recorded. */
const OVERLAP_OF_CALLER = 32;

function idOf(row: EventRow): number {
  return row.kind === 'event' ? row.event.id : (row.id ?? 0);
}

function min(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function max(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
