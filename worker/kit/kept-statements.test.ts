import { expect, it, onTestFinished } from 'vitest';
import { CodedDatabase } from './store-failure.ts';

function open(): CodedDatabase {
  const db = new CodedDatabase(':memory:', { timeout: 0 });
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

it('compiles a statement once, and sees later changes', () => {
  const db = open();
  db.exec('CREATE TABLE notes (text TEXT)');
  const all = () => db.prepare('SELECT * FROM notes').all();
  const first = db.prepare('SELECT * FROM notes');
  expect(all()).toEqual([]);
  db.prepare('INSERT INTO notes VALUES (?)').run('one');
  db.exec("ALTER TABLE notes ADD COLUMN mark TEXT DEFAULT 'new'");
  expect(all()).toEqual([{ text: 'one', mark: 'new' }]);
  expect(db.prepare('SELECT * FROM notes')).toBe(first);
});

it('never keeps answers that SQLite gives while compiling', () => {
  const db = open();
  for (const sql of ['PRAGMA foreign_keys', ' explain query plan SELECT 1']) expect(db.prepare(sql)).not.toBe(db.prepare(sql));
});

it('limits the number of kept statements; the one in use stays', () => {
  const db = open();
  const often = db.prepare('SELECT -1 AS n');
  const first = db.prepare('SELECT 0 AS n');
  for (let n = 1; n <= 200; n++) {
    expect(db.prepare(`SELECT ${n} AS n`).get()).toEqual({ n });
    expect(db.prepare('SELECT -1 AS n')).toBe(often);
  }
  expect(db.prepare('SELECT 0 AS n')).not.toBe(first);
});

it('ends with its database', () => {
  const db = open();
  const kept = db.prepare('SELECT 1 AS n');
  db.close();
  expect(() => kept.get()).toThrow();
  expect(() => db.prepare('SELECT 1 AS n')).toThrow();
});
