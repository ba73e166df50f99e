import { useTranslation } from 'react-i18next';
import type { QosExplanation } from '../../../contract/standing.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { exactTime } from '../../ui/time.tsx';
import { QosChanges } from './qos-changes.tsx';
import { FormulaDifference } from './qos-numbers.tsx';
import { QosPoints } from './qos-points.tsx';
import { QosRecovery } from './qos-recovery.tsx';

const QOS_PARTS = ['long', 'health', 'combined'] as const;

export function QosView({ qos }: { readonly qos: QosExplanation }) {
  const { t, i18n } = useTranslation('trust');
  const { exclusion } = qos;
  if (qos.points !== null) return <QosPoints qos={qos} points={qos.points} />;
  const limit = qos.kickOutBelow.toFixed(2);
  const kickOut = qos.belowKickOut === null ? 'unknown' : qos.belowKickOut ? 'below' : 'above';
  const excluded =
    exclusion.state === 'excluded' && exclusion.endsAtMs !== null
      ? t('qos.exclusion.excludedUntil', { when: exactTime(exclusion.endsAtMs, i18n.language) })
      : t(`qos.exclusion.${exclusion.state}`);
  return (
    <div className="flex flex-col gap-4">
      <Card
        title={t('qos.now')}
        aside={<span className="text-[13px] text-faint">{t('qos.asOf', { when: exactTime(qos.atMs, i18n.language) })}</span>}
      >
        <div className="flex flex-col gap-4">
          <dl className="grid gap-4 sm:grid-cols-3">
            {QOS_PARTS.map((part) => (
              <QosPart key={part} part={part} value={qos.now[part]} />
            ))}
          </dl>
          <ul className="flex flex-col gap-1.5">
            <li className="flex items-start gap-2">
              <ToneIcon
                tone={exclusion.state === 'excluded' ? 'bad' : exclusion.state === 'unknown' ? 'neutral' : 'good'}
                className="mt-0.5"
              />
              {excluded}
            </li>
            <li className="flex items-start gap-2">
              <ToneIcon tone={kickOut === 'below' ? 'bad' : kickOut === 'unknown' ? 'neutral' : 'good'} className="mt-0.5" />
              {t(`qos.kickOut.${kickOut}`, { limit })}
            </li>
            {qos.differences.map((difference) => (
              <li key={difference.number} className="flex items-start gap-2">
                <ToneIcon tone="info" className="mt-0.5" />
                <FormulaDifference difference={difference} />
              </li>
            ))}
          </ul>
        </div>
      </Card>
      <QosRecovery qos={qos} />
      <QosChanges qos={qos} />
    </div>
  );
}

function QosPart({ part, value }: { readonly part: (typeof QOS_PARTS)[number]; readonly value: QosExplanation['now']['long'] }) {
  const { t } = useTranslation('trust');
  return (
    <div className="flex flex-col gap-0.5">
      <dt className="text-[13px] text-faint">{t(`qos.${part}`)}</dt>
      <dd className="text-2xl font-semibold tabular-nums">
        {value === null ? <span className="text-faint">—</span> : value.value.toFixed(2)}
      </dd>
      <dd className="text-xs text-faint">{value === null ? t('qos.notTold') : t(`qos.told.${value.source}`)}</dd>
      <dd className="text-[13px] text-soft">{t(`qos.${part}Hint`)}</dd>
    </div>
  );
}
