import { useTranslation } from 'react-i18next';
import { Screen } from '../../ui/screen.tsx';

export function TasksScreen() {
  const { t } = useTranslation('tasks');
  return <Screen title={t('title')}>{null}</Screen>;
}
