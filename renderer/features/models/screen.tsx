import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function ModelsScreen() {
  const { t } = useTranslation('models');
  return <Screen title={t('title')}>{null}</Screen>;
}
