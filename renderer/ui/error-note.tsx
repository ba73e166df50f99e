import { catalogue } from 'virtual:error-catalogue';
import { CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { fillFacts } from './fill-facts.ts';

/** What a code means and what to do about it; null = no room knows it. */
export function errorEntry(code: string): { readonly meaning: string; readonly remedy: string } | null {
  return catalogue[code] ?? null;
}

export interface ErrorNoteProps {
  readonly error: ErrorView;
  /** What fixes it, where something here does. */
  readonly action?: ReactNode;
}

/** A coded error: what it means, what to do, and what exactly was said. */
export function ErrorNote({ error, action }: ErrorNoteProps) {
  const { t } = useTranslation();
  const entry = errorEntry(error.code);
  // Nothing went wrong: somebody said no, or nobody said yes.
  if (error.code === 'ACT_NOT_CONFIRMED') {
    return (
      <p role="alert" className="rounded-md border border-line p-3 text-soft">
        {t('person.refused')}
      </p>
    );
  }
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-bad/40 bg-bad-wash p-3">
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium text-bad">{entry?.meaning ?? t('error.unknownMeaning')}</p>
        {error.message !== '' && <p className="break-words text-soft">{error.message}</p>}
        {entry !== null && (
          <p>
            <span className="font-medium">{t('error.remedy')}:</span> {fillFacts(entry.remedy, error.data)}
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          {action}
          <code className="font-mono text-xs text-soft">{error.code}</code>
        </div>
      </div>
    </div>
  );
}
