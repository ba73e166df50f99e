/** Sorts complete lists by the reader's choice. Rows that are paged from a store are not sorted, because a page is not the whole list. */
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** A column's sort value; null = unknown, which comes last in both directions. */
type SortValue = string | number | bigint | null;

/** Column key → value of a row. A column that is not listed cannot be sorted. */
export type SortValues<Row> = Readonly<Record<string, (row: Row) => SortValue>>;

/** What a table's headings need. */
export interface TableSort {
  readonly sortable: ReadonlySet<string>;
  /** The column's key; null = the original order. */
  readonly by: string | null;
  readonly descending: boolean;
  /** Text sorts ascending first and numbers descending first; then the other way; then the original order. */
  toggle(key: string): void;
}

const FEATURES = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

export function useSorted<Row extends object>(
  rows: readonly Row[],
  values: SortValues<Row>,
): { readonly rows: readonly Row[]; readonly sort: TableSort } {
  const { i18n } = useTranslation();
  const collator = useMemo(() => new Intl.Collator(i18n.language, { numeric: true }), [i18n.language]);
  const columns = Object.entries(values).map(([id, pick]) => ({
    id,
    accessorFn: (row: Row) => pick(row) ?? undefined,
    sortUndefined: 'last' as const,
    sortFn: (a: { getValue(id: string): unknown }, b: { getValue(id: string): unknown }) =>
      compareValues(a.getValue(id), b.getValue(id), collator),
  }));
  const table = useTable({ features: FEATURES, columns, data: rows });
  const [first] = table.state.sorting;
  return {
    rows: table.getRowModel().rows.map(({ original }) => original),
    sort: {
      sortable: new Set(Object.keys(values)),
      by: first?.id ?? null,
      descending: first?.desc ?? false,
      toggle: (key) => table.getColumn(key)?.toggleSorting(),
    },
  };
}

/** Text by the rules of the reader's language, with numbers inside it as numbers. */
export function compareValues(a: unknown, b: unknown, collator: Intl.Collator): number {
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a, b);
  const [left, right] = [a as number | bigint, b as number | bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}
