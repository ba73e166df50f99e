import type { Log } from '../../chain/rpc/methods.ts';
import type { JournalEntry } from '../../chain/transactions/intent.ts';
import type { HeardRecord, MoneyRecords } from '../records/money-records.ts';

/** How a chain's logs and this node's own transactions become flows. Every method rejects with a ChainError. */
export interface FlowSource {
  /** Of one range, in which all logs of the contracts are. */
  ofLogs(records: Pick<MoneyRecords, 'pages'>, logs: readonly Log[]): Promise<HeardRecord[]>;
  ofJournal(entries: readonly JournalEntry[]): Promise<HeardRecord[]>;
}
