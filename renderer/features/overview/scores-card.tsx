import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { QosExplanation } from '../../../contract/standing.ts';
import { EXCLUSION_BELOW, READMISSION_AT } from '../../../protocol/node/qos.ts';
import { useLiveRead, useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useAlive } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { DataAge } from '../../ui/data-age.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { QosGauge } from './qos-gauge.tsx';

/** Parameters of the condition `weight`, as far as they are known. */
const weightParams = z.object({
  stakingScore: z.number().nullable().catch(null),
  weight: z.number().nullable().catch(null),
  share: z.number().nullable().catch(null),
});

/** The node's scores, and what changes them. */
export function ScoresCard() {
  const { t } = useTranslation('overview');
  const qos = useNodeRead('qos', (client, signal) => client.trust.qos({}, { signal }));
  const chances = useLiveRead('chances', (client, signal) => client.trust.noTasks({}, { signal }));
  useRefresh(qos, 60_000);
  useRefresh(chances, 60_000);
  const params = chances.value?.conditions.find(({ id }) => id === 'weight')?.params ?? {};
  const { stakingScore, weight, share } = weightParams.parse(params);
  const percent = share === null ? null : `${(share * 100).toFixed(1)} %`;
  const alive = useAlive();
  const error = alive ? (qos.error ?? chances.error) : null;
  const points = qos.value?.points ?? null;
  if (points !== null) return <PointsCard points={points} />;
  // For a stopped node: the last known values, or nothing.
  if (!alive && qos.value === null) return null;
  return (
    <Card title={t('scores.title')} aside={!alive && <DataAge atMs={qos.value?.atMs ?? null} />}>
      {error && <ErrorNote error={error} />}
      <div className="flex flex-col gap-4">
        {qos.value !== null && <QosGauges qos={qos.value} />}
        {alive && (
          <dl className="flex flex-col gap-3 border-t border-line pt-3">
            <Score name={t('scores.staking')} value={stakingScore} moves={t('scores.stakingMoves')} />
            <Score
              name={t('scores.weight')}
              value={weight}
              moves={`${percent === null ? '' : `${t('scores.share', { percent })}. `}${t('scores.weightMoves')}`}
            />
          </dl>
        )}
      </div>
    </Card>
  );
}

/** Quality of service on its scale, with the network's marks. */
function QosGauges({ qos: { now, kickOutBelow } }: { readonly qos: QosExplanation }) {
  const { t } = useTranslation('overview');
  return (
    <>
      <QosGauge
        name={t('scores.long')}
        value={now.long?.value ?? null}
        marks={[{ at: kickOutBelow, name: t('scores.kickOut') }]}
        hint={t('scores.longMoves')}
      />
      <QosGauge
        name={t('scores.health')}
        value={now.health?.value ?? null}
        marks={[
          { at: EXCLUSION_BELOW, name: t('scores.exclusion') },
          { at: READMISSION_AT, name: t('scores.readmission') },
        ]}
        hint={t('scores.healthMoves')}
      />
    </>
  );
}

/** Where contracts judge: only points. */
function PointsCard({ points }: { readonly points: NonNullable<QosExplanation['points']> }) {
  const { t } = useTranslation(['overview', 'trust']);
  const { average, lastTasks, mostOfLastTasks: most, kickOutAt } = points;
  return (
    <Card title={t('scores.title')}>
      <dl className="flex flex-col gap-3">
        <ScoreLine name={t('trust:qos.points.average')} text={String(average)} moves={t('trust:qos.points.averageHint')} />
        <ScoreLine
          name={t('trust:qos.points.last')}
          text={t('trust:qos.points.of', { points: lastTasks, most })}
          moves={t('trust:qos.points.kickOut', { limit: kickOutAt })}
        />
      </dl>
    </Card>
  );
}

interface ScoreProps {
  readonly name: string;
  /** 0–1; null = unknown. */
  readonly value: number | null;
  readonly moves: string;
}

function Score({ name, value, moves }: ScoreProps) {
  return <ScoreLine name={name} text={value === null ? null : value.toFixed(2)} moves={moves} />;
}

function ScoreLine({ name, text, moves }: { readonly name: string; readonly text: string | null; readonly moves: string }) {
  const { t } = useTranslation('overview');
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 gap-y-0.5">
      <dt className="font-medium">{name}</dt>
      <dd className="font-semibold tabular-nums">
        {text ?? <span className="font-normal text-faint">{t('scores.unknown')}</span>}
      </dd>
      <dd className="col-span-2 text-[13px] text-faint">{moves}</dd>
    </div>
  );
}
