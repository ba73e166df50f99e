import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function LogsScreen() {
  const { t } = useTranslation('logs');
  return <Screen title={t('title')}>{null}</Screen>;
}
