/**
 * A node's log as files of bounded size. Each file is named by the number of bytes written before it, so that a
 * position in the log is a single number that grows with time and survives rotation.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export interface LogSegment {
  readonly path: string;
  /** Position of its first byte. */
  readonly start: number;
  readonly size: number;
}

const NAME = /^node-(\d{15})\.log$/;

export function segmentPath(folder: string, start: number): string {
  return path.join(folder, `node-${String(start).padStart(15, '0')}.log`);
}

/** Oldest first; empty if there is no log. */
export function logSegments(folder: string): readonly LogSegment[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const start = NAME.exec(name)?.[1];
      if (start === undefined) return [];
      const file = path.join(folder, name);
      // It may have been rotated away since it was listed.
      const size = statSync(file, { throwIfNoEntry: false })?.size;
      return size === undefined ? [] : [{ path: file, start: Number(start), size }];
    });
}
