/** File descriptors that this program inherited, through which secrets may be passed. */
import { fstatSync, readdirSync, readFileSync } from 'node:fs';

const ACCESS_MODE = 0o3;
const WRITE_ONLY = 0o1;
const NON_BLOCKING = 0o4000;
/** The highest descriptor to try where the system has no list. */
const MAX_DESCRIPTOR = 1_023;

interface Open {
  readonly number: number;
  /** As open(2) defines them; null where the system does not report them. */
  readonly flags: number | null;
  readonly kind: 'file' | 'pipe' | 'socket' | 'other';
  /** Both ends of a pipe have the same inode. */
  readonly inode: bigint;
}

/**
 * Call this before the program opens files of its own. Reading a descriptor that Node opened ends the process or never
 * returns.
 * @param taken one that has already been read, whose number may soon be reused
 */
export function inheritedDescriptors(taken: number | null): ReadonlySet<number> {
  const all = openDescriptors();
  return new Set(all.filter((one) => one.number !== taken && isInherited(one, all)).map(({ number }) => number));
}

/** Exported for its test. No secret comes from 1 or 2: this program writes to them. */
export function isInherited({ number, flags, kind, inode }: Open, all: readonly Open[]): boolean {
  if (kind === 'other' || number === 1 || number === 2) return false;
  if (flags === null) return true;
  if ((flags & ACCESS_MODE) === WRITE_ONLY) return false;
  // Node's own descriptors do not block; standard input may have become non-blocking because Node looked at it.
  if (number !== 0 && (flags & NON_BLOCKING) !== 0) return false;
  // Except a pipe from Node to itself, which it uses for signals.
  const isWrittenHere = (one: Open) => one.flags !== null && (one.flags & ACCESS_MODE) === WRITE_ONLY && one.inode === inode;
  return kind !== 'pipe' || !all.some((one) => one.kind === 'pipe' && isWrittenHere(one));
}

function openDescriptors(): Open[] {
  const isLinux = process.platform === 'linux';
  const numbers = isLinux ? readdirSync('/proc/self/fd').map(Number) : Array.from({ length: MAX_DESCRIPTOR + 1 }, (_, at) => at);
  return numbers.flatMap((number) => {
    try {
      const stat = fstatSync(number, { bigint: true });
      const kind = stat.isFile() ? 'file' : stat.isFIFO() ? 'pipe' : stat.isSocket() ? 'socket' : 'other';
      const [, flags] = isLinux ? (/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, 'utf8')) ?? []) : [];
      return [{ number, flags: flags === undefined ? null : Number.parseInt(flags, 8), kind, inode: stat.ino }];
    } catch {
      // Not open, or no longer open: reading the list opened one itself.
      return [];
    }
  });
}
