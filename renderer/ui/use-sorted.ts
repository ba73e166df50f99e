/** Rows that are all here, in the order that the reader asks for. What is paged from a store is not sorted: a page is no whole. */
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** What a column is sorted by; null = nothing is known, which stands last either way. */
type SortValue = string | number | bigint | null;

/** Column key → value of a row. A column that is not named cannot be sorted by. */
export type SortValues<Row> = Readonly<Record<string, (row: Row) => SortValue>>;

/** What the headings of a table need. */
export interface TableSort {
  readonly sortable: ReadonlySet<string>;
  /** Key of the column; null = as the rows came. */
  readonly by: string | null;
  readonly descending: boolean;
  /** Texts rise first and numbers fall first; then the other way; then as they came. */
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

/** Texts as the reader's language orders them, with the numbers in them as numbers. */
export function compareValues(a: unknown, b: unknown, collator: Intl.Collator): number {
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a, b);
  const [left, right] = [a as number | bigint, b as number | bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}
