import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { APPLICATION_ID } from '../kit/database.ts';
import { Claims } from './claims.ts';
import { StoreFile } from './store-file.ts';
import { START_MS, tempModelsDir } from './testing/rig.ts';

function open(directory: string, profile: string) {
  const file = new StoreFile({ directory, profile, pid: process.pid, nowMs: START_MS });
  onTestFinished(() => file.close());
  return { file, claims: new Claims(file) };
}

describe('a place', () => {
  it('is changed by one process at a time, whose name the others are told', () => {
    const directory = tempModelsDir();
    const alice = open(directory, 'alice');
    const bob = open(directory, 'bob');
    alice.file.change(() => alice.claims.take('place', 'download'));
    for (const { file, claims } of [alice, bob]) {
      expect(file.change(() => claims.tryTake('place', 'verify'))).toBe(false);
      expect(() => file.change(() => claims.take('place', 'remove'))).toThrow(
        expect.objectContaining({ code: 'MODEL_BUSY', message: expect.stringContaining('download by alice') }),
      );
    }
    expect(bob.file.change(() => bob.claims.tryTake('other', 'remove'))).toBe(true);
    bob.file.change(() => bob.claims.release('place'));
    expect(bob.claims.isTaken('place')).toBe(true);
    alice.file.change(() => alice.claims.release('place'));
    expect(bob.file.change(() => bob.claims.tryTake('place', 'verify'))).toBe(true);
  });

  it('has any number of readers, each counted and visible to all', () => {
    const directory = tempModelsDir();
    const alice = open(directory, 'alice');
    const bob = open(directory, 'bob');
    const first = alice.file.change(() => alice.claims.use('place'));
    const second = alice.file.change(() => alice.claims.use('place'));
    const third = bob.file.change(() => bob.claims.use('place'));
    const names = () => bob.claims.usersOf('place').map(({ profile }) => profile);
    expect(names()).toEqual(['alice', 'bob']);
    alice.file.change(first);
    third();
    expect(names()).toEqual(['alice']);
    alice.file.change(second);
    expect(names()).toEqual([]);
  });

  it('is released when its holder closes the store', () => {
    const directory = tempModelsDir();
    const alice = open(directory, 'alice');
    const bob = open(directory, 'bob');
    alice.file.change(() => {
      alice.claims.take('place', 'download');
      alice.claims.use('place');
    });
    alice.file.close();
    expect(bob.claims.isTaken('place')).toBe(false);
    expect(bob.claims.usersOf('place')).toEqual([]);
    expect(readdirSync(join(directory, 'sessions'))).toEqual([`${bob.file.session}.lock`]);
  });
});

describe('the shared file', () => {
  it('notifies its listeners of changes: their own at once, others’ at the next check', () => {
    const directory = tempModelsDir();
    const alice = open(directory, 'alice');
    const bob = open(directory, 'bob');
    let heard = 0;
    bob.file.onChange(() => {
      heard += 1;
    });
    bob.file.checkForChanges();
    heard = 0;
    bob.file.change(() => bob.claims.take('a', 'verify'));
    expect(heard).toBe(1);
    bob.file.checkForChanges();
    expect(heard).toBe(1);
    alice.file.change(() => alice.claims.take('b', 'verify'));
    bob.file.checkForChanges();
    expect(heard).toBe(2);
    bob.file.checkForChanges();
    expect(heard).toBe(2);
  });

  it('rolls back a change that fails', () => {
    const { file, claims } = open(tempModelsDir(), 'alice');
    expect(() =>
      file.change(() => {
        claims.take('a', 'verify');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(claims.isTaken('a')).toBe(false);
  });

  it('of a newer version is left untouched', () => {
    const directory = tempModelsDir();
    const path = join(directory, 'models.sqlite');
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = 999; PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE x (y)`);
    db.close();
    const before = readFileSync(path);
    expect(() => open(directory, 'alice')).toThrow(expect.objectContaining({ code: 'MODEL_STORE_UNUSABLE' }));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is kept under another name if it is garbage, and a new one is started', () => {
    const directory = tempModelsDir();
    const garbage = 'I am a text, and longer than the magic bytes.';
    for (const name of ['models.sqlite.damaged', 'models.sqlite.damaged-2']) {
      writeFileSync(join(directory, 'models.sqlite'), garbage);
      for (const end of ['-wal', '-shm']) rmSync(join(directory, `models.sqlite${end}`), { force: true });
      const setAside: string[] = [];
      const file = new StoreFile({
        ...{ directory, profile: 'alice', pid: process.pid, nowMs: START_MS },
        onSetAside: ({ kept, error }) => setAside.push(error.code, kept),
      });
      file.close();
      expect(setAside).toEqual(['STORE_CORRUPT', join(directory, name)]);
      expect(readFileSync(join(directory, name), 'utf8')).toBe(garbage);
    }
  });
});
