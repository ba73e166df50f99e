/** Descriptors that whoever started this program has given it, for secrets. */
import { fstatSync, readdirSync, readFileSync } from 'node:fs';

const ACCESS_MODE = 0o3;
const WRITE_ONLY = 0o1;
const NON_BLOCKING = 0o4000;
/** Beyond it none is looked for where the system has no list. */
const MAX_DESCRIPTOR = 1_023;

interface Open {
  readonly number: number;
  /** As open(2) has them; null where the system does not tell. */
  readonly flags: number | null;
  readonly kind: 'file' | 'pipe' | 'socket' | 'other';
  /** Both ends of a pipe have the same. */
  readonly inode: bigint;
}

/**
 * To be asked before the program opens files of its own. Reading one that Node has opened ends the process or never ends.
 * @param taken one that is read already, whose number may soon be another's
 */
export function givenDescriptors(taken: number | null): ReadonlySet<number> {
  const all = openDescriptors();
  return new Set(all.filter((one) => one.number !== taken && isGiven(one, all)).map(({ number }) => number));
}

/** Exported for its test. Of 1 and 2 no secret comes: this program writes there. */
export function isGiven({ number, flags, kind, inode }: Open, all: readonly Open[]): boolean {
  if (kind === 'other' || number === 1 || number === 2) return false;
  if (flags === null) return true;
  if ((flags & ACCESS_MODE) === WRITE_ONLY) return false;
  // Node's own are not blocking, and standard input may have become so by being looked at.
  if (number !== 0 && (flags & NON_BLOCKING) !== 0) return false;
  // But for one pipe, to itself, with which its signals wait for each other.
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
      // Not open, or no more: reading the list opened one itself.
      return [];
    }
  });
}
