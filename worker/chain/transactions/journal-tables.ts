/** The journal's part of the store's schema: one migration step, see worker/store/migrations.ts. */

export const CHAIN_TABLES = `
CREATE TABLE chain_identities (
  chain_id INTEGER PRIMARY KEY,
  genesis TEXT
) STRICT;

CREATE TABLE chain_transactions (
  sequence INTEGER PRIMARY KEY,
  intent_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  chain_id INTEGER NOT NULL,
  account TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  to_address TEXT NOT NULL,
  data TEXT NOT NULL,
  value_wei TEXT NOT NULL,
  gas_limit TEXT NOT NULL,
  recorded_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('signed', 'sent', 'mined', 'succeeded', 'reverted', 'refused', 'lost')),
  inclusion TEXT,
  reason TEXT NOT NULL DEFAULT '',
  last_error TEXT NOT NULL DEFAULT '',
  settled_ms INTEGER,
  CHECK ((inclusion IS NOT NULL) = (state IN ('mined', 'succeeded', 'reverted'))),
  CHECK ((settled_ms IS NOT NULL) = (state IN ('succeeded', 'reverted', 'refused', 'lost')))
) STRICT;

-- Two live transactions with one nonce cannot be written down, and what is not written down is not sent.
CREATE UNIQUE INDEX chain_one_per_nonce ON chain_transactions (chain_id, account, nonce)
  WHERE state NOT IN ('refused', 'lost');
CREATE INDEX chain_open ON chain_transactions (chain_id, account, nonce) WHERE state IN ('signed', 'sent', 'mined');

CREATE TRIGGER chain_intent_fixed
  BEFORE UPDATE OF sequence, intent_id, kind, chain_id, account, nonce, to_address, data, value_wei, gas_limit ON chain_transactions
  BEGIN SELECT RAISE(ABORT, 'an intent is never changed'); END;
CREATE TRIGGER chain_transaction_kept BEFORE DELETE ON chain_transactions
  BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;

CREATE TABLE chain_attempts (
  id INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL REFERENCES chain_transactions (sequence),
  hash TEXT NOT NULL,
  raw TEXT NOT NULL,
  fees TEXT NOT NULL,
  signed_ms INTEGER NOT NULL,
  -- Not unique over all: an intent that repeats a refused one may sign the very same bytes.
  UNIQUE (sequence, hash)
) STRICT;
CREATE TRIGGER chain_attempt_fixed BEFORE UPDATE ON chain_attempts
  BEGIN SELECT RAISE(ABORT, 'a signed transaction is never changed'); END;
CREATE TRIGGER chain_attempt_kept BEFORE DELETE ON chain_attempts
  BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;
`;
