import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

export type BackupState = 'backedUp' | 'imported' | 'notBackedUp';

export const BACKUP_TONES: Readonly<Record<BackupState, Tone>> = { backedUp: 'good', imported: 'neutral', notBackedUp: 'warn' };

/** Only a verified backup counts: for an imported key, this program does not know whether its copy still exists. */
export function backupState({ backedUp, imported }: Pick<KeyView, 'backedUp' | 'imported'>): BackupState {
  if (backedUp) return 'backedUp';
  return imported ? 'imported' : 'notBackedUp';
}

export function BackupBadge({ view }: { readonly view: KeyView }) {
  const { t } = useTranslation('firstRun');
  const word = backupState(view);
  return <Badge tone={BACKUP_TONES[word]}>{t(`key.${word}`)}</Badge>;
}
