/**
 * Stores after kills, locks, read-only files and missing folders: each gets the right code, and the store works
 * afterwards.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, STORE_FILE } from '../store/store.ts';
import { commitmentOf, remoteTask, SCORE } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openDatabase, openDisposableDatabase } from './database.ts';
import { lockDirectory, waitForDirectory } from './directory-lock.ts';
import { WORKER_ERRORS } from './errors.ts';
import { storeFailure } from './store-failure.ts';

const OPENER = fileURLToPath(new URL('../testing/store-opener.ts', import.meta.url));
const TASK = commitmentOf(1);
const KILLS = 24;

async function opener(): Promise<ChildProcess> {
  const child = fork(OPENER, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function sendOrder(child: ChildProcess, order: object): Promise<void> {
  const done = once(child, 'message');
  child.send(order);
  await done;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `uncoded: ${String(error)}`;
  }
}

/** A store with one score in it. */
function withScore(dir: string): void {
  const store = openStore(dir, 1);
  store.tasks.observe(remoteTask({}), 1);
  store.ledger.record(TASK, SCORE, 1);
  store.close();
}

describe('a kill while a store is being opened', () => {
  it(`leaves one that opens again, at ${KILLS} moments`, async () => {
    const root = tempDir();
    const sizes: number[] = [];
    for (let n = 0; n < KILLS; n++) {
      const dir = join(root, String(n));
      mkdirSync(dir);
      const child = await opener();
      const gone = once(child, 'exit');
      child.send({ act: 'open', dir });
      // Timed by the number of looks at the disk, not by the clock; each number is a different moment.
      const path = join(dir, STORE_FILE);
      const isThere = () => existsSync(path);
      while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
      for (let look = 0; look < n * n * 4; look++) statSync(path);
      child.kill('SIGKILL');
      await gone;
      sizes.push(statSync(path).size);
      withScore(dir);
    }
    // At least one kill came before the first migration was in the file.
    expect(Math.min(...sizes)).toBeLessThan(Math.max(...sizes, 8_192));
  });

  it('while the first pages are written is rolled back', async () => {
    const dir = tempDir();
    const file = join(dir, STORE_FILE);
    const child = await opener();
    await sendOrder(child, { act: 'spill', file });
    await kill(child);
    expect(readFileSync(`${file}-journal`).subarray(0, 8).toString('hex')).toBe('d9d505f920a163d7');
    expect(statSync(file).size).toBeGreaterThan(8_192);
    withScore(dir);
    const store = openStore(dir, 1);
    expect(store.db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'spilled'").get()).toBeUndefined();
    expect(store.ledger.find(TASK)?.score).toBe(SCORE);
    store.close();
  });

  it('inside a later transaction with a rollback journal is rolled back, and the ledger is intact', async () => {
    const dir = tempDir();
    withScore(dir);
    const file = join(dir, STORE_FILE);
    const child = await opener();
    await sendOrder(child, { act: 'spill', file });
    await kill(child);
    const store = openStore(dir, 1);
    onTestFinished(() => store.close());
    expect(store.ledger.find(TASK)?.score).toBe(SCORE);
  });

  it('before the header reached the disk is rolled back by its journal, too', async () => {
    const dir = tempDir();
    const file = join(dir, STORE_FILE);
    const child = await opener();
    await sendOrder(child, { act: 'spill', file });
    await kill(child);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, 0, 4_096));
    withScore(dir);
  });
});

describe('errors that are not damage', () => {
  it('another program locks the file: busy, and open as soon as that program has ended', async () => {
    const dir = tempDir();
    withScore(dir);
    const child = await opener();
    await sendOrder(child, { act: 'hold', file: join(dir, STORE_FILE) });
    expect(codeOf(() => openStore(dir, 1))).toBe('STORE_BUSY');
    await kill(child);
    const store = openStore(dir, 1);
    onTestFinished(() => store.close());
    expect(store.ledger.find(TASK)?.score).toBe(SCORE);
  });

  it.each([
    ['a file in place of the data directory', (dir: string) => writeFileSync(dir, '')],
    ['a file in place of a parent folder', (dir: string) => writeFileSync(join(dir, '..'), '')],
    ['a folder in place of the database', (dir: string) => void mkdirSync(join(dir, STORE_FILE), { recursive: true })],
    [
      'a broken link',
      (dir: string) => {
        mkdirSync(dir, { recursive: true });
        symlinkSync('/nowhere/at/all', join(dir, STORE_FILE));
      },
    ],
  ])('%s: it cannot be opened', (_what, make) => {
    const dir = join(tempDir(), 'above', 'data');
    if (_what.includes('parent')) mkdirSync(join(dir, '../..'), { recursive: true });
    else mkdirSync(join(dir, '..'), { recursive: true });
    make(dir);
    expect(codeOf(() => openStore(dir, 1))).toBe('STORE_CANNOT_OPEN');
  });

  it.skipIf(process.getuid?.() === 0)('a file without write permission is read-only and unchanged', () => {
    const dir = tempDir();
    withScore(dir);
    const file = join(dir, STORE_FILE);
    const before = readFileSync(file);
    chmodSync(file, 0o400);
    expect(codeOf(() => openStore(dir, 1))).toBe('STORE_READ_ONLY');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a full file refuses a row with the right code, and accepts it when there is room', () => {
    const dir = tempDir();
    const store = openStore(dir, 1);
    onTestFinished(() => store.close());
    store.tasks.observe(remoteTask({}), 1);
    const pages = Number(store.db.prepare('PRAGMA page_count').get()?.page_count);
    store.db.exec(`PRAGMA max_page_count = ${pages}`);
    const big = () => store.tasks.observe(remoteTask({ commitment: commitmentOf(2), taskArgs: 'x'.repeat(100_000) }), 1);
    expect(codeOf(big)).toBe('STORE_FULL');
    store.db.exec('PRAGMA max_page_count = 1000000');
    expect(codeOf(big)).toBe('none');
  });

  it('is never mistaken for a second verdict', () => {
    const dir = tempDir();
    const store = openStore(dir, 1);
    onTestFinished(() => store.close());
    store.tasks.observe(remoteTask({}), 1);
    store.db.exec('PRAGMA query_only = ON');
    expect(codeOf(() => store.ledger.record(TASK, SCORE, 1))).toBe('STORE_READ_ONLY');
    expect(codeOf(() => store.executions.begin(TASK, 'L1', 1))).toBe('STORE_READ_ONLY');
    store.db.exec('PRAGMA query_only = OFF');
    store.executions.begin(TASK, 'L1', 1);
    store.db.exec('PRAGMA query_only = ON');
    const end = { outcome: 'invalid', detail: '', nowMs: 1 } as const;
    expect(codeOf(() => store.executions.end(TASK, end))).toBe('STORE_READ_ONLY');
  });

  it.each([
    [5, 'STORE_BUSY'],
    [261, 'STORE_BUSY'],
    [6, 'STORE_BUSY'],
    [776, 'STORE_READ_ONLY'],
    [1_032, 'STORE_GONE'],
    [266, 'STORE_IO_ERROR'],
    [8_458, 'STORE_IO_ERROR'],
    [13, 'STORE_FULL'],
    [526, 'STORE_CANNOT_OPEN'],
    [11, 'STORE_CORRUPT'],
    [267, 'STORE_CORRUPT'],
    [26, 'STORE_CORRUPT'],
  ])('SQLite result %i is %s', (errcode, code) => {
    expect(storeFailure(Object.assign(new Error('x'), { errcode }), 'f')).toMatchObject({ code });
  });

  it.each(['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EMFILE', 'EBUSY', 'ENOENT'])(
    '%s has a code that does not mean damage',
    (code) => {
      const failure = storeFailure(Object.assign(new Error('x'), { code }), 'f');
      expect(failure).toMatchObject({ code: expect.stringMatching(/^STORE_(?!CORRUPT)/) });
    },
  );

  it('a violated constraint and a bad statement keep their own errors', () => {
    for (const errcode of [1, 19, 1_811, 25]) {
      const error = Object.assign(new Error('x'), { errcode });
      expect(storeFailure(error, 'f')).toBe(error);
    }
  });

  it('no advice says to move a ledger away', () => {
    for (const [code, { remedy }] of Object.entries(WORKER_ERRORS)) {
      if (code.startsWith('STORE_')) expect(remedy).not.toMatch(/move|rename|remove it|begin anew/i);
    }
    expect(WORKER_ERRORS.STORE_CORRUPT.remedy).toContain('Keep the file');
  });
});

describe('files that disappear while a store is open', () => {
  it.each([
    ['the database is deleted', (dir: string) => rmSync(join(dir, STORE_FILE))],
    ['the write-ahead log is deleted', (dir: string) => rmSync(join(dir, `${STORE_FILE}-wal`))],
    ['the directory is deleted', (dir: string) => rmSync(dir, { recursive: true })],
    [
      'the database is replaced',
      (dir: string) => {
        writeFileSync(join(dir, 'other'), readFileSync(join(dir, STORE_FILE)));
        renameSync(join(dir, 'other'), join(dir, STORE_FILE));
      },
    ],
  ])('law 4: %s: no more scores are recorded', (_what, act) => {
    const dir = join(tempDir(), 'data');
    const store = openStore(dir, 1);
    store.tasks.observe(remoteTask({}), 1);
    store.executions.begin(TASK, 'L1', 1);
    act(dir);
    expect(codeOf(() => store.guard.check())).toBe('STORE_GONE');
    const result = { commitment: TASK, score: SCORE, artifacts: [], nowMs: 1 };
    expect(codeOf(() => store.recordResult(result))).toBe('STORE_GONE');
    expect(store.ledger.find(TASK)).toBeNull();
    store.close();
  });

  it('the content of a deleted write-ahead log is in the database after an orderly end', () => {
    const dir = tempDir();
    const store = openStore(dir, 1);
    store.tasks.observe(remoteTask({}), 1);
    store.ledger.record(TASK, SCORE, 1);
    rmSync(join(dir, `${STORE_FILE}-wal`));
    expect(codeOf(() => store.guard.check())).toBe('STORE_GONE');
    store.close();
    const again = openStore(dir, 1);
    onTestFinished(() => again.close());
    expect(again.ledger.find(TASK)?.score).toBe(SCORE);
  });

  it('the watch ends with the code, or with its signal', async () => {
    const dir = tempDir();
    const store = openStore(dir, 1);
    onTestFinished(() => store.close());
    const ending = new AbortController();
    const looks: number[] = [];
    const clock = {
      sleep: async (ms: number) => {
        if (looks.push(ms) === 3) ending.abort();
      },
    };
    await store.guard.run(ending.signal, clock);
    expect(looks).toHaveLength(3);
    rmSync(join(dir, STORE_FILE));
    await expect(store.guard.run(new AbortController().signal, clock)).rejects.toMatchObject({ code: 'STORE_GONE' });
  });
});

describe('files of a store', () => {
  it.skipIf(process.platform === 'win32')('are for their owner only, including those made by an older version', () => {
    const dir = tempDir();
    const file = join(dir, STORE_FILE);
    const modes = () =>
      [file, `${file}-wal`, `${file}-shm`, join(dir, 'owner.lock'), join(dir, 'owner.json')].map(
        (path) => statSync(path).mode & 0o777,
      );
    const first = openStore(dir, 1);
    expect(modes()).toEqual([0o600, 0o600, 0o600, 0o600, 0o600]);
    first.close();
    chmodSync(file, 0o644);
    const second = openStore(dir, 1);
    onTestFinished(() => second.close());
    expect(modes().slice(0, 3)).toEqual([0o600, 0o600, 0o600]);
  });

  it('that can be lost are set aside if they are damaged, and only then', () => {
    const path = join(tempDir(), 'cache.sqlite');
    const setAside: string[] = [];
    const open = () => openDisposableDatabase(path, ['CREATE TABLE x (y)'], ({ kept }) => setAside.push(kept));
    open().close();
    expect(setAside).toEqual([]);
    writeFileSync(path, 'garbage, and longer than the magic bytes');
    open().close();
    expect(setAside).toEqual([`${path}.damaged`]);
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 9');
    newer.close();
    expect(codeOf(open)).toBe('STORE_NEWER_VERSION');
    expect(codeOf(() => openDatabase(path, ['CREATE TABLE x (y)']))).toBe('STORE_NEWER_VERSION');
  });
});

describe('a directory that is taken', () => {
  it('names its owner', () => {
    const dir = tempDir();
    const lock = lockDirectory(dir, 'program');
    onTestFinished(() => lock.release());
    expect(() => lockDirectory(dir)).toThrow(
      expect.objectContaining({
        code: 'STORE_IN_USE',
        data: { dir, pid: process.pid, role: 'program' },
      }),
    );
  });

  it('waits for a command; is refused at once if a program has it; a note without a lock is ignored', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'owner.json'), JSON.stringify({ pid: 1, role: 'program' }));
    let held = lockDirectory(dir, 'command');
    let sleeps = 0;
    const clock = {
      sleep: async () => {
        if (++sleeps === 2) held.release();
      },
    };
    const got = await waitForDirectory(dir, { role: 'program', clock });
    expect(sleeps).toBe(2);
    await expect(waitForDirectory(dir, { role: 'command', clock })).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    expect(sleeps).toBe(2);
    got.release();
    held = lockDirectory(dir, 'command');
    onTestFinished(() => held.release());
    const waiting = waitForDirectory(dir, { role: 'program', clock, withinMs: 300 });
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_IN_USE', data: { role: 'command' } });
  });
});
