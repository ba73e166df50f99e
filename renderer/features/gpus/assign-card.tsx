import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GpuCard } from '../../../contract/gpu.ts';
import { useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { useProfileName } from '../../ui/display-names.ts';
import { AssignDialog } from './assign-dialog.tsx';
import { type CardGroup, groupByName, sameIds, toggleCard } from './card-groups.ts';

export interface AssignCardProps {
  readonly cards: readonly GpuCard[];
  readonly usedBy: Readonly<Record<string, string>>;
}

/** Which cards this node uses. */
export function AssignCard({ cards, usedBy }: AssignCardProps) {
  const { t } = useTranslation(['gpus', 'common']);
  const { profile } = useNode();
  const { gpu } = profile.profile;
  const own = gpu.kind === 'cards' ? gpu.ids : [];
  /** Null: unchanged. */
  const [choice, setChoice] = useState<readonly string[] | null>(null);
  const [reviewing, setReviewing] = useState<readonly string[] | null>(null);
  const chosen = choice ?? own;
  const groups = groupByName(cards);
  const missing = own.filter((id) => !cards.some((card) => card.id === id));
  const same = sameIds(chosen, own);
  return (
    <Card title={t('assign.title')}>
      <div className="flex flex-col gap-3">
        {gpu.kind === 'stated' && (
          <p>
            {t('assign.stated', { name: gpu.name, vram: gpu.vramGib })} {groups.length > 0 && t('assign.chooseBelow')}
          </p>
        )}
        {gpu.kind === 'cards' && gpu.confirmed !== null && (
          <Facts>
            <Fact name={t('assign.reported')}>
              {gpu.confirmed.name}, {t('assign.memory', { vram: gpu.confirmed.vramGib })}
            </Fact>
          </Facts>
        )}
        {missing.map((id) => (
          <p key={id} className="text-bad">
            {t('assign.missing', { id })}
          </p>
        ))}
        {groups.length === 0 ? (
          <p className="text-soft">{t('assign.noneUsable')}</p>
        ) : (
          <p className="text-soft">{t('assign.hint')}</p>
        )}
        {groups.map((group) => (
          <Group
            key={group.name}
            group={group}
            chosen={chosen}
            usedBy={usedBy}
            onToggle={(id) => setChoice(toggleCard(chosen, group, id))}
          />
        ))}
        {groups.length > 0 && (
          <div className="flex items-center justify-end gap-3">
            <span className="text-[13px] text-faint">{same ? t('assign.same') : t('common:effect.nextStart')}</span>
            <Button tone="primary" disabled={same || chosen.length === 0} onClick={() => setReviewing(chosen)}>
              {t('assign.review')}
            </Button>
          </div>
        )}
      </div>
      <AssignDialog
        ids={reviewing}
        cards={cards}
        onClose={() => setReviewing(null)}
        onDone={() => {
          setReviewing(null);
          setChoice(null);
        }}
      />
    </Card>
  );
}

interface GroupProps {
  readonly group: CardGroup;
  readonly chosen: readonly string[];
  readonly usedBy: Readonly<Record<string, string>>;
  readonly onToggle: (id: string) => void;
}

function Group({ group, chosen, usedBy, onToggle }: GroupProps) {
  const { t } = useTranslation('gpus');
  const { profile } = useNode();
  const nameOf = useProfileName();
  const id = useId();
  const { cards, name } = group;
  return (
    <fieldset className="rounded-md border border-line px-3 py-2">
      <legend className="px-1 text-[13px] text-faint">
        {cards.length > 1 ? t('assign.group', { count: cards.length, name }) : name}
      </legend>
      {cards.map((card) => {
        const user = usedBy[card.id];
        const other = user !== undefined && user !== profile.profile.id;
        return (
          <label key={card.id} htmlFor={`${id} ${card.id}`} className="flex cursor-pointer items-center gap-2.5 py-1">
            <input
              id={`${id} ${card.id}`}
              type="checkbox"
              className="size-4 accent-accent"
              checked={chosen.includes(card.id)}
              onChange={() => onToggle(card.id)}
            />
            <span className="min-w-0 flex-1">
              {card.name}
              <span className="text-[13px] text-faint">
                {' '}
                {card.busId ?? `#${card.index}`}
                {other && ` · ${t('cards.byOther', { name: nameOf(user) })}`}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
