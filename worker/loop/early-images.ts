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

interface Look {
  /** The file has changed since it was read. */
  again: boolean;
  readonly done: Promise<void>;
}

/** @param dir absolute and existing. A folder that cannot be watched is read only at the end. */
export class EarlyImages {
  readonly #dir: string;
  readonly #images: ImageDigester;
  readonly #found = new Map<string, ImageDigest>();
  readonly #looking = new Map<string, Look>();
  readonly #watcher: FSWatcher | null;

  constructor(dir: string, images: ImageDigester) {
    this.#dir = dir;
    this.#images = images;
    this.#watcher = this.#watch();
  }

  /** The digest from the last read of the file of that name; waits for a read in progress. Null = it was not read. */
  async of(name: string): Promise<ImageDigest | null> {
    await this.#looking.get(name)?.done;
    return this.#found.get(name) ?? null;
  }

  close(): void {
    this.#watcher?.close();
  }

  #watch(): FSWatcher | null {
    try {
      const watcher = watch(this.#dir, { persistent: false }, (_, name) => {
        if (name !== null && IMAGE.test(name)) this.#see(name);
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return null;
    }
  }

  #see(name: string): void {
    const present = this.#looking.get(name);
    if (present !== undefined) {
      present.again = true;
      return;
    }
    const ended = Promise.withResolvers<void>();
    const look: Look = { again: true, done: ended.promise };
    this.#looking.set(name, look);
    void this.#look(name, look).finally(() => {
      this.#looking.delete(name);
      ended.resolve();
    });
  }

  async #look(name: string, look: Look): Promise<void> {
    const path = join(this.#dir, name);
    while (look.again) {
      look.again = false;
      const known = this.#found.get(name) ?? null;
      // If anything is wrong with the file, sealing will report it.
      const digest = await this.#images.digest({ path, known, onlyComplete: true }).catch(() => null);
      if (digest === null) continue;
      this.#found.set(name, digest);
      if (known?.sha256 !== digest.sha256) await syncFile(path).catch(() => {});
    }
  }
}
