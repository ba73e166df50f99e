/**
 * Copies one of the relay's lists into the store, page by page. Pages may come newest or oldest first and shift while
 * they are read; what counts is whether as many records are held as the relay says there are. A run that was cut off
 * goes on where the next one finds gaps.
 */

import type { RelayList } from '../../networks/relay/relay-account.ts';
import { PAGE_SIZE, type RecordPage, type RelayAccount } from '../../networks/relay/relay-account.ts';
import type { Cursors } from '../records/cursors.ts';
import type { HeardRecord, MoneyRecords } from '../records/money-records.ts';

export type ListState =
  /** Everything that the relay lists is held; more than that is held if the relay forgets old records. */
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
  /** Most pages to read in this run; with at least 3, one run after another closes every gap. */
  readonly pageBudget: number;
  /** Records that may have changed since they were read: their pages are read again. */
  readonly refresh?: ReadonlySet<string>;
  /** Told which of these the relay does not list any more, once its whole list was read in one go. */
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
  /** Of the pages from the first on, for as long as they were read one after the other. */
  const whole = { nextPage: 1, totals: new Set<number>(), keys: new Set<string>() };

  /** What is not in a list that was read from its first page to its last, while its length stayed the same, is gone. */
  function follow(page: number, found: RecordPage, keys: readonly string[]): void {
    if (page !== whole.nextPage) return;
    whole.nextPage++;
    whole.totals.add(found.total);
    for (const key of keys) whole.keys.add(key);
    const isWhole = found.rows.length < PAGE_SIZE && whole.totals.size === 1 && whole.keys.size === found.total;
    if (!isWhole || stale.size === 0 || run.onGone === undefined) return;
    run.onGone([...stale]);
    stale.clear();
  }

  async function read(page: number): Promise<Step> {
    left--;
    const found = await account.page(list, page);
    if (found === null) throw new ListUnsupported();
    total = found.total;
    const heard = heardOf(found);
    for (const { key } of heard) stale.delete(key);
    const added = records.put(list, heard, nowMs);
    follow(
      page,
      found,
      heard.map(({ key }) => key),
    );
    const held = records.count(list);
    // A relay that forgets old records counts fewer than are held: then a page without news is the end.
    const done = stale.size === 0 && (held === total || (held > total && added === 0));
    return { added, done, end: found.rows.length < PAGE_SIZE };
  }

  /** @returns whether nothing is missing, and where it stopped. */
  async function walk(from: number, isWorthIt: (step: Step) => boolean): Promise<{ done: boolean; next: number }> {
    for (let page = from; left > 0; page++) {
      const step = await read(page);
      if (step.done || step.end || !isWorthIt(step)) return { done: step.done, next: page + 1 };
    }
    return { done: false, next: from };
  }

  /** Through the whole list over several runs; pages that shift towards the end are read twice, never missed. */
  async function sweep(): Promise<boolean> {
    while (left > 0) {
      const page = cursors.get(cursor) ?? 1;
      const { done, end } = await read(page);
      cursors.set(cursor, done || end ? 1 : page + 1);
      if (done || end) return done;
    }
    return false;
  }

  try {
    // What is new lies in front or, in a list that is oldest first, behind what is held; gaps may lie anywhere.
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

function heardOf({ rows }: RecordPage): HeardRecord[] {
  return rows.map((value) => {
    const id = idOf(value);
    // Without an id it still must not be lost: its text is its name.
    return { key: id === null ? JSON.stringify(value) : String(id), position: id ?? 0, value };
  });
}

function idOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return Number.isSafeInteger(value.id) ? (value.id as number) : null;
}
