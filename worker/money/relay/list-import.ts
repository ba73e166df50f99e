/**
 * Copies one of the relay's lists into the store, page by page. Pages may be newest or oldest first, and may shift
 * while they are read; the criterion is whether as many records are stored as the relay counts. After an interruption,
 * the next run continues where it finds gaps.
 */

import type { RelayList } from '../../networks/relay/relay-account.ts';
import { PAGE_SIZE, type RecordPage, type RelayAccount } from '../../networks/relay/relay-account.ts';
import type { Cursors } from '../records/cursors.ts';
import type { MoneyRecords, ReportedRecord } from '../records/money-records.ts';

export type ListState =
  /** Everything that the relay lists is stored; more is stored if the relay drops old records. */
  | { readonly kind: 'complete'; readonly total: number; readonly held: number }
  /** Something is missing at the end of the list or of the budget. */
  | { readonly kind: 'partial'; readonly total: number; readonly held: number }
  | { readonly kind: 'unsupported' };

export interface ListImport {
  readonly account: Pick<RelayAccount, 'page'>;
  readonly records: MoneyRecords;
  readonly cursors: Cursors;
  readonly list: RelayList;
  readonly nowMs: number;
  /** Most pages to read in this run; with at least 3, repeated runs close every gap. */
  readonly pageBudget: number;
  /** Records that may have changed since they were read; their pages are read again. */
  readonly refresh?: ReadonlySet<string>;
  /** Called with those of these keys that the relay no longer lists, once its whole list was read in one pass. */
  readonly onGone?: (keys: readonly string[]) => void;
}

interface Step {
  readonly added: number;
  /** Nothing is missing any more. */
  readonly done: boolean;
  /** This was the list's last page. */
  readonly end: boolean;
}

export async function importList(run: ListImport): Promise<ListState> {
  const { account, records, cursors, list, nowMs } = run;
  const stale = new Set(run.refresh);
  const cursor = `page:${list}`;
  let left = run.pageBudget;
  let total = 0;
  /** The pages from the first one on, as long as they were read consecutively. */
  const whole = { nextPage: 1, totals: new Set<number>(), keys: new Set<string>() };

  /**
   * If a list was read from its first to its last page without a change of its length, a record that is not in it is
   * gone.
   */
  function trackWholeList(page: number, found: RecordPage, keys: readonly string[]): void {
    if (page !== whole.nextPage) return;
    whole.nextPage++;
    whole.totals.add(found.total);
    for (const key of keys) whole.keys.add(key);
    const isWhole = found.rows.length < PAGE_SIZE && whole.totals.size === 1 && whole.keys.size === found.total;
    if (!isWhole || stale.size === 0 || run.onGone === undefined) return;
    run.onGone([...stale]);
    stale.clear();
  }

  async function readPage(page: number): Promise<Step> {
    left--;
    const found = await account.page(list, page);
    if (found === null) throw new ListUnsupported();
    total = found.total;
    const reported = recordsOf(found);
    for (const { key } of reported) stale.delete(key);
    const added = records.put(list, reported, nowMs);
    trackWholeList(
      page,
      found,
      reported.map(({ key }) => key),
    );
    const held = records.count(list);
    // A relay that drops old records counts fewer than are stored; then a page without new records is the end.
    const done = stale.size === 0 && (held === total || (held > total && added === 0));
    return { added, done, end: found.rows.length < PAGE_SIZE };
  }

  /** @returns whether nothing is missing, and where it stopped. */
  async function walk(from: number, isWorthIt: (step: Step) => boolean): Promise<{ done: boolean; next: number }> {
    for (let page = from; left > 0; page++) {
      const step = await readPage(page);
      if (step.done || step.end || !isWorthIt(step)) return { done: step.done, next: page + 1 };
    }
    return { done: false, next: from };
  }

  /** Walks through the whole list over several runs; pages that shift towards the end are read twice, never missed. */
  async function sweep(): Promise<boolean> {
    while (left > 0) {
      const page = cursors.get(cursor) ?? 1;
      const { done, end } = await readPage(page);
      cursors.set(cursor, done || end ? 1 : page + 1);
      if (done || end) return done;
    }
    return false;
  }

  try {
    // New records are at the front or, if the list is oldest first, after the stored ones; gaps may be anywhere.
    let { done, next } = await walk(1, ({ added }) => added > 0 || stale.size > 0);
    const behind = Math.max(next, Math.floor(records.count(list) / PAGE_SIZE) + 1);
    if (!done) ({ done } = await walk(behind, ({ added }) => added > 0));
    if (!done) done = await sweep();
    return { kind: done ? 'complete' : 'partial', total, held: records.count(list) };
  } catch (error) {
    if (error instanceof ListUnsupported) return { kind: 'unsupported' };
    throw error;
  }
}

class ListUnsupported extends Error {}

function recordsOf({ rows }: RecordPage): ReportedRecord[] {
  return rows.map((value) => {
    const id = idOf(value);
    // A record without an ID must not be lost, so its text is its key.
    return { key: id === null ? JSON.stringify(value) : String(id), position: id ?? 0, value };
  });
}

function idOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return Number.isSafeInteger(value.id) ? (value.id as number) : null;
}
