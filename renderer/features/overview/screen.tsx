import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function OverviewScreen() {
  const { t } = useTranslation('overview');
  return <Screen title={t('title')}>{null}</Screen>;
}
