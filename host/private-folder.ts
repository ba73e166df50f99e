/** The data directory is for its owner alone: other users of the machine read no names, no logs and no databases in it. */

import { chmodSync, mkdirSync, type Stats, statSync } from 'node:fs';
import os from 'node:os';
import { SYSTEM } from '../platform/system.ts';
import { unwritable } from './data-file.ts';
import { HostError } from './errors.ts';

const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Makes the folder, or takes the rights of others off one that is there. Folders that are not the program's own (of
 * another user, the home directory, one that many share) stay as they are; files in them are made for the owner alone.
 * @returns what was changed or could not be, to be said. @throws HostError HOST_FILE_UNWRITABLE
 */
export function openPrivateFolder(folder: string, home: string = os.homedir()): HostError | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!SYSTEM.files.modes) return null;
    const stats = statSync(folder);
    const mode = stats.mode & 0o777;
    if ((mode & OTHERS) === 0) return null;
    const data = { folder, mode: mode.toString(8) };
    if (!isOwn(folder, stats, home)) {
      return new HostError('HOST_FOLDER_SHARED', `${folder} (mode ${data.mode}) is open to other users`, data);
    }
    chmodSync(folder, mode & 0o700);
    return new HostError('HOST_FOLDER_TIGHTENED', `${folder} had the mode ${data.mode} and has 700 now`, data);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function isOwn(folder: string, { uid, mode }: Stats, home: string): boolean {
  return uid === SYSTEM.files.uid && (mode & STICKY) === 0 && !SYSTEM.files.isWithin(home, folder);
}
