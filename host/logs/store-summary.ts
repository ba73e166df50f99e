/**
 * What a support bundle says about a node's store: its version and the number of rows in each table, none of their
 * content.
 */
import { DatabaseSync } from 'node:sqlite';

/** Also works for a running node's database; if it cannot be read, returns the reason. */
export function storeSummary(file: string): Readonly<Record<string, unknown>> {
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 500 });
    try {
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
      const counts = tables.map(({ name }) => {
        const quoted = String(name).replaceAll('"', '""');
        return [String(name), database.prepare(`SELECT count(*) AS n FROM "${quoted}"`).get()?.n];
      });
      const version = database.prepare('PRAGMA user_version').get()?.user_version;
      return { version, rows: Object.fromEntries(counts) };
    } finally {
      database.close();
    }
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}
