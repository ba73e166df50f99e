import { useTranslation } from 'react-i18next';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { QosExplanation } from '../../../contract/standing.ts';
import { READMISSION_AT } from '../../../protocol/node/qos.ts';
import { Card } from '../../ui/card.tsx';
import { AXIS, GRID, TOOLTIP } from '../../ui/chart.ts';
import { ChartOrTable } from '../../ui/chart-or-table.tsx';

const MINUTE = 60_000;

/** The expected health, if nothing else happens. */
export function QosRecovery({ qos }: { readonly qos: QosExplanation }) {
  const { t } = useTranslation('trust');
  if (qos.recovery.length < 2) {
    return (
      <Card title={t('qos.recovery.title')}>
        <p className="text-soft">{t(qos.now.health === null ? 'qos.recovery.unknown' : 'qos.recovery.full')}</p>
      </Card>
    );
  }
  const start = qos.recovery[0]?.atMs ?? qos.atMs;
  const points = qos.recovery.map(({ atMs, health }) => ({
    minutes: Math.round((atMs - start) / MINUTE),
    health: Number(health.toFixed(3)),
  }));
  const minutes = (value: number) => t('qos.recovery.minutes', { value });
  return (
    <Card title={t('qos.recovery.title')} aside={<span className="text-[13px] text-faint">{t('qos.recovery.hint')}</span>}>
      <ChartOrTable
        caption={t('qos.recovery.title')}
        columns={[t('qos.recovery.time'), t('qos.health')]}
        rows={points.map((point) => ({ key: String(point.minutes), cells: [minutes(point.minutes), point.health.toFixed(2)] }))}
        chart={
          <ResponsiveContainer width="100%" height={220}>
            <LineChart data={points} margin={{ top: 12, right: 16, bottom: 22, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid {...GRID} />
              <XAxis
                dataKey="minutes"
                type="number"
                domain={['dataMin', 'dataMax']}
                label={{
                  value: t('qos.recovery.time'),
                  position: 'insideBottom',
                  offset: -14,
                  fill: 'var(--faint)',
                  fontSize: 12,
                }}
                {...AXIS}
              />
              <YAxis
                domain={[0, 1]}
                ticks={[0, 0.2, 0.4, 0.6, 0.8, 1]}
                width={56}
                label={{
                  value: t('qos.health'),
                  angle: -90,
                  position: 'insideLeft',
                  offset: 12,
                  fill: 'var(--faint)',
                  fontSize: 12,
                }}
                {...AXIS}
              />
              <Tooltip
                {...TOOLTIP}
                labelFormatter={(value) => minutes(Number(value))}
                formatter={(value) => [Number(value).toFixed(2), t('qos.health')]}
              />
              {qos.exclusion.state === 'excluded' && (
                <ReferenceLine
                  y={READMISSION_AT}
                  stroke="var(--good)"
                  strokeDasharray="4 4"
                  label={{
                    value: t('qos.recovery.readmission', { value: READMISSION_AT }),
                    position: 'insideBottomRight',
                    fill: 'var(--good)',
                    fontSize: 12,
                  }}
                />
              )}
              <Line dataKey="health" stroke="var(--accent)" strokeWidth={2} dot={false} isAnimationActive={false} />
            </LineChart>
          </ResponsiveContainer>
        }
      />
    </Card>
  );
}
