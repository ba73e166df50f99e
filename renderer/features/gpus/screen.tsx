import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function GpusScreen() {
  const { t } = useTranslation('gpus');
  return <Screen title={t('title')}>{null}</Screen>;
}
