/** The records of a node that does not run, to be read. Nothing of them is changed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading } from '../kit/database.ts';
import { WorkerError } from '../kit/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { STORE_FILE, Store } from './store.ts';

/**
 * @throws WorkerError STORE_EMPTY where the node has never run, STORE_OLDER_VERSION, STORE_NEWER_VERSION, STORE_CORRUPT and
 * those that pass
 */
export function openStoreForReading(dataDir: string): Store {
  const path = join(dataDir, STORE_FILE);
  if (!existsSync(path)) throw new WorkerError('STORE_EMPTY', 'this node has no records yet', { path });
  return new Store(openForReading(path, MIGRATIONS.length), () => {});
}
