/** The ten-second answers: am I earning, and is my stake safe? What needs the host is shown next to it. */
import { clsx } from 'clsx';
import { Minus, TrendingDown, TrendingUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { MoneySummary } from '../../../contract/money.ts';
import type { AttentionItem } from '../../../contract/truth/attention.ts';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { type Tone, ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { relativeTime, useNow } from '../../ui/time.tsx';
import { deductionsOf, type Trend, weekTrend } from './net-trend.ts';

const DAY = 86_400_000;
const TRENDS = { up: TrendingUp, down: TrendingDown, same: Minus } as const;

/** Net of a week and a month, after slashes, fees and gas, with the trend. */
export function NetEarningsCard() {
  const { t } = useTranslation(['overview', 'common']);
  const { session } = useNode();
  const changes = useStore(session.tasks, ({ revision }) => revision);
  const read = useNodeRead('money', (client, signal) => client.money.summary({}, { signal }));
  const today = Math.floor((read.value?.atMs ?? Date.now()) / DAY) * DAY;
  const days = useNodeRead(`two weeks ${today}`, (client, signal) =>
    client.money.earnings({ bucket: 'day', fromMs: today - 13 * DAY, toMs: today + DAY }, { signal }),
  );
  useRefresh(read, 60_000, changes);
  useRefresh(days, 60_000, changes);
  const { value, error } = read;
  return (
    <Card title={t('hero.earning')} className="h-full">
      {error && <ErrorNote error={error} />}
      {value === null && error === null && <p className="text-faint">{t('common:frame.loading')}</p>}
      {value !== null && (
        <div className="flex flex-col gap-2">
          <NetFigure wei={value.last7Days.netWei} name={t('hero.net7')} />
          {days.value !== null && <TrendLine trend={weekTrend(days.value.rows, value.atMs)} />}
          <p className="text-soft">
            {t('hero.net30')}: <Money column wei={value.last30Days.netWei} signed />
          </p>
          <DeductionsLine summary={value} />
        </div>
      )}
    </Card>
  );
}

function NetFigure({ wei, name }: { readonly wei: string; readonly name: string }) {
  const isLoss = BigInt(wei) < 0n;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <span className={clsx('text-3xl font-semibold tracking-tight', isLoss && 'text-bad')}>
        <Money column wei={wei} bare signed />
      </span>
      <span className="text-soft">CNX · {name}</span>
    </p>
  );
}

function TrendLine({ trend: { kind, percent } }: { readonly trend: Trend }) {
  const { t } = useTranslation('overview');
  if (percent === null) return null;
  const Icon = TRENDS[kind];
  return (
    <p className={clsx('flex items-center gap-1.5', kind === 'up' ? 'text-good' : kind === 'down' ? 'text-warn' : 'text-soft')}>
      <Icon aria-hidden className="size-4 shrink-0" />
      {t(`hero.trend.${kind}`, { percent })}
    </p>
  );
}

/** Earnings and costs of 30 days; a slash is always listed. */
function DeductionsLine({ summary }: { readonly summary: MoneySummary }) {
  const { t } = useTranslation('overview');
  const { gasWei, feesWei, slashedWei } = deductionsOf(summary.last30Days);
  return (
    <p className="text-[13px] text-faint">
      {t('hero.earned')} <Money column wei={summary.last30Days.earnedWei} bare />
      {gasWei > 0n && (
        <>
          {' · '}
          {t('hero.gas')} <Money column wei={-gasWei} bare />
        </>
      )}
      {feesWei > 0n && (
        <>
          {' · '}
          {t('hero.fees')} <Money column wei={-feesWei} bare />
        </>
      )}
      {slashedWei > 0n && (
        <span className="font-medium text-bad">
          {' · '}
          {t('hero.slashed')} <Money column wei={-slashedWei} bare />
        </span>
      )}
    </p>
  );
}

/** What puts the stake at risk, worst first. */
const RISKS: ReadonlySet<AttentionItem['kind']> = new Set(['doppelganger', 'notBackedUp', 'selfTest']);

const STAKE_TONES = {
  ...({ staked: 'good', returning: 'info', dueBack: 'warn', notStaked: 'neutral' } as const),
  ...({ slashed: 'bad', unknown: 'neutral', none: 'neutral' } as const),
} satisfies Record<NodeTruth['stake']['kind'], Tone>;

export interface StakeSafetyCardProps {
  readonly truth: NodeTruth;
  readonly items: readonly AttentionItem[];
}

/** How much, where, and whether it is at risk. */
export function StakeSafetyCard({ truth: { stake, connection }, items }: StakeSafetyCardProps) {
  const { t, i18n } = useTranslation('overview');
  const now = useNow(10_000);
  const risk = items.find(({ kind }) => RISKS.has(kind));
  const isHeld = stake.kind === 'staked' || stake.kind === 'returning' || stake.kind === 'dueBack';
  const isOutdated = stake.kind !== 'none' && stake.kind !== 'unknown' && (stake.isOld || connection.kind === 'noProgram');
  const shown: Tone = risk !== undefined && isHeld ? 'warn' : isOutdated && isHeld ? 'neutral' : STAKE_TONES[stake.kind];
  return (
    <Card title={t('hero.stake')} className="h-full">
      <div className="flex flex-col gap-2">
        {isHeld && (
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className={clsx('text-3xl font-semibold tracking-tight', isOutdated && 'text-faint')}>
              <Money wei={stake.wei} bare />
            </span>
            <span className="text-soft">CNX</span>
          </p>
        )}
        <ToneText tone={shown}>{t(`hero.where.${stake.kind}`)}</ToneText>
        {stake.kind === 'slashed' && stake.wei > 0n && (
          <p className="text-bad">{t('hero.taken', { amount: moneyText(stake.wei) })}</p>
        )}
        {isHeld && <p className="text-soft">{risk === undefined ? t('hero.safe') : riskText(t, risk)}</p>}
        {isOutdated && (
          <p className="text-[13px] text-faint">
            {t('stake.asOf', { when: relativeTime(Math.min(now, stake.readMs), now, i18n.language) })}
          </p>
        )}
      </div>
    </Card>
  );
}

function riskText(t: ReturnType<typeof useTranslation<'overview'>>['t'], { kind }: AttentionItem): string {
  return t('hero.risk', { what: t(`attention.${kind}.title`, { version: '' }) });
}

function ToneText({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 font-medium">
      <ToneIcon tone={tone} className="mt-0.5" />
      {children}
    </p>
  );
}
