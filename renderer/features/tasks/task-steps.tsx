import { useTranslation } from 'react-i18next';
import { durationText } from '../../ui/duration.ts';
import { exactTime } from '../../ui/time.tsx';
import type { PathStep } from './task-path.ts';

/** Each step in words: when, by whom, and on what evidence. */
export function TaskSteps({ path }: { readonly path: readonly PathStep[] }) {
  const { t, i18n } = useTranslation(['tasks', 'common']);
  const causeText = ({ from, actors, via }: PathStep): string => {
    if (from === null) return t('drawer.firstSeen');
    if (actors.length === 0) return t('drawer.noEdge');
    const who = actors.map((actor) => t(`actor.${actor}`)).join(t('drawer.or'));
    return `${who} · ${via.map((cause) => t(`via.${cause}`)).join(t('drawer.or'))}`;
  };
  return (
    <ol aria-label={t('drawer.steps')} className="flex flex-col">
      {path.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end.
        <li key={i} className="grid grid-cols-[9rem_1fr] gap-x-3 border-b border-line py-1.5 text-[13px] last:border-0">
          <span className="font-medium">{t(`common:taskStatus.${step.status}`)}</span>
          <span className="tabular-nums">
            {exactTime(step.atMs, i18n.language)}
            {step.tookMs !== null && (
              <span className="text-faint"> {t('drawer.step.took', { duration: durationText(step.tookMs, i18n.language) })}</span>
            )}
          </span>
          <span className="text-faint">{step.sources.map((source) => t(`source.${source}`)).join(t('drawer.and'))}</span>
          <span className="min-w-0">
            <span className="text-soft">{causeText(step)}</span>
            {step.events.length > 0 && (
              <span className="block text-xs text-faint">{t('drawer.event', { id: step.events.join(', ') })}</span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
