/**
 * Reads images while the engine still works on the next ones: they are synced and hashed as they arrive. These hashes are
 * used only for a file that still has the same bytes when the result is sealed.
 */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { syncFile } from '../kit/durable-files.ts';
import type { ImageDigest } from './scores/image-digest.ts';
import type { ImageDigester } from './scores/image-digester.ts';

const IMAGE = /^\d+\.png$/;

interface PendingRead {
  /** The file has changed since it was read. */
  isStale: boolean;
  readonly done: Promise<void>;
}

/** @param dir absolute and existing. A folder that cannot be watched is read only at the end. */
export class EarlyImages {
  readonly #dir: string;
  readonly #images: ImageDigester;
  readonly #digests = new Map<string, ImageDigest>();
  readonly #reading = new Map<string, PendingRead>();
  readonly #watcher: FSWatcher | null;

  constructor(dir: string, images: ImageDigester) {
    this.#dir = dir;
    this.#images = images;
    this.#watcher = this.#watch();
  }

  /** The digest from the last read of the file of that name; waits for a read in progress. Null = it was not read. */
  async digestOf(name: string): Promise<ImageDigest | null> {
    await this.#reading.get(name)?.done;
    return this.#digests.get(name) ?? null;
  }

  close(): void {
    this.#watcher?.close();
  }

  #watch(): FSWatcher | null {
    try {
      const watcher = watch(this.#dir, { persistent: false }, (_, name) => {
        if (name !== null && IMAGE.test(name)) this.#onChange(name);
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return null;
    }
  }

  #onChange(name: string): void {
    const present = this.#reading.get(name);
    if (present !== undefined) {
      present.isStale = true;
      return;
    }
    const ended = Promise.withResolvers<void>();
    const read: PendingRead = { isStale: true, done: ended.promise };
    this.#reading.set(name, read);
    void this.#read(name, read).finally(() => {
      this.#reading.delete(name);
      ended.resolve();
    });
  }

  async #read(name: string, read: PendingRead): Promise<void> {
    const path = join(this.#dir, name);
    while (read.isStale) {
      read.isStale = false;
      const known = this.#digests.get(name) ?? null;
      // If anything is wrong with the file, sealing will report it.
      const digest = await this.#images.digest({ path, known, onlyComplete: true }).catch(() => null);
      if (digest === null) continue;
      this.#digests.set(name, digest);
      if (known?.sha256 !== digest.sha256) await syncFile(path).catch(() => {});
    }
  }
}
