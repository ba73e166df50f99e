/** The statements that a database receives, and which of them scan a whole table or index. */
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';

/** Collects every statement that is prepared from now on, until the test has finished. */
export function watchStatements(db: DatabaseSync): Set<string> {
  const seen = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = (sql: string) => {
    if (!/^\s*(PRAGMA|EXPLAIN)/i.test(sql)) seen.add(sql);
    return prepare(sql);
  };
  onTestFinished(() => {
    db.prepare = prepare;
  });
  return seen;
}

/** Indexes that contain only what is still to be done. */
const SHORT_INDEXES = /USING INDEX (events_unhandled|tasks_open|money_records_unposted|money_records_odd)$/;
/** For a foreign key; SQLite scans it only while one is violated. */
const UNUSED_SCANS = /^SCAN task_models$/;

/** Steps of the statements' plans that scan a whole table or index, with the statement. */
export function findScans(db: DatabaseSync, statements: Iterable<string>): string[] {
  return [...statements].flatMap((sql) =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .filter((step) => /^SCAN (?!CONSTANT|\d|model\b|json_each|value\b)/.test(step))
      .filter((step) => !SHORT_INDEXES.test(step) && !UNUSED_SCANS.test(step))
      .map((step) => `${step}: ${sql}`),
  );
}
