import { useTranslation } from 'react-i18next';

/** Placeholder for content that is still loading. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <p role="status" aria-busy className="text-faint">
      {t('frame.loading')}
    </p>
  );
}
