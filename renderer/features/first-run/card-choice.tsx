import { useTranslation } from 'react-i18next';
import type { GpuCard } from '../../../contract/gpu.ts';
import { useAct, useHostRead, useRefresh } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { useProfileName } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Working } from '../../ui/working.tsx';
import { Option, Options, type StepProps } from './step-parts.tsx';

/** A card appears without a click once it is installed or its driver is. */
const REFRESH_MS = 10_000;

/** One card, several of the same name, or a simulated one if the network runs on this machine. */
export function CardChoice({ choices, change }: StepProps) {
  const { t } = useTranslation('firstRun');
  const host = useHostClient();
  const nameOf = useProfileName();
  const read = useHostRead('cards', (client, signal) => client.gpus.inventory({}, { signal }));
  const { cardIds, report, madeUpCard, network } = choices;
  const local = network?.origin === 'local';
  const ask = useAct(async (ids: readonly string[]) => {
    const { reportedName, reportedVramGib } = await host().gpus.report({ ids: [...ids] });
    change({ report: { name: reportedName, vramGib: reportedVramGib } });
  });
  const choose = (card: GpuCard, checked: boolean) => {
    const ids = checked ? [...cardIds, card.id] : cardIds.filter((id) => id !== card.id);
    change({ cardIds: ids, report: null, madeUpCard: false });
    if (ids.length > 0) void ask.run(ids);
  };
  useRefresh(read, REFRESH_MS);
  if (read.value === null) {
    if (read.error) return <ErrorNote error={read.error} />;
    return read.loading ? <Working label={t('gpu.searching')} onCancel={read.cancel} /> : null;
  }
  const { inventory, usedBy } = read.value;
  return (
    <Options legend={t('gpu.cards')} hint={t('gpu.cardsHint')}>
      {inventory.cards.length === 0 && (
        <div className="flex flex-col gap-1 rounded-md bg-raised px-3 py-2.5">
          <p className="font-medium">{t('gpu.none')}</p>
          <p className="text-soft">{local ? t('gpu.noneLocal') : t('gpu.noneMissing', { network: network?.title ?? '' })}</p>
          {!local && <p className="text-soft">{t('gpu.noneMeanwhile')}</p>}
        </div>
      )}
      {inventory.cards.map((card) => (
        <Option
          key={card.id}
          type="checkbox"
          name="cards"
          disabled={card.unusable !== null}
          checked={cardIds.includes(card.id)}
          onChange={(checked) => choose(card, checked)}
          title={card.name}
        >
          <span className="tabular-nums">
            {card.memoryMib === null ? '—' : `${(card.memoryMib / 1_024).toFixed(0)} GiB`}
            {usedBy[card.id] !== undefined && ` · ${t('gpu.usedBy', { name: nameOf(usedBy[card.id] ?? '') })}`}
          </span>
          {card.unusable !== null && (
            <span className="text-bad">
              {card.unusable.message} {card.unusable.remedy}
            </span>
          )}
        </Option>
      ))}
      {local && (
        <Option
          type="checkbox"
          name="cards"
          checked={madeUpCard}
          onChange={(checked) => change({ madeUpCard: checked, cardIds: [], report: null })}
          title={t('gpu.stated')}
        />
      )}
      {report !== null && (
        <p role="status" className="text-soft">
          {t('gpu.reported', { name: report.name, vram: report.vramGib })}
        </p>
      )}
      {ask.error && <ErrorNote error={ask.error} />}
      {inventory.problems.map((problem) => (
        <p key={problem.code} className="text-[13px] text-warn">
          {problem.message} {problem.remedy}
        </p>
      ))}
    </Options>
  );
}
