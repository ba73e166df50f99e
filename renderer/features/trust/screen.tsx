import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function TrustScreen() {
  const { t } = useTranslation('trust');
  return <Screen title={t('title')}>{null}</Screen>;
}
