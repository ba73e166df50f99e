import { useTranslation } from 'react-i18next';
import type { QosExplanation } from '../../../contract/standing.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { exactTime } from '../../ui/time.tsx';

/** Where contracts judge: totals of points, without a history. */
export function QosPoints({
  qos,
  points,
}: {
  readonly qos: QosExplanation;
  readonly points: NonNullable<QosExplanation['points']>;
}) {
  const { t, i18n } = useTranslation('trust');
  const { average, lastTasks, mostOfLastTasks, kickOutAt } = points;
  return (
    <Card
      title={t('qos.now')}
      aside={<span className="text-[13px] text-faint">{t('qos.asOf', { when: exactTime(qos.atMs, i18n.language) })}</span>}
    >
      <div className="flex flex-col gap-4">
        <dl className="grid gap-4 sm:grid-cols-2">
          <PointsFact name={t('qos.points.average')} value={String(average)} hint={t('qos.points.averageHint')} />
          <PointsFact
            name={t('qos.points.last')}
            value={t('qos.points.of', { points: lastTasks, most: mostOfLastTasks })}
            hint={t('qos.points.lastHint')}
          />
        </dl>
        <p className="flex items-start gap-2">
          <ToneIcon tone={qos.belowKickOut === true ? 'bad' : 'good'} className="mt-0.5" />
          {t('qos.points.kickOut', { limit: kickOutAt })}
        </p>
      </div>
    </Card>
  );
}

function PointsFact({ name, value, hint }: { readonly name: string; readonly value: string; readonly hint: string }) {
  return (
    <div className="flex flex-col gap-0.5">
      <dt className="text-[13px] text-faint">{name}</dt>
      <dd className="text-2xl font-semibold tabular-nums">{value}</dd>
      <dd className="text-[13px] text-soft">{hint}</dd>
    </div>
  );
}
