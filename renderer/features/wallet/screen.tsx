import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function WalletScreen() {
  const { t } = useTranslation('wallet');
  return <Screen title={t('title')}>{null}</Screen>;
}
