/** The look that all charts share: quiet axes, a horizontal grid, values on hover. */

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

/** Fills of parts of one whole, the largest first. Shades of one colour: the hues have meanings. */
export const SERIES = [
  'var(--accent)',
  'color-mix(in srgb, var(--accent) 55%, var(--surface))',
  'var(--edge)',
  'color-mix(in srgb, var(--accent) 25%, var(--surface))',
  'var(--line)',
] as const;
