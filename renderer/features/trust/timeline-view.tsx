import { ChevronRight, Dot, ShieldCheck, TrendingDown, TrendingUp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { QosChange, QosExplanation } from '../../../contract/standing.ts';
import type { CaseSummary } from '../../../contract/trust.ts';
import { nodePath } from '../../app/screens.ts';
import { useNode } from '../../state/app-context.ts';
import { Badge, ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Money } from '../../ui/money.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Time } from '../../ui/time.tsx';
import { QosNumberChange } from './qos-numbers.tsx';
import { CASE_TONES, changeTone, trustTimeline } from './trust-timeline.ts';

const ICONS = { good: TrendingUp, warn: TrendingDown, bad: TrendingDown, neutral: Dot, info: Dot } as const;

export interface TimelineViewProps {
  readonly cases: readonly CaseSummary[];
  readonly qos: QosExplanation | null;
}

export function TimelineView({ cases, qos }: TimelineViewProps) {
  const { t } = useTranslation('trust');
  const [onlyCases, setOnlyCases] = useState(false);
  const happenings = trustTimeline(cases, onlyCases ? [] : (qos?.changes ?? []));
  const hide = (
    <span className="flex items-center gap-2 text-[13px] text-soft">
      {t('timeline.onlyCases')}
      <Switch checked={onlyCases} onChange={setOnlyCases} aria-label={t('timeline.onlyCases')} />
    </span>
  );
  return (
    <Card flush title={t('tabs.happened')} aside={hide}>
      {happenings.length === 0 ? (
        <EmptyState icon={ShieldCheck} title={t('timeline.empty')} hint={t('timeline.emptyHint')} />
      ) : (
        <ol aria-label={t('timeline.label')}>
          {happenings.map((each) => (
            <li key={each.key} className="grid grid-cols-[7rem_1fr] gap-x-3 border-t border-line px-4 py-2.5">
              <span className="text-[13px] text-faint">
                <Time atMs={each.atMs} />
              </span>
              {each.kind === 'case' ? <CaseLine summary={each.summary} /> : <ChangeLine change={each.change} />}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function CaseLine({ summary }: { readonly summary: CaseSummary }) {
  const { t } = useTranslation('trust');
  const { profile } = useNode();
  const { review, cause } = summary;
  return (
    <Link
      to={`${nodePath(profile.profile.id, 'trust')}/${summary.id}`}
      className="group flex min-w-0 items-start justify-between gap-3 rounded-md hover:text-accent"
    >
      <span className="flex min-w-0 flex-col gap-1">
        <span className="flex flex-wrap items-center gap-2">
          <Badge tone={CASE_TONES[summary.kind]}>{t(`kinds.${summary.kind}`)}</Badge>
          {review.kind === 'slashed' && (
            <Badge tone="bad">
              <Money wei={`-${review.amountWei}`} />
            </Badge>
          )}
          {!summary.complete && <span className="text-xs text-faint">{t('timeline.incomplete')}</span>}
        </span>
        <span>{t(`case.faults.${summary.fault.code}`)}</span>
        {cause.code !== 'none' && (
          <span className="text-[13px] text-soft">
            {t(`case.causes.${cause.code}`)} {cause.detail}
          </span>
        )}
      </span>
      <span className="flex shrink-0 items-center gap-1 text-[13px] text-accent group-hover:underline">
        {t('timeline.open')}
        <ChevronRight aria-hidden className="size-4" />
      </span>
    </Link>
  );
}

/** The direction of a change; a dot if nothing moved. */
export function ChangeIcon({ change }: { readonly change: QosChange }) {
  const tone = changeTone(change);
  return <ToneIcon tone={tone} icon={ICONS[tone]} />;
}

function ChangeLine({ change }: { readonly change: QosChange }) {
  const { t } = useTranslation('trust');
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px]">
      <span className="inline-flex items-center gap-1.5">
        <ChangeIcon change={change} />
        {t(`qos.codes.${change.code}`)}
      </span>
      <span className="text-soft">
        {t('timeline.health')} <QosNumberChange before={change.before.health} after={change.after.health} />
      </span>
      <span className="text-soft">
        {t('timeline.long')} <QosNumberChange before={change.before.long} after={change.after.long} />
      </span>
    </span>
  );
}
