/** Indexes and counters that keep years of tasks and money quick to query: steps of the store's schema, see migrations.ts. */

export const GROWTH_TABLES = `
-- How many records each list of money_records holds: counting would read them all, and every page that is imported asks.
CREATE TABLE money_record_counts (list TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO money_record_counts (list, records) SELECT list, count(*) FROM money_records GROUP BY list;
CREATE TRIGGER money_record_counted AFTER INSERT ON money_records BEGIN
  INSERT INTO money_record_counts (list, records) VALUES (NEW.list, 1) ON CONFLICT (list) DO UPDATE SET records = records + 1;
END;
CREATE TRIGGER money_record_uncounted AFTER DELETE ON money_records BEGIN
  UPDATE money_record_counts SET records = records - 1 WHERE list = OLD.list;
END;

-- The newest record of a list.
CREATE INDEX money_records_in_order ON money_records (list, position);
`;

/** Finds the few aborted tasks by their reason. */
export const SEARCH_TABLES = `
CREATE INDEX tasks_by_abort_reason ON tasks (abort_reason) WHERE abort_reason <> 'None';
`;
