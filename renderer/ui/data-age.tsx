import { useTranslation } from 'react-i18next';
import { relativeTime, useNow } from './time.tsx';

/** Since when a grey fact is out of date; nothing if not known. */
export function DataAge({ atMs }: { readonly atMs: number | null }) {
  const { t, i18n } = useTranslation();
  const now = useNow(10_000);
  if (atMs === null) return null;
  return (
    <span className="text-[13px] font-normal text-faint">
      {t('asOf', { when: relativeTime(Math.min(now, atMs), now, i18n.language) })}
    </span>
  );
}
