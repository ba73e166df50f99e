import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button.tsx';

/** `0x3f2a…90a1`. */
export function shortHash(value: string, keep = 4): string {
  const head = value.startsWith('0x') ? keep + 2 : keep;
  return value.length <= head + keep + 1 ? value : `${value.slice(0, head)}…${value.slice(-keep)}`;
}

export interface HashProps {
  readonly value: string;
  /** What it is, as the copy button's label: `address`, `commitment`. */
  readonly what: string;
  readonly copy?: boolean;
}

/** Shortened in the middle; shown in full on hover, and copied in full. */
export function Hash({ value, what, copy = true }: HashProps) {
  return (
    <span className="inline-flex items-center gap-0.5 whitespace-nowrap">
      <code title={value} className="font-mono text-[0.92em]">
        {shortHash(value)}
      </code>
      {copy && <CopyButton text={value} what={what} />}
    </span>
  );
}

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      label={copied ? t('do.copied') : t('do.copyWhat', { what })}
      icon={copied ? Check : Copy}
      className={copied ? 'text-good' : ''}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    />
  );
}
