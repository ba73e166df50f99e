/** What is said of an address and of the key behind it. Pure. */

import type { KeyView } from '../../../contract/keys.ts';
import { type BackupWord, backupWord } from '../keys/backup-word.ts';

/** Null = the contract has none; `unknown` = nobody has read it. An address is said by itself. */
export function benefitWord(address: string | null): 'notSet' | 'notRead' | null {
  if (address === null) return 'notSet';
  return address === 'unknown' ? 'notRead' : null;
}

/** `key`: of this machine; a key of the local network is in another place, and needs no backup. */
export function keyWord(
  key: Pick<KeyView, 'backedUp' | 'imported'> | undefined,
  isLocal: boolean,
): 'localKey' | 'unknownKey' | BackupWord {
  if (key === undefined) return isLocal ? 'localKey' : 'unknownKey';
  return backupWord(key);
}
