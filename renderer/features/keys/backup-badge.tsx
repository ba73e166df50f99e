import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { Badge } from '../../ui/badge.tsx';
import { BACKUP_TONES, backupWord } from './backup-word.ts';

export function BackupBadge({ view }: { readonly view: KeyView }) {
  const { t } = useTranslation('firstRun');
  const word = backupWord(view);
  return <Badge tone={BACKUP_TONES[word]}>{t(`key.${word}`)}</Badge>;
}
