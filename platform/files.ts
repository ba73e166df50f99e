/** What files are on each system: whose they are, how they are named, and when they can be replaced. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

export interface FileRules {
  /** Files have a mode that keeps others out, and an owner. On Windows a user's folder is closed by its access list. */
  readonly modes: boolean;
  /** The user's own number, as files have it for their owner; null where they have none. */
  readonly uid: number | null;
  /** A folder can be opened, and its names made durable. Windows cannot; its journal covers the names. */
  readonly syncsFolders: boolean;
  /** A file that somebody has open can be replaced and deleted. On Windows a virus scanner may hold any for a moment. */
  readonly replacesOpenFiles: boolean;
  /** Names that differ by case alone are one. */
  readonly ignoresCase: boolean;
  /** Both name one place, both absolute. Links are not followed. */
  isSame(a: string, b: string): boolean;
  /** `place` is `folder` or lies in it, both absolute. Links are not followed. */
  isWithin(place: string, folder: string): boolean;
  /** The name under which a library that knows nothing of long paths can open one; Node's own functions need it not. */
  long(file: string): string;
}

/** Windows' limit for a name with its folders is 260 letters; SQLite puts endings of its own behind it. */
const LONG = 240;

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
    long: (file) => (windows && resolve(file).length >= LONG ? toNamespacedPath(file) : file),
  };
}
