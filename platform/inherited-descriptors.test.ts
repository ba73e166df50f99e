import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inheritedDescriptors, isInherited } from './inherited-descriptors.ts';

function openFile(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'given-'));
  writeFileSync(path.join(folder, 'secret'), 'of a file');
  const descriptor = openSync(path.join(folder, 'secret'), 'r');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return descriptor;
}

describe('descriptors for secrets', () => {
  it('are those that are open for reading, except one that is already taken', () => {
    const descriptor = openFile();
    onTestFinished(() => closeSync(descriptor));
    expect(inheritedDescriptors(null).has(descriptor)).toBe(true);
    expect(inheritedDescriptors(descriptor).has(descriptor)).toBe(false);
    expect(inheritedDescriptors(null).has(1_000)).toBe(false);
  });

  it.each([
    ['a file', { number: 3 }, true],
    ['a pipe from another process', { number: 3, kind: 'pipe' }, true],
    ['standard input that does not block', { number: 0, kind: 'pipe', flags: 0o4000 }, true],
    ['descriptors that Node sets to non-blocking', { number: 5, kind: 'pipe', flags: 0o4000 }, false],
    ['a pipe from Node to itself', { number: 4, kind: 'pipe', inode: 7n }, false],
    ['event descriptors, a terminal, a device', { number: 3, kind: 'other' }, false],
    ['descriptors that can only be written', { number: 3, flags: 0o1 }, false],
    ['standard output', { number: 1, flags: 0o2 }, false],
    ['one whose flags the system does not report', { number: 3, flags: null }, true],
  ] as const)('%s', (_, parts, given) => {
    const own = { number: 6, flags: 0o1, kind: 'pipe', inode: 7n } as const;
    expect(isInherited({ flags: 0, kind: 'file', inode: 9n, ...parts }, [own])).toBe(given);
  });
});
