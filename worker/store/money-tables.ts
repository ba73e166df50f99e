/** The money part of the store's schema: one migration step, see worker/store/migrations.ts. */

export const MONEY_TABLES = `
-- One movement of money from one account to another; the source makes it happen once.
CREATE TABLE ledger_entries (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL CHECK (to_account <> from_account),
  -- SQLite's integers end at 2^63: wei is decimal text, and sums are made in the program.
  wei TEXT NOT NULL CHECK (wei = '0' OR (wei GLOB '[1-9]*' AND wei NOT GLOB '*[^0-9]*')),
  at_ms INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  task TEXT,
  tx TEXT,
  record TEXT,
  task_type TEXT,
  model TEXT,
  gpu TEXT
) STRICT;
CREATE INDEX ledger_by_time ON ledger_entries (at_ms, id);
CREATE INDEX ledger_by_task ON ledger_entries (task) WHERE task IS NOT NULL;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entries
  BEGIN SELECT RAISE(ABORT, 'ledger_entries is insert-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entries
  BEGIN SELECT RAISE(ABORT, 'ledger_entries is insert-only'); END;

-- What contradicts the ledger: kept, never counted.
CREATE TABLE ledger_conflicts (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL REFERENCES ledger_entries (source),
  kind TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  wei TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  UNIQUE (source, from_account, to_account, wei)
) STRICT;

-- Sums of ledger_entries by UTC day and label, kept in the same transaction; '' = not known.
CREATE TABLE ledger_totals (
  day INTEGER NOT NULL,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  task_type TEXT NOT NULL,
  model TEXT NOT NULL,
  gpu TEXT NOT NULL,
  wei TEXT NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (account, day, kind, task_type, model, gpu)
) STRICT, WITHOUT ROWID;

-- What the sources said, as they said it; \`posted\` is the text that the ledger has taken in.
CREATE TABLE money_records (
  list TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  json TEXT NOT NULL,
  posted TEXT,
  problem TEXT NOT NULL DEFAULT '',
  observed_ms INTEGER NOT NULL,
  PRIMARY KEY (list, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX money_records_unposted ON money_records (list, position) WHERE posted IS NOT json;
CREATE INDEX money_records_odd ON money_records (list, position) WHERE problem <> '';

CREATE TABLE money_cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Which GPU the node reported from when on.
CREATE TABLE gpu_periods (since_ms INTEGER PRIMARY KEY, gpu TEXT NOT NULL) STRICT;

-- A withdrawal is on disk before it is asked for, and only one may be of unknown outcome.
CREATE TABLE withdrawal_attempts (
  id INTEGER PRIMARY KEY,
  amount_wei TEXT NOT NULL,
  benefit_address TEXT NOT NULL,
  network TEXT NOT NULL,
  signed_seconds INTEGER NOT NULL,
  newest_record INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'lost')),
  record INTEGER,
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX withdrawal_one_open ON withdrawal_attempts (state) WHERE state = 'open';
`;
