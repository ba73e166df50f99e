/** Makes the data directory private: other users of the machine cannot read its names, logs or databases. */

import { chmodSync, mkdirSync, type Stats, statSync } from 'node:fs';
import os from 'node:os';
import { SYSTEM } from '../platform/system.ts';
import { unwritable } from './data-file.ts';
import { HostError } from './errors.ts';

const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Creates the folder, or removes other users' permissions from an existing one. Folders that do not belong to the
 * program (another user's, the home directory, a shared one) are left unchanged; files in them are created for the
 * owner only.
 * @returns what was changed or could not be, to be reported. @throws HostError HOST_FILE_UNWRITABLE
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
    return new HostError('HOST_FOLDER_TIGHTENED', `${folder} had the mode ${data.mode}; it is now 700`, data);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function isOwn(folder: string, { uid, mode }: Stats, home: string): boolean {
  return uid === SYSTEM.files.uid && (mode & STICKY) === 0 && !SYSTEM.files.isWithin(home, folder);
}
