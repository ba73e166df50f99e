/** Files: modes, durable names, case, long and strange names, files that others have open, locks. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { replaceFile } from '../../platform/replace-file.ts';
import { tryLock } from '../../worker/kit/folder-lock.ts';
import { killTree } from '../../worker/kit/kill-tree.ts';
import { type Check, compareToRule, fail, ok } from './check.ts';
import { exitOf, startHelper } from './helper-process.ts';

const UNUSUAL_NAMES = ['with space', 'ümläut', '鷺の巣', "it's", '100% & more', '(brackets)', 'a'.repeat(120)];

function canSync(folder: string): boolean {
  try {
    const opened = openSync(folder, 'r');
    try {
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    return true;
  } catch {
    return false;
  }
}

export const FILE_CHECKS: readonly Check[] = [
  {
    subject: 'files',
    what: 'a file for its owner only has a mode that says so',
    run({ system, folder }) {
      const file = path.join(folder, 'mode');
      writeFileSync(file, '', { mode: 0o600 });
      return compareToRule(system.files.modes, (statSync(file).mode & 0o777) === 0o600, 'mode 600');
    },
  },
  {
    subject: 'files',
    what: 'the names in a folder can be made durable by syncing the folder',
    run: ({ system, folder }) => compareToRule(system.files.syncsFolders, canSync(folder), 'a folder is opened and synced'),
  },
  {
    subject: 'files',
    what: 'names that differ only by case are the same',
    run({ system, folder }) {
      writeFileSync(path.join(folder, 'Case'), '');
      return compareToRule(system.files.ignoresCase, existsSync(path.join(folder, 'cASE')), '"cASE" finds "Case"');
    },
  },
  {
    subject: 'files',
    what: 'files and databases with strange names',
    run({ folder }) {
      for (const name of UNUSUAL_NAMES) {
        writeFileSync(path.join(folder, name), name);
        if (readFileSync(path.join(folder, name), 'utf8') !== name) return fail(`"${name}" was read back differently`);
        new DatabaseSync(path.join(folder, `${name}.sqlite`)).close();
      }
      return ok(`${UNUSUAL_NAMES.length} names`);
    },
  },
  {
    subject: 'files',
    what: 'a path of more than 300 letters, with a database at its end',
    run({ system, folder }) {
      const deep = path.join(folder, ...Array.from({ length: 12 }, (_, index) => `a folder of some length ${index}`));
      mkdirSync(deep, { recursive: true });
      const file = path.join(deep, 'node.sqlite');
      const database = new DatabaseSync(system.files.long(file));
      database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1)');
      database.close();
      return existsSync(file) ? ok(`${file.length} letters`) : fail('the database is elsewhere');
    },
  },
  {
    subject: 'files',
    what: 'a file that another process has open briefly can be replaced',
    async run({ system, folder }) {
      const file = path.join(folder, 'open');
      writeFileSync(file, 'old');
      writeFileSync(`${file}.new`, 'new');
      const holder = await startHelper('hold-open', file, '300');
      const waits: number[] = [];
      replaceFile(`${file}.new`, file, {
        files: system.files,
        wait: (ms) => {
          waits.push(ms);
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
        },
      });
      await exitOf(holder);
      if (readFileSync(file, 'utf8') !== 'new') return fail('the old file is still there');
      return ok(waits.length === 0 ? 'at once' : `after ${waits.length} attempts`);
    },
  },
  {
    subject: 'files',
    what: 'a lock keeps other processes out, and ends with its process, however that dies',
    async run({ folder }) {
      const file = path.join(folder, 'lock');
      const holder = await startHelper('hold-lock', file);
      const early = tryLock(file);
      early?.();
      if (early !== null) return fail('a second process got the lock as well');
      killTree(holder.pid, 'force');
      await exitOf(holder);
      const late = tryLock(file);
      late?.();
      return late === null ? fail('the lock outlives its process') : ok('held, then free');
    },
  },
];
