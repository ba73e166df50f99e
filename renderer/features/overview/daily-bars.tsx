import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { AXIS, axisTicks, GRID, TOOLTIP } from '../../ui/chart.ts';

export interface DailyBarsProps {
  /** Oldest first; `earned` in CNX. */
  readonly bars: readonly { readonly day: string; readonly earned: number }[];
  /** What a bar stands for. */
  readonly name: string;
}

/** CNX earned on each day. */
export function DailyBars({ bars, name }: DailyBarsProps) {
  const ticks = axisTicks(Math.max(0, ...bars.map(({ earned }) => earned)));
  return (
    <ResponsiveContainer width="100%" height={150}>
      <BarChart data={[...bars]} margin={{ top: 6, right: 0, bottom: 0, left: -16 }} accessibilityLayer={false}>
        <CartesianGrid {...GRID} />
        <XAxis dataKey="day" {...AXIS} minTickGap={24} />
        <YAxis {...AXIS} ticks={ticks} domain={[0, ticks.at(-1) ?? 1]} width={48} />
        <Tooltip {...TOOLTIP} formatter={(value) => [`${value} CNX`, name]} />
        <Bar dataKey="earned" fill="var(--accent)" radius={[2, 2, 0, 0]} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
