import { Circle, Cpu, MemoryStick } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { GpuCard, GpuInventory } from '../../../contract/gpu.ts';
import { useNode } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { useProfileName } from '../../ui/display-names.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Time } from '../../ui/time.tsx';
import { ProblemNote } from './problem-note.tsx';

export interface CardsCardProps {
  readonly inventory: GpuInventory;
  /** Card id → profile id. */
  readonly usedBy: Readonly<Record<string, string>>;
}

export function CardsCard({ inventory: { atMs, cards, problems }, usedBy }: CardsCardProps) {
  const { t } = useTranslation('gpus');
  return (
    <Card
      title={t('cards.title')}
      aside={
        <span className="text-[13px] text-faint">
          {t('cards.read')} <Time atMs={atMs} />
        </span>
      }
      flush
    >
      {cards.length === 0 && <EmptyState icon={Cpu} title={t('cards.none')} hint={t('cards.noneHint')} />}
      <ul>
        {cards.map((card) => (
          <CardRow key={card.id} card={card} profileId={usedBy[card.id] ?? null} />
        ))}
      </ul>
      {problems.length > 0 && (
        <div className="flex flex-col gap-2 px-4 py-3">
          <h3 className="font-medium">{t('cards.problem')}</h3>
          {problems.map((problem) => (
            <ProblemNote key={problem.code} problem={problem} />
          ))}
        </div>
      )}
    </Card>
  );
}

function CardRow({ card, profileId }: { readonly card: GpuCard; readonly profileId: string | null }) {
  const { t } = useTranslation('gpus');
  return (
    <li className="flex flex-col gap-2 border-t border-line px-4 py-3 first:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <MemoryStick aria-hidden className="size-4 text-faint" />
        <h3 className="font-medium">{card.name}</h3>
        <UsageBadge card={card} profileId={profileId} />
        <span className="text-[13px] text-faint">
          {card.integrated ? `${t('cards.integrated')} · ` : ''}
          {t('cards.driver')} {card.driver ?? t('cards.untold')}
          {card.busId !== null && ` · ${card.busId}`}
        </span>
      </div>
      {hasReadings(card) && <Readings card={card} />}
      {card.unusable !== null && <ProblemNote problem={card.unusable} />}
    </li>
  );
}

function UsageBadge({ card, profileId }: { readonly card: GpuCard; readonly profileId: string | null }) {
  const { t } = useTranslation('gpus');
  const { profile } = useNode();
  const nameOf = useProfileName();
  if (profileId === profile.profile.id) return <Badge tone="good">{t('cards.byThis')}</Badge>;
  if (profileId !== null) {
    return <Badge tone="info">{t('cards.byOther', { name: nameOf(profileId) })}</Badge>;
  }
  if (card.unusable !== null) return <Badge tone="bad">{t('cards.unusable')}</Badge>;
  return (
    <Badge tone="neutral" icon={Circle}>
      {t('cards.free')}
    </Badge>
  );
}

/** If a card has no readings at all, do not say so five times. */
function hasReadings({ loadPercent, memoryMib, temperatureC, powerW, processes }: GpuCard): boolean {
  return [loadPercent, memoryMib, temperatureC, powerW, processes].some((value) => value !== null);
}

const gib = (mib: number) => (mib / 1_024).toFixed(1);

function Readings({ card }: { readonly card: GpuCard }) {
  const { t } = useTranslation('gpus');
  const reading = (value: number | null, unit: string) => (value === null ? t('cards.untold') : `${Math.round(value)} ${unit}`);
  const { memoryMib, memoryUsedMib, processes } = card;
  const used = memoryUsedMib === null ? '—' : gib(memoryUsedMib);
  const names = processes?.map(({ name, memoryMib: mib }) => (mib === null ? name : `${name} (${gib(mib)} GiB)`)) ?? null;
  const programs = names === null ? t('cards.unknownPrograms') : names.length === 0 ? t('cards.noPrograms') : names.join(', ');
  const values = [
    [t('cards.load'), reading(card.loadPercent, '%')],
    [t('cards.memory'), memoryMib === null ? t('cards.untold') : `${used} / ${gib(memoryMib)} GiB`],
    [t('cards.temperature'), reading(card.temperatureC, '°C')],
    [t('cards.power'), reading(card.powerW, 'W')],
    [t('cards.programs'), programs],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 md:grid-cols-[5rem_8.5rem_6.5rem_5rem_minmax(0,1fr)]">
      {values.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-[13px] text-faint">{name}</dt>
          <dd className="break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
