/** What is known about a key's backup. Pure. */
import type { KeyView } from '../../../contract/keys.ts';
import type { Tone } from '../../ui/badge.tsx';

export type BackupWord = 'backedUp' | 'imported' | 'notBackedUp';

export const BACKUP_TONES: Readonly<Record<BackupWord, Tone>> = { backedUp: 'good', imported: 'neutral', notBackedUp: 'warn' };

/** Only a verified backup counts: for an imported key, this program does not know whether its copy still exists. */
export function backupWord({ backedUp, imported }: Pick<KeyView, 'backedUp' | 'imported'>): BackupWord {
  if (backedUp) return 'backedUp';
  return imported ? 'imported' : 'notBackedUp';
}
