/** The file with the telemetry and self-tests of one node: separate from its tasks, because it can be lost without harm. */
import type { DatabaseSync } from 'node:sqlite';
import { openDisposableDatabase, type SetAside } from '../kit/database.ts';
import { ENERGY_TABLE } from './energy-store.ts';
import { SELF_TEST_TABLE } from './self-test-store.ts';
import { TELEMETRY_TABLE } from './telemetry-store.ts';

export const GPU_FILE = 'gpu.sqlite';

/** A released step is never edited; a change is a new step. */
export const GPU_MIGRATIONS: readonly string[] = [TELEMETRY_TABLE + SELF_TEST_TABLE, ENERGY_TABLE];

/** A damaged file is set aside. @throws WorkerError STORE_NEWER_VERSION and temporary ones */
export function openGpuDatabase(path: string, onSetAside: (what: SetAside) => void = () => {}): DatabaseSync {
  const database = openDisposableDatabase(path, GPU_MIGRATIONS, onSetAside);
  // Written every few seconds. With WAL and NORMAL, a power cut loses at most the last moments, and nothing else.
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}
