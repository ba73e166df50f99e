/**
 * A disk that is really full, and one that has really become read-only: a small separate file system, if one can be
 * mounted.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSettings } from '../host/settings/settings.ts';
import { openStore, type Store } from '../worker/store/store.ts';
import { commitmentOf, remoteTask, SCORE } from '../worker/testing/remote-task.ts';
import { tempDir } from '../worker/testing/temp-dir.ts';

const TASK = commitmentOf(1);

/** Null = not possible, because this user may not mount. */
function smallDisk(): string | null {
  if (process.platform !== 'linux') return null;
  const folder = tempDir();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'crynux-test', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }));
  return folder;
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `uncoded: ${String(error)}`;
  }
}

function signed(store: Store): void {
  store.tasks.observe(remoteTask({ commitment: TASK }), 0);
  store.executions.begin(TASK, 'life', 0);
  store.recordResult({ commitment: TASK, score: SCORE, artifacts: [], nowMs: 0 });
}

const observe = (store: Store, n: number) =>
  store.tasks.observe(remoteTask({ commitment: commitmentOf(n), taskArgs: 'x'.repeat(32_000) }), 0);

it('a full disk is reported as full, the ledger stays intact, and everything continues once there is room', (context) => {
  const disk = smallDisk();
  if (disk === null) return context.skip('no file system can be mounted here');
  const store = openStore(disk, 0);
  signed(store);
  const filler = join(disk, 'filler');
  try {
    for (let n = 0; ; n++) writeFileSync(`${filler}-${n}`, Buffer.alloc(64 * 1024));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
  const seen = new Set<string>();
  for (let n = 2; n < 60 && seen.size < 2; n++) seen.add(codeOf(() => observe(store, n)));
  expect([...seen].filter((code) => code !== 'none')).toEqual(['STORE_FULL']);
  expect(store.ledger.find(TASK)?.score).toBe(SCORE);
  // The same for the program's own files: the error names them, and their previous content is still there.
  expect(codeOf(() => openSettings({ file: join(disk, 'settings.json') }).change({ railCollapsed: true }))).toBe(
    'HOST_FILE_UNWRITABLE',
  );
  for (let n = 0; n < 64; n++) rmSync(`${filler}-${n}`, { force: true });
  expect(codeOf(() => observe(store, 99))).toBe('none');
  expect(codeOf(() => openSettings({ file: join(disk, 'settings.json') }).change({ railCollapsed: true }))).toBe('none');
  store.close();
  const again = openStore(disk, 1);
  expect(again.ledger.find(TASK)?.score).toBe(SCORE);
  again.close();
});

it('a file system that has become read-only is reported as such, and the ledger is intact afterwards', (context) => {
  const disk = smallDisk();
  if (disk === null) return context.skip('no file system can be mounted here');
  const first = openStore(disk, 0);
  signed(first);
  first.close();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  expect(codeOf(() => openStore(disk, 1))).toBe('STORE_READ_ONLY');
  expect(codeOf(() => openSettings({ file: join(disk, 'settings.json') }).change({ railCollapsed: true }))).toBe(
    'HOST_FILE_UNWRITABLE',
  );
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  const again = openStore(disk, 2);
  expect(again.ledger.find(TASK)?.score).toBe(SCORE);
  again.close();
});
