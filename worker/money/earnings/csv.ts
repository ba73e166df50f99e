/**
 * The ledger as CSV: one line per account that an entry affects, so that each account's wei column sums up to its
 * balance. RFC 4180, times in UTC, exact amounts. Text that a spreadsheet would treat as a formula is prefixed with an
 * apostrophe, as is text that already starts with one, so that it can be read back.
 */
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { legsOf, type RecordedEntry } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';

export const CSV_COLUMNS = [
  'time_utc',
  'kind',
  'account',
  'counterparty',
  'amount_cnx',
  'amount_wei',
  'task',
  'transaction',
  'task_type',
  'model',
  'gpu',
  'source',
] as const;

const LINE_END = '\r\n';
/** OWASP's list, including full-width forms, and our own prefix. */
const DANGEROUS = /^[=+\-@\t\r\n'＝＋－＠]/;
const SPECIAL = /[",\r\n]/;

/** Rows per read, which limits memory whatever the size of the ledger. */
const PAGE = 1_000;

export interface CsvRange {
  /** Epoch ms; `fromMs` is inclusive, `toMs` exclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface CsvChunk {
  readonly text: string;
  /** Where to continue; null = this was the last one. */
  readonly after: number | null;
}

/** The next lines of the export, oldest first; the first chunk (`after` null) starts with the header. */
export function csvChunk(ledger: Ledger, range: CsvRange, after: number | null): CsvChunk {
  const entries = ledger.page({ limit: PAGE, after, order: 'oldestFirst', ...range });
  const head = after === null ? csvLine(CSV_COLUMNS) : '';
  return {
    text: head + entries.flatMap(linesOfEntry).join(''),
    after: entries.length < PAGE ? null : (entries.at(-1)?.id ?? null),
  };
}

function linesOfEntry(entry: RecordedEntry): string[] {
  return legsOf(entry).map(({ account, wei }) =>
    csvLine([
      new Date(entry.atMs).toISOString(),
      textCell(entry.kind),
      textCell(account),
      textCell(account === entry.from ? entry.to : entry.from),
      // Numbers may start with a minus: they are ours, and a spreadsheet reads them as numbers.
      formatCnxExact(wei),
      wei.toString(),
      textCell(entry.task),
      textCell(entry.tx),
      textCell(entry.labels.taskType),
      textCell(entry.labels.model),
      textCell(entry.labels.gpu),
      textCell(entry.source),
    ]),
  );
}

function textCell(value: string | null): string {
  if (value === null) return '';
  return DANGEROUS.test(value) ? `'${value}` : value;
}

function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',') + LINE_END;
}
