import { useTranslation } from 'react-i18next';

/** In the place of what is not there yet. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <p role="status" aria-busy className="text-faint">
      {t('frame.loading')}
    </p>
  );
}
