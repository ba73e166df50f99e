/** Opens the records of a node that is not running. They are only read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading } from '../kit/database.ts';
import { WorkerError } from '../kit/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { STORE_FILE, Store } from './store.ts';

/**
 * @throws WorkerError STORE_EMPTY if the node has never run, STORE_OLDER_VERSION, STORE_NEWER_VERSION, STORE_CORRUPT
 * and temporary ones
 */
export function openStoreForReading(dataDir: string): Store {
  const path = join(dataDir, STORE_FILE);
  if (!existsSync(path)) throw new WorkerError('STORE_EMPTY', 'this node has no records yet', { path });
  return new Store(openForReading(path, MIGRATIONS.length), () => {});
}
