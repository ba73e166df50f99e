import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './hash.tsx';

export interface OutsideLinkProps {
  readonly url: string;
  readonly text: string;
}

/** A page outside the program: a link in a browser. The desktop window opens nothing, so there the address is copied. */
export function OutsideLink({ url, text }: OutsideLinkProps) {
  const { t } = useTranslation();
  if (window.crynux !== undefined) {
    return (
      <span className="inline-flex flex-wrap items-center gap-x-1">
        {text}
        <code className="font-mono text-[0.92em] break-all text-soft">{url}</code>
        <CopyButton text={url} what={t('address')} />
      </span>
    );
  }
  return (
    <a href={url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-accent hover:underline">
      {text}
      <ExternalLink aria-label={t('transaction.opens')} className="size-3.5" />
    </a>
  );
}
