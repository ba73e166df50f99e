/** File ownership, file names and file replacement on each system. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

export interface FileRules {
  /** Files have an owner and a mode that keeps other users out. On Windows, an access list protects a user's folder. */
  readonly modes: boolean;
  /** The user's numeric ID as the owner of files; null where users have none. */
  readonly uid: number | null;
  /** A folder can be opened and synced, which makes its names durable. Windows cannot, but its journal covers the names. */
  readonly syncsFolders: boolean;
  /** An open file can be replaced and deleted. On Windows, a virus scanner may keep any file open for a moment. */
  readonly replacesOpenFiles: boolean;
  /** Names that differ only in case are the same. */
  readonly ignoresCase: boolean;
  /** Both absolute paths are the same place. Links are not followed. */
  isSame(a: string, b: string): boolean;
  /** `place` is `folder` or is inside it; both are absolute. Links are not followed. */
  isWithin(place: string, folder: string): boolean;
  /** The name under which a library without support for long paths can open a file. Node's own functions do not need it. */
  long(file: string): string;
}

/** Windows limits a full path to 260 characters, and SQLite appends suffixes of its own. */
const MAX_PLAIN_PATH = 240;

export function fileRulesOf(
  { name, uid }: MachineFacts,
  { resolve, relative, isAbsolute, sep, toNamespacedPath }: path.PlatformPath,
): FileRules {
  const windows = name === 'win32';
  const ignoresCase = name !== 'linux';
  const plain = (file: string) => (ignoresCase ? resolve(file).toLowerCase() : resolve(file));
  const isWithin = (place: string, folder: string) => {
    const way = relative(plain(folder), plain(place));
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  return {
    modes: !windows,
    uid,
    syncsFolders: !windows,
    replacesOpenFiles: !windows,
    ignoresCase,
    isSame: (a, b) => plain(a) === plain(b),
    isWithin,
    long: (file) => (windows && resolve(file).length >= MAX_PLAIN_PATH ? toNamespacedPath(file) : file),
  };
}
