/** The common look of all charts: quiet axes, a horizontal grid, values on hover. */

export const AXIS = {
  stroke: 'var(--edge)',
  tick: { fill: 'var(--faint)', fontSize: 11 },
  tickLine: false,
  axisLine: { stroke: 'var(--line)' },
} as const;

export const GRID = { stroke: 'var(--line)', strokeDasharray: '3 3', vertical: false } as const;

export const TOOLTIP = {
  isAnimationActive: false,
  cursor: { fill: 'var(--raised)', stroke: 'var(--line)' },
  contentStyle: {
    background: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: 6,
    color: 'var(--ink)',
    fontSize: 12,
    padding: '4px 8px',
  },
  itemStyle: { color: 'var(--ink)' },
  labelStyle: { color: 'var(--faint)' },
} as const;

/** Axis marks from 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten. */
export function axisTicks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * ten >= rough) ?? 10;
  const count = Math.ceil(most / (step * ten) - 1e-9);
  // Computed from whole numbers, so that no axis shows 0.30000000000000004.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step * ten).toPrecision(12)));
}

/** Fills for parts of a whole, largest first. Shades of one colour, because hues have meanings. */
export const SERIES = [
  'var(--accent)',
  'color-mix(in srgb, var(--accent) 55%, var(--surface))',
  'var(--edge)',
  'color-mix(in srgb, var(--accent) 25%, var(--surface))',
  'var(--line)',
] as const;
