/** Removes what the host does not want to keep of closed tasks, in small steps beside the running ones. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { NodeStorage, PruneScope, Retention } from '../../contract/retention.ts';
import { type Hex, isHex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../log.ts';
import type { Store } from './store.ts';

export interface HousekeeperOptions {
  readonly store: Pick<Store, 'bulk' | 'events' | 'removed'>;
  readonly resultsDir: string;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly log: Log;
  /** A limit for each: arguments of closed tasks, arguments that are kept indefinitely, and failure reports. */
  readonly bulkBytes?: number;
  /** Limit for the records of cases. */
  readonly caseBytes?: number;
  /** Names the files below a folder. Default: the file system's. */
  readonly filesBelow?: FilesBelow;
}

type FilesBelow = (folder: string) => Promise<readonly string[]>;

const PERIOD_MS = 60_000;
/** Pause between two small steps, because tasks have priority. */
const PAUSE_MS = 100;
const ROWS_PER_STEP = 8;
const FOLDERS_PER_STEP = 100;
const ENTRIES_AT_ONCE = 8;
const BULK_BYTES = 256 * 1024 ** 2;
const CASE_BYTES = 1024 ** 3;
const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;

export class Housekeeper {
  readonly #options: HousekeeperOptions;

  constructor(options: HousekeeperOptions) {
    this.#options = options;
  }

  /** Runs until the signal aborts. Disk errors are retried: no task depends on this. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.sweep(signal);
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, 'data of closed tasks could not be removed; it is tried again');
      }
      await clock.sleep(PERIOD_MS, signal).catch(() => {});
    }
  }

  /** Removes what the scope covers. Only a requested removal runs without pauses, because somebody is waiting for it. */
  async sweep(signal: AbortSignal, scope: PruneScope = 'overPolicy'): Promise<void> {
    const { store, clock, retention, bulkBytes = BULK_BYTES, caseBytes = CASE_BYTES } = this.#options;
    // biome-ignore lint/plugin: an age in days, by the dates of the records
    const beforeMs = clock.now() - (scope === 'allClosed' ? 0 : retention.days * DAY_MS);
    while (!signal.aborted && store.bulk.prune({ beforeMs, maxBytes: bulkBytes, maxCaseBytes: caseBytes }, ROWS_PER_STEP) > 0) {
      await this.#breathe(scope, signal);
    }
    await this.#removeResults(beforeMs, scope, signal);
  }

  async #breathe(scope: PruneScope, signal: AbortSignal): Promise<void> {
    if (scope === 'allClosed') await setImmediate();
    else await this.#options.clock.sleep(PAUSE_MS, signal);
  }

  /** Size of result files. */
  async resultsBytes(): Promise<number> {
    let bytes = 0;
    for await (const { size } of this.#measured()) bytes += size;
    return bytes;
  }

  async storage(): Promise<NodeStorage> {
    const { store, retention } = this.#options;
    let resultsBytes = 0;
    const removable: NodeStorage['removable'] = { tasks: 0, bytes: 0, oldestMs: null };
    for await (const { name, size } of this.#measured()) {
      resultsBytes += size;
      const closedMs = this.#disposableSince(name);
      if (closedMs === null) continue;
      removable.tasks += 1;
      removable.bytes += size;
      removable.oldestMs = Math.min(closedMs, removable.oldestMs ?? closedMs);
    }
    return { policy: retention, resultsBytes, removable, ...store.bulk.sizes(), ...store.events.counts() };
  }

  /** Every entry of the results' folder, read once, a few at a time. Asks no database, so that metrics need none. */
  async *#measured(): AsyncGenerator<{ readonly name: string; readonly size: number }> {
    const { resultsDir, filesBelow } = this.#options;
    const entries = await readdir(resultsDir, { withFileTypes: true }).catch(() => []);
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      // A busy node keeps tens of thousands of results; its tasks do not wait for all of them.
      await setImmediate();
      yield* await Promise.all(
        entries.slice(at, at + ENTRIES_AT_ONCE).map(async (entry) => {
          const path = join(resultsDir, entry.name);
          const size = entry.isFile() ? stat(path).then((file) => file.size) : measureFolder(path, filesBelow);
          return { name: entry.name, size: await size.catch(() => 0) };
        }),
      );
    }
  }

  /** Result folders that are not evidence, ordered by the closing time of their tasks, latest first. */
  async #closed() {
    const { resultsDir } = this.#options;
    const closed: { commitment: Hex; folder: string; closedMs: number }[] = [];
    for (const [at, name] of (await readdir(resultsDir).catch(() => [])).entries()) {
      // A busy node keeps tens of thousands of results; its tasks do not wait for all of them.
      if (at % FOLDERS_PER_STEP === 0) await setImmediate();
      const closedMs = this.#disposableSince(name);
      if (closedMs !== null) closed.push({ commitment: name as Hex, folder: join(resultsDir, name), closedMs });
    }
    return closed.sort((a, b) => b.closedMs - a.closedMs);
  }

  #disposableSince(name: string): number | null {
    return isHex(name, 32) ? this.#options.store.bulk.disposableSince(name) : null;
  }

  async #removeResults(beforeMs: number, scope: PruneScope, signal: AbortSignal): Promise<void> {
    const { store, retention, clock, log } = this.#options;
    let bytes = 0;
    for (const { commitment, folder, closedMs } of await this.#closed()) {
      if (signal.aborted) return;
      const size = await measureFolder(folder).catch(ignoreMissing);
      if (size === null) continue;
      bytes += size;
      const overPolicy = closedMs < beforeMs ? 'age' : bytes > retention.resultsGib * GIB ? 'size' : null;
      const reason = scope === 'allClosed' ? 'asked' : overPolicy;
      if (reason === null) continue;
      store.removed.record(commitment, { atMs: clock.now(), reason, policy: retention });
      await rm(folder, { recursive: true, force: true });
      log.info({ folder, closedMs, reason }, 'a result was removed, as the host wants');
      await this.#breathe(scope, signal);
    }
  }
}

/** Another sweep, a client's or the regular one, has removed the folder meanwhile. */
function ignoreMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

async function measureFolder(folder: string, filesBelow: FilesBelow = listFiles): Promise<number> {
  let bytes = 0;
  for (const file of await filesBelow(folder)) bytes += (await stat(file)).size;
  return bytes;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
