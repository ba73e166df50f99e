import { useTranslation } from 'react-i18next';
import type { CaseFile, TimelineEntry } from '../../../contract/trust.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { Card } from '../../ui/card.tsx';
import { exactTime } from '../../ui/time.tsx';
import { useCodeText } from './code-text.ts';

export function CaseTimeline({ timeline }: { readonly timeline: CaseFile['timeline'] }) {
  const { t, i18n } = useTranslation('trust');
  const textOf = useCodeText();
  const hostText = useHostText();
  // Depending on the kind of entry, the value is a state, an outcome or an error code.
  const wordOf = ({ code, value }: TimelineEntry) => {
    if (code === 'alarm') return hostText({ code: value, message: '' }).meaning ?? value;
    return textOf([`common:taskStatus.${value}`, `tasks:outcome.${value}`, `common:nodeState.${value}`], value);
  };
  return (
    <Card title={t('case.sections.timeline')}>
      <ol>
        {timeline
          .toSorted((a, b) => a.atMs - b.atMs)
          .map((entry, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a case's timeline does not change while it is shown.
            <li key={i} className="grid grid-cols-[12rem_1fr] gap-x-3 border-b border-line py-1.5 text-[13px] last:border-0">
              <span className="text-faint tabular-nums">{exactTime(entry.atMs, i18n.language)}</span>
              <span className="min-w-0">
                {t(`case.timeline.${entry.code}`, { value: wordOf(entry) })}{' '}
                <span className="text-faint">· {t(`case.source.${entry.source}`)}</span>
                {entry.evidence !== '' && (
                  <code className="block font-mono text-xs break-words text-faint">{entry.evidence}</code>
                )}
              </span>
            </li>
          ))}
      </ol>
    </Card>
  );
}
