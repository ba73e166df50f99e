/** Migrations of the file that all profiles of a models directory share. A released step is never edited. */

const FIRST = `
-- A process that has the store open. It is alive as long as it holds its lock file.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  profile TEXT NOT NULL,
  pid INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE models (
  engine TEXT NOT NULL,
  model_id TEXT NOT NULL,
  -- What is claimed, used and deleted as one: a folder or a file, below the models directory where it is in it.
  place TEXT NOT NULL,
  folder TEXT NOT NULL,
  kind TEXT NOT NULL,
  task_types TEXT NOT NULL,
  files TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('partial', 'present', 'missing', 'corrupt')),
  detail TEXT NOT NULL DEFAULT '',
  downloaded_at_ms INTEGER,
  verified_at_ms INTEGER,
  last_used_at_ms INTEGER,
  PRIMARY KEY (engine, model_id)
) STRICT;
CREATE INDEX models_by_place ON models (place);

CREATE TABLE downloads (
  engine TEXT NOT NULL,
  model_id TEXT NOT NULL,
  task_type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'downloading', 'verifying', 'paused', 'done', 'failed', 'cancelled')),
  bytes INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  bytes_per_second INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at_ms INTEGER,
  error TEXT,
  created_at_ms INTEGER NOT NULL,
  -- Who is at it, in the states downloading and verifying.
  session_id TEXT REFERENCES sessions ON DELETE SET NULL,
  PRIMARY KEY (engine, model_id)
) STRICT;

-- Why a download is wanted. What a task wants ends with the process that executes it.
CREATE TABLE wants (
  engine TEXT NOT NULL,
  model_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('task', 'network', 'host')),
  session_id TEXT REFERENCES sessions ON DELETE CASCADE,
  FOREIGN KEY (engine, model_id) REFERENCES downloads ON DELETE CASCADE,
  CHECK ((purpose = 'task') = (session_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX wants_once ON wants (engine, model_id, profile, purpose, coalesce(session_id, ''));

-- One process at a time changes the files of a place.
CREATE TABLE claims (
  place TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('download', 'remove', 'verify'))
) STRICT;

CREATE TABLE uses (
  id INTEGER PRIMARY KEY,
  place TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE
) STRICT;

-- What networks have asked profiles to fetch. RELAY_PROTOCOL 8.8.
CREATE TABLE requests (
  profile TEXT NOT NULL,
  engine TEXT NOT NULL,
  model_id TEXT NOT NULL,
  task_type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'fetching', 'fetched', 'told', 'failed')),
  PRIMARY KEY (profile, engine, model_id)
) STRICT;

-- What profiles offer to their networks by configuration.
CREATE TABLE offers (
  profile TEXT NOT NULL,
  engine TEXT NOT NULL,
  model_id TEXT NOT NULL,
  PRIMARY KEY (profile, engine, model_id)
) STRICT;
`;

export const MODEL_MIGRATIONS: readonly string[] = [FIRST];
