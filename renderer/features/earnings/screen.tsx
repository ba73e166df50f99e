import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function EarningsScreen() {
  const { t } = useTranslation('earnings');
  return <Screen title={t('title')}>{null}</Screen>;
}
