import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function FirstRunScreen() {
  const { t } = useTranslation('firstRun');
  return <Screen title={t('title')}>{null}</Screen>;
}
