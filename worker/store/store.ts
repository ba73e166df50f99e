/** The node's memory: one SQLite file, owned by one process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Hex } from '../../protocol/hex.ts';
import { inTransaction } from '../kit/database.ts';
import { lockDirectory } from '../kit/directory-lock.ts';
import { storeFailure } from '../kit/store-failure.ts';
import { type Artifact, Artifacts } from './artifacts.ts';
import { Cases } from './cases.ts';
import { ClosedBulk } from './closed-bulk.ts';
import { Diagnostics } from './diagnostics.ts';
import { EngineLifetimes } from './engine-lifetimes.ts';
import { EventLog } from './event-log.ts';
import { Executions } from './executions.ts';
import type { LocalRecord } from './local-record.ts';
import { openNodeDatabase } from './migrations.ts';
import { NodeHistory } from './node-history.ts';
import { RemovedResults } from './removed-results.ts';
import { type RecordedScore, ScoreLedger } from './score-ledger.ts';
import { Settings } from './settings.ts';
import { StoreGuard } from './store-guard.ts';
import { TaskList } from './task-list.ts';
import { type StoredTask, Tasks } from './tasks.ts';

export const STORE_FILE = 'node.sqlite';

export interface ExecutionResult {
  readonly commitment: Hex;
  readonly score: Hex;
  readonly artifacts: readonly Artifact[];
  readonly nowMs: number;
}

export class Store {
  readonly tasks: Tasks;
  /** The same tasks, for a UI's list. */
  readonly list: TaskList;
  readonly ledger: ScoreLedger;
  readonly executions: Executions;
  readonly artifacts: Artifacts;
  readonly events: EventLog;
  readonly history: NodeHistory;
  readonly diagnostics: Diagnostics;
  readonly cases: Cases;
  readonly bulk: ClosedBulk;
  readonly removed: RemovedResults;
  readonly lifetimes: EngineLifetimes;
  readonly settings: Settings;
  /** For chain and money, whose tables are in the same file so that related changes are written together. */
  readonly db: DatabaseSync;
  /** Checks that its files are still in place. */
  readonly guard: StoreGuard;
  readonly #release: () => void;

  constructor(db: DatabaseSync, release: () => void) {
    this.db = db;
    this.guard = new StoreGuard(db.location());
    this.#release = release;
    this.settings = new Settings(db);
    this.tasks = new Tasks(db);
    this.list = new TaskList(db);
    this.ledger = new ScoreLedger(db);
    this.executions = new Executions(db);
    this.artifacts = new Artifacts(db);
    this.events = new EventLog(db, this.settings);
    this.history = new NodeHistory(db);
    this.diagnostics = new Diagnostics(db);
    this.cases = new Cases(db);
    this.bulk = new ClosedBulk(db);
    this.removed = new RemovedResults(db);
    this.lifetimes = new EngineLifetimes(db);
  }

  /** What this node has done about a task, derived from the facts. @throws WorkerError STORE_UNKNOWN_TASK */
  local(commitment: Hex): LocalRecord {
    return this.localOf(this.tasks.get(commitment));
  }

  /** As {@link local}, for a task that has just been read. */
  localOf(task: StoredTask): LocalRecord {
    const { commitment } = task;
    if (task.closedMs !== null) return { kind: 'closed' };
    const recorded = this.ledger.find(commitment);
    if (recorded !== null) {
      if (task.uploadedMs !== null) return { kind: 'uploaded', score: recorded.score };
      return { kind: 'scored', score: recorded.score, uploadRefused: task.uploadRefusals > 0 };
    }
    const executions = this.executions.of(commitment);
    const last = executions.at(-1);
    switch (last?.outcome) {
      case null:
        return { kind: 'executing', lifetime: last.lifetime };
      case 'invalid':
        return { kind: 'invalid', traceback: last.detail };
      case 'failed':
        return { kind: 'failed', reason: last.detail };
      // 'scored' without a ledger row is impossible: both are written in one transaction.
      default:
        return { kind: 'new', spentLifetimes: executions.map((execution) => execution.lifetime) };
    }
  }

  /**
   * Writes artifacts, score and the end of the execution in one transaction.
   * @throws WorkerError LEDGER_CONFLICT, STORE_GONE; nothing is written then.
   */
  recordResult({ commitment, score, artifacts, nowMs }: ExecutionResult): RecordedScore {
    // Law 4: a score in a deleted file would be lost in a crash.
    this.guard.check();
    return inTransaction(this.db, () => {
      // A recorded score keeps its files; the ledger decides whether this score is the same.
      if (this.ledger.find(commitment) === null) this.artifacts.add(commitment, artifacts);
      const recorded = this.ledger.record(commitment, score, nowMs);
      this.executions.end(commitment, { outcome: 'scored', detail: '', nowMs });
      return recorded;
    });
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
    this.#release();
  }
}

/**
 * Opens the store of a data directory, creating both if necessary, and becomes its only owner.
 * @throws WorkerError STORE_IN_USE, STORE_CORRUPT, STORE_NEWER_VERSION, and the temporary ones of
 * {@link openNodeDatabase}
 */
export function openStore(dataDir: string, nowMs: number): Store {
  const path = join(dataDir, STORE_FILE);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw storeFailure(cause, path);
  }
  const lock = lockDirectory(dataDir);
  try {
    const store = new Store(openNodeDatabase(path), lock.release);
    store.executions.cancelInterrupted(nowMs);
    return store;
  } catch (cause) {
    lock.release();
    throw cause;
  }
}
