/** The store's schema as numbered steps. A released step is never edited; a change is a new step. */
import type { DatabaseSync } from 'node:sqlite';
import { CHAIN_TABLES } from '../chain/transactions/journal-tables.ts';
import { openDatabase } from '../kit/database.ts';
import { ARTIFACT_GUARDS } from './artifact-guards.ts';
import { CLOSED_BULK_TABLES } from './closed-bulk-tables.ts';
import { GROWTH_TABLES, SEARCH_TABLES } from './growth-tables.ts';
import { findDamage } from './integrity.ts';
import { MONEY_TABLES } from './money-tables.ts';
import { REMOVED_RESULTS_TABLES, REMOVED_WHEN_ASKED } from './removed-results.ts';
import { TASK_LIST_TABLES } from './task-list-tables.ts';

const FIRST = `
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  type TEXT NOT NULL,
  model_ids TEXT NOT NULL,
  task_args TEXT NOT NULL,
  fee_wei TEXT NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  status TEXT NOT NULL,
  remote_score TEXT NOT NULL,
  abort_reason TEXT NOT NULL,
  task_error TEXT NOT NULL,
  start_time_ms INTEGER,
  first_seen_ms INTEGER NOT NULL,
  upload_refusals INTEGER NOT NULL DEFAULT 0,
  uploaded_ms INTEGER,
  closed_ms INTEGER,
  closed_as TEXT,
  payment_wei TEXT
) STRICT;
CREATE INDEX tasks_open ON tasks (id) WHERE closed_ms IS NULL;

CREATE TABLE transitions (
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL REFERENCES tasks (commitment),
  status TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('relay', 'event', 'local')),
  evidence TEXT NOT NULL,
  UNIQUE (commitment, status, source)
) STRICT;

CREATE TABLE executions (
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL REFERENCES tasks (commitment),
  attempt INTEGER NOT NULL,
  lifetime TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  outcome TEXT CHECK (outcome IN ('scored', 'invalid', 'failed', 'cancelled')),
  detail TEXT NOT NULL DEFAULT '',
  UNIQUE (commitment, attempt),
  UNIQUE (commitment, lifetime)
) STRICT;

CREATE TABLE artifacts (
  commitment TEXT NOT NULL REFERENCES tasks (commitment),
  kind TEXT NOT NULL CHECK (kind IN ('file', 'checkpoint')),
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (commitment, kind, position)
) STRICT;

CREATE TABLE score_ledger (
  commitment TEXT PRIMARY KEY REFERENCES tasks (commitment),
  score TEXT NOT NULL,
  recorded_ms INTEGER NOT NULL
) STRICT;

-- Law 4: the ledger is insert-only. The insert trigger also stops INSERT OR REPLACE.
CREATE TRIGGER ledger_no_second BEFORE INSERT ON score_ledger
  WHEN EXISTS (SELECT 1 FROM score_ledger WHERE commitment = NEW.commitment)
  BEGIN SELECT RAISE(ABORT, 'score_ledger is insert-only'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON score_ledger
  BEGIN SELECT RAISE(ABORT, 'score_ledger is insert-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON score_ledger
  BEGIN SELECT RAISE(ABORT, 'score_ledger is insert-only'); END;

-- A task has one verdict: a score or "invalid".
CREATE TRIGGER ledger_or_invalid BEFORE INSERT ON score_ledger
  WHEN EXISTS (SELECT 1 FROM executions WHERE commitment = NEW.commitment AND outcome = 'invalid')
  BEGIN SELECT RAISE(ABORT, 'the task was found invalid'); END;
CREATE TRIGGER invalid_or_ledger BEFORE UPDATE OF outcome ON executions
  WHEN NEW.outcome = 'invalid' AND EXISTS (SELECT 1 FROM score_ledger WHERE commitment = NEW.commitment)
  BEGIN SELECT RAISE(ABORT, 'the task has a score'); END;

-- Law 3: no execution beside a running one, after a verdict, or after an error; and an outcome is final.
CREATE TRIGGER execution_once BEFORE INSERT ON executions
  WHEN EXISTS (SELECT 1 FROM score_ledger WHERE commitment = NEW.commitment)
    OR EXISTS (SELECT 1 FROM executions WHERE commitment = NEW.commitment AND outcome IS NOT 'cancelled')
  BEGIN SELECT RAISE(ABORT, 'the task must not run again'); END;
CREATE TRIGGER execution_outcome_final BEFORE UPDATE OF outcome ON executions WHEN OLD.outcome IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'an outcome is final'); END;

CREATE TABLE alarms (
  commitment TEXT NOT NULL REFERENCES tasks (commitment),
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (commitment, code)
) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  node_address TEXT NOT NULL,
  commitment TEXT,
  args TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  handled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX events_unhandled ON events (id) WHERE handled = 0;

CREATE TABLE unreadable_events (
  digest TEXT PRIMARY KEY,
  id INTEGER,
  raw TEXT NOT NULL,
  problem TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE node_history (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('relay', 'event', 'local')),
  evidence TEXT NOT NULL
) STRICT;

CREATE TABLE diagnostics (
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL UNIQUE,
  report TEXT NOT NULL,
  captured_ms INTEGER NOT NULL,
  sent_ms INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE model_downloads (
  model_id TEXT PRIMARY KEY,
  task_type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'onDisk', 'announced', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

/** Case files, and the machine during each engine lifetime: the evidence for `worker/trust`. */
const TRUST = `
CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  commitment TEXT,
  opened_ms INTEGER NOT NULL,
  complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
  body TEXT NOT NULL
) STRICT;

CREATE TABLE engine_lifetimes (
  lifetime TEXT PRIMARY KEY,
  started_ms INTEGER NOT NULL,
  machine TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_type ON events (type);
`;

/** Models belong to the host and are in a file that its profiles share: `worker/models`. */
const MODELS_MOVED_OUT = 'DROP TABLE model_downloads;';

/** Tasks that wait for their payment: looked up after each reading of the account. */
const UNSETTLED = 'CREATE INDEX tasks_unsettled ON tasks (closed_ms) WHERE closed_ms IS NOT NULL AND payment_wei IS NULL;';

export const MIGRATIONS: readonly string[] = [
  FIRST,
  TRUST,
  MONEY_TABLES,
  CHAIN_TABLES,
  MODELS_MOVED_OUT,
  TASK_LIST_TABLES,
  CLOSED_BULK_TABLES,
  ARTIFACT_GUARDS,
  REMOVED_RESULTS_TABLES,
  UNSETTLED,
  REMOVED_WHEN_ASKED,
  GROWTH_TABLES,
  SEARCH_TABLES,
];

/** The node's database in this version. @throws as `openDatabase` */
export function openNodeDatabase(path: string): DatabaseSync {
  return openDatabase(path, MIGRATIONS, findDamage);
}
