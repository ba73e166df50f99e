import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { transactionUrl } from '../../contract/chain-preset.ts';
import { useNode } from '../state/app-context.ts';
import { CopyButton, Hash, shortHash } from './hash.tsx';

/**
 * A transaction of the selected node, with its page in the explorer if the network has one: a link in a browser. The desktop
 * window opens nothing outside itself, so there the page's address is copied.
 */
export function TransactionHash({ value }: { readonly value: string }) {
  const { t } = useTranslation();
  const { profile } = useNode();
  const what = t('transaction.name');
  const url = transactionUrl(profile.explorerUrl, value);
  if (url === null) return <Hash value={value} what={what} />;
  if (window.crynux !== undefined) {
    return (
      <span className="inline-flex items-center gap-0.5 whitespace-nowrap">
        <Hash value={value} what={what} copy={false} />
        <CopyButton text={url} what={t('transaction.page')} />
      </span>
    );
  }
  return (
    <span className="inline-flex items-center gap-0.5 whitespace-nowrap">
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        title={value}
        className="inline-flex items-center gap-1 font-mono text-[0.92em] text-accent hover:underline"
      >
        {shortHash(value)}
        <ExternalLink aria-label={t('transaction.opens')} className="size-3.5" />
      </a>
      <CopyButton text={value} what={what} />
    </span>
  );
}
