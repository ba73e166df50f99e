import { useTranslation } from 'react-i18next';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Bucket, Grouping } from '../../../contract/money.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { AXIS, axisTicks, GRID, SERIES, TOOLTIP } from '../../ui/chart.ts';
import { ChartOrTable } from '../../ui/chart-or-table.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { stepText } from './chart-steps.ts';
import { useGroupText } from './group-text.ts';
import { type EarningsRow, partsOf, seriesOf, stepsOf } from './split.ts';

export interface EarnedChartProps {
  readonly bucket: Bucket;
  readonly by: Grouping;
  readonly starts: readonly number[];
  readonly rows: readonly EarningsRow[];
}

export function EarnedChart({ bucket, by, starts, rows }: EarnedChartProps) {
  const { t, i18n } = useTranslation('earnings');
  const groupText = useGroupText(by);
  const series = seriesOf(partsOf(rows), SERIES.length).map((one) => ({
    ...one,
    name: one.others ? t('chart.others') : groupText(one.group),
  }));
  const steps = stepsOf(starts, rows, series);
  // Bar heights are drawn from floats; the text shown comes from the exact wei.
  const bars = steps.map(({ startMs, wei }) => ({
    label: stepText(bucket, startMs, i18n.language),
    ...Object.fromEntries(series.map(({ key }) => [key, Number(formatCnxExact(wei[key] ?? 0n))])),
  }));
  const ticks = axisTicks(Math.max(0, ...steps.map(({ earnedWei }) => Number(formatCnxExact(earnedWei)))));
  const exact = (index: number, key: string) => moneyText(steps[index]?.wei[key] ?? 0n);
  const indexOf = new Map(bars.map(({ label }, index) => [label, index]));
  return (
    <ChartOrTable
      caption={t(`chart.caption.${bucket}`)}
      columns={[t('chart.period'), t('chart.earned'), ...(by === 'none' ? [] : series.map(({ name }) => name))]}
      rows={steps.toReversed().map(({ startMs, earnedWei, wei }) => ({
        key: String(startMs),
        cells: [
          stepText(bucket, startMs, i18n.language),
          <Money key="all" column wei={earnedWei} bare />,
          ...(by === 'none' ? [] : series.map(({ key }) => <Money key={key} column wei={wei[key] ?? 0n} bare />)),
        ],
      }))}
      chart={
        <ResponsiveContainer width="100%" height={240}>
          <BarChart data={bars} margin={{ top: 18, right: 0, bottom: 0, left: -8 }} accessibilityLayer={false}>
            <CartesianGrid {...GRID} />
            <XAxis dataKey="label" {...AXIS} minTickGap={24} />
            <YAxis
              {...AXIS}
              ticks={ticks}
              domain={[0, ticks.at(-1) ?? 1]}
              width={52}
              label={{ value: 'CNX', position: 'top', offset: 8, fill: 'var(--faint)', fontSize: 11 }}
            />
            <Tooltip
              {...TOOLTIP}
              formatter={(_, name, item) => [
                `${exact(indexOf.get(String(item.payload.label)) ?? 0, String(item.dataKey))} CNX`,
                by === 'none' ? t('sums.earned') : name,
              ]}
            />
            {by !== 'none' && (
              <Legend
                itemSorter={null}
                iconType="square"
                iconSize={10}
                formatter={(name) => <span className="text-[13px] text-soft">{name}</span>}
              />
            )}
            {series.map(({ key, name }, index) => (
              <Bar
                key={key}
                dataKey={key}
                name={name}
                stackId="earned"
                fill={SERIES[index] ?? SERIES[0]}
                maxBarSize={44}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      }
    />
  );
}
