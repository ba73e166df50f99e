import type { Log } from '../../chain/rpc/methods.ts';
import type { JournalEntry } from '../../chain/transactions/intent.ts';
import type { MoneyRecords, ReportedRecord } from '../records/money-records.ts';

/** Turns a chain's logs and this node's own transactions into flows. Every method rejects with a ChainError. */
export interface FlowSource {
  /** From a range with all logs of the contracts. */
  ofLogs(records: Pick<MoneyRecords, 'pages' | 'count' | 'find'>, logs: readonly Log[]): Promise<ReportedRecord[]>;
  ofJournal(entries: readonly JournalEntry[]): Promise<ReportedRecord[]>;
}
