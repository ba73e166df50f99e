/** A program that opens a store when told to, and reports when it has; tests kill it at any moment in between. */
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { openStore } from '../store/store.ts';

const orderSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('open'), dir: z.string() }),
  /** Leaves a rollback journal that must be undone: pages of an unfinished transaction are already in the file. */
  z.object({ act: z.literal('spill'), file: z.string() }),
  /** What a backup program does. */
  z.object({ act: z.literal('hold'), file: z.string() }),
]);

process.on('message', (raw) => {
  const order = orderSchema.parse(raw);
  if (order.act === 'open') openStore(order.dir, 1);
  else {
    const db = new DatabaseSync(order.file);
    if (order.act === 'hold') db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    else {
      db.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE spilled (text TEXT)');
      const insert = db.prepare('INSERT INTO spilled VALUES (?)');
      for (let n = 0; n < 200; n++) insert.run('x'.repeat(2_000));
    }
    setInterval(() => void db.isOpen, 60_000);
  }
  process.send?.('done');
});
process.send?.('ready');
setInterval(() => {}, 60_000);
