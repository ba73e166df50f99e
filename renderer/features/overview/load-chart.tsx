import { useTranslation } from 'react-i18next';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { AXIS, GRID, TOOLTIP } from '../../ui/chart.ts';

export interface LoadChartProps {
  /** `ago` in minutes, negative; `load` in percent, null = not known. */
  readonly line: readonly { readonly ago: number; readonly load: number | null }[];
}

/** A card's load in the last ten minutes. */
export function LoadChart({ line }: LoadChartProps) {
  const { t } = useTranslation('overview');
  return (
    <ResponsiveContainer width="100%" height={110}>
      <LineChart data={[...line]} margin={{ top: 6, right: 10, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid {...GRID} />
        <XAxis dataKey="ago" type="number" domain={[-10, 0]} ticks={[-10, -5, 0]} unit=" min" {...AXIS} />
        <YAxis domain={[0, 100]} ticks={[0, 50, 100]} unit="%" width={44} {...AXIS} />
        <Tooltip
          {...TOOLTIP}
          labelFormatter={(ago) => t('gpu.ago', { minutes: Math.round(-Number(ago)) })}
          formatter={(value) => [`${value} %`, t('gpu.load')]}
        />
        <Line dataKey="load" stroke="var(--accent)" strokeWidth={1.5} dot={false} isAnimationActive={false} />
      </LineChart>
    </ResponsiveContainer>
  );
}
