import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

/** Placeholder for content that is still loading. */
export function Loading({ className }: { readonly className?: string }) {
  const { t } = useTranslation();
  return (
    <p role="status" aria-busy className={clsx('text-faint', className)}>
      {t('frame.loading')}
    </p>
  );
}
