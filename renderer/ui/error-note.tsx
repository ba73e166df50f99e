import { CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { useHostText } from '../errors/use-host-text.ts';
import { CopyButton } from './hash.tsx';

export interface ErrorNoteProps {
  readonly error: ErrorView;
  /** A button that fixes it, if there is one here. */
  readonly action?: ReactNode;
}

/** A coded error: meaning, likely cause, what to do, what is safe meanwhile; the rest is folded away. */
export function ErrorNote({ error, action }: ErrorNoteProps) {
  const { t } = useTranslation(['errors', 'common']);
  const text = useHostText()(error);
  // Nothing failed: someone said no, or did not answer.
  if (error.code === 'ACT_NOT_CONFIRMED') {
    return (
      <p role="alert" className="rounded-md border border-line p-3 text-soft">
        {t('common:person.refused')}
      </p>
    );
  }
  const parts = [
    [t('cause'), text.cause],
    [t('remedy'), text.remedy],
    [t('safe'), text.safe],
  ] as const;
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-bad/40 bg-bad-wash p-3">
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="font-medium text-bad">{text.meaning ?? t('unknownMeaning')}</p>
        {text.quote !== null && <p className="break-words whitespace-pre-wrap text-soft">{text.quote}</p>}
        {parts.map(([name, said]) =>
          said === null ? null : (
            <p key={name}>
              <span className="font-medium">{name}:</span> {said}
            </p>
          ),
        )}
        {action}
        <ErrorDetails error={error} />
      </div>
    </div>
  );
}

/** For support: the code and the exact message. */
function ErrorDetails({ error: { code, message, data } }: { readonly error: ErrorView }) {
  const { t } = useTranslation('errors');
  const facts = Object.keys(data).length === 0 ? '' : `\n${JSON.stringify(data, null, 1)}`;
  const whole = `${code}: ${message}${facts}`;
  return (
    <details className="text-[13px] text-soft">
      <summary className="w-fit cursor-pointer">{t('details')}</summary>
      <div className="mt-1 flex items-start gap-2">
        <pre className="min-w-0 flex-1 overflow-x-auto font-mono text-xs break-words whitespace-pre-wrap">{whole}</pre>
        <CopyButton text={whole} what={t('copy')} />
      </div>
    </details>
  );
}
