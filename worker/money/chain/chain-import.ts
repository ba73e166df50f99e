/** Copies the chain's data into the store: the opening balances, staking logs, this node's transactions. */
import type { DatabaseSync } from 'node:sqlite';
import type { ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { RpcRefused } from '../../chain/errors.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import type { JournalEntry } from '../../chain/transactions/intent.ts';
import type { TransactionJournal } from '../../chain/transactions/journal.ts';
import { inTransaction } from '../../kit/database.ts';
import type { Cursors } from '../records/cursors.ts';
import type { MoneyRecords, ReportedRecord } from '../records/money-records.ts';
import type { FlowSource } from '../task-chain/flow-reader.ts';
import { type Opening, openingSchema, type StoredOpening, type StoredTransaction } from './chain-entries.ts';
import type { ChainReader } from './chain-reader.ts';
import { decodeStakingLog } from './staking-log.ts';

/** Blocks to request at once; halved while the endpoint refuses, down to one, because public endpoints limit it. */
const CHUNK = 2_000;
const LOGS_PER_BLOCK = 100_000;

export interface ChainImport {
  readonly db: DatabaseSync;
  readonly reader: ChainReader;
  readonly journal: Pick<TransactionJournal, 'settledAfter'>;
  readonly sources: readonly ContractAddresses[];
  /** Replaces staking logs if tasks are on the chain. */
  readonly flows?: FlowSource | undefined;
  readonly self: Hex;
  readonly records: MoneyRecords;
  readonly cursors: Cursors;
  readonly nowMs: number;
  /** Transactions are read from here on; 0 = all, because a reorganisation may change one that was settled long ago. */
  readonly afterSequence: number;
  /** Most requests for logs in this run. */
  readonly chunkBudget: number;
}

export interface ChainState {
  /** All logs up to this block are stored; null = the chain's ledger could not be opened yet. */
  readonly scannedTo: number | null;
  readonly finalBlock: number;
}

/** @throws ChainError; what was read until then is kept. */
export async function importChain(run: ChainImport): Promise<ChainState> {
  const { reader, records, cursors, nowMs } = run;
  // Read before the final block, so that none of them is after it.
  const settled = run.journal.settledAfter(run.afterSequence);
  records.put('transaction', settled.flatMap(transactionRecords), nowMs);
  const chainId = await reader.chainId();
  const opening = readOpening(records, chainId) ?? (await recordOpening(run, chainId));
  const finalBlock = await reader.finalBlock();
  if (opening === null) return { scannedTo: null, finalBlock };
  if (run.flows !== undefined) {
    const reported = await run.flows.ofJournal(settled.filter((entry) => isAfterOpening(entry, opening)));
    records.put('chainFlow', reported, nowMs);
  }
  const cursor = `logs:${chainId}`;
  let chunk = Math.min(CHUNK, reader.logRange ?? CHUNK);
  for (let budget = run.chunkBudget; budget > 0; budget--) {
    const from = (cursors.get(cursor) ?? opening.blockNumber) + 1;
    if (from > finalBlock) break;
    const to = Math.min(from + chunk - 1, finalBlock);
    const logs = await readLogs(run, { from, to });
    if (logs === null) {
      chunk = Math.max(1, Math.floor((to - from + 1) / 2));
      continue;
    }
    const reported = run.flows === undefined ? await stakingLogRecords(run, logs) : await run.flows.ofLogs(records, logs);
    inTransaction(run.db, () => {
      records.put(run.flows === undefined ? 'stakingLog' : 'chainFlow', reported, nowMs);
      cursors.set(cursor, to);
    });
  }
  return { scannedTo: cursors.get(cursor) ?? opening.blockNumber, finalBlock };
}

/** The opening balances include everything before. */
function isAfterOpening({ state }: JournalEntry, { blockNumber }: Opening): boolean {
  return 'inclusion' in state && Number(state.inclusion.blockNumber) > blockNumber;
}

function readOpening(records: MoneyRecords, chainId: number): Opening | null {
  const row = records.find('opening', String(chainId));
  return row === null ? null : openingSchema.parse(JSON.parse(row.json));
}

/** Null while coins are moving: people often fund a node just before they start it. */
async function recordOpening({ reader, records, nowMs }: ChainImport, chainId: number): Promise<Opening | null> {
  const blockNumber = await reader.finalBlock();
  const { walletWei, stakeWei, stakes } = await reader.holdings(blockNumber);
  if ((await reader.latestWalletWei()) !== walletWei) return null;
  const amounts = { walletWei: String(walletWei), stakeWei: String(stakeWei) };
  const kept = stakes.map(({ contract, wei, benefitAddress }) => ({ contract, wei: String(wei), benefitAddress }));
  const value: StoredOpening = { chainId, blockNumber, atMs: await reader.blockTimeMs(blockNumber), ...amounts, stakes: kept };
  records.put('opening', [{ key: String(chainId), position: 0, value }], nowMs);
  return openingSchema.parse(value);
}

/** Null if the range must be made smaller. */
async function readLogs({ reader }: ChainImport, range: { from: number; to: number }): Promise<readonly Log[] | null> {
  try {
    return await reader.logs(range);
  } catch (error) {
    if (error instanceof RpcRefused && range.to > range.from) return null;
    throw error;
  }
}

async function stakingLogRecords({ reader, sources, self }: ChainImport, logs: readonly Log[]): Promise<ReportedRecord[]> {
  const reported: ReportedRecord[] = [];
  for (const log of logs) {
    const atMs = await reader.blockTimeMs(Number(log.blockNumber));
    const value = decodeStakingLog(log, { sources, node: self, atMs });
    if (value === null) continue;
    const { blockNumber, logIndex, txHash } = value;
    reported.push({ key: `${txHash}:${logIndex}`, position: blockNumber * LOGS_PER_BLOCK + logIndex, value });
  }
  return reported;
}

function transactionRecords({ sequence, intent, state }: JournalEntry): ReportedRecord[] {
  if (state.kind !== 'succeeded' && state.kind !== 'reverted') return [];
  const { hash, blockNumber, succeeded, feeWei } = state.inclusion;
  const value: StoredTransaction = {
    intentId: intent.id,
    kind: intent.kind,
    hash,
    blockNumber: Number(blockNumber),
    succeeded,
    valueWei: String(intent.valueWei),
    feeWei: String(feeWei),
    settledMs: state.settledMs,
  };
  return [{ key: intent.id, position: sequence, value }];
}
