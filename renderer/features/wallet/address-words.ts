/** The text about an address and the key behind it. Pure. */

import type { KeyView } from '../../../contract/keys.ts';
import { type BackupWord, backupWord } from '../keys/backup-word.ts';

/** Null = not set in the contract; `unknown` = not read yet. An address needs no text. */
export function benefitWord(address: string | null): 'notSet' | 'notRead' | null {
  if (address === null) return 'notSet';
  return address === 'unknown' ? 'notRead' : null;
}

/** `key`: a key on this machine. A key of the local network is stored elsewhere and needs no backup. */
export function keyWord(
  key: Pick<KeyView, 'backedUp' | 'imported'> | undefined,
  isLocal: boolean,
): 'localKey' | 'unknownKey' | BackupWord {
  if (key === undefined) return isLocal ? 'localKey' : 'unknownKey';
  return backupWord(key);
}
