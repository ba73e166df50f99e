/** Keyboard navigation in a long list of rows of equal height, of which only the visible ones are in the page. */

interface GridPosition {
  /** Null = none yet. */
  readonly index: number | null;
  readonly total: number;
  /** The scrolling element. */
  readonly scroller: { readonly clientHeight: number } | null;
  /** Pixels. */
  readonly rowHeight: number;
}

/** The row a key leads to; null if the key is not one of the list's. */
export function nextIndex(key: string, { index, total, scroller, rowHeight }: GridPosition): number | null {
  if (total === 0) return null;
  const pageRows = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowHeight) - 2);
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: pageRows, PageUp: -pageRows };
  if (key === 'Home') return 0;
  if (key === 'End') return total - 1;
  const step = steps[key];
  if (step === undefined) return null;
  return index === null ? 0 : Math.min(total - 1, Math.max(0, index + step));
}
