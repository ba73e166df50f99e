/**
 * The worker's own log on disk, in addition to standard error: redacted JSON lines. `worker.log` is the newest file;
 * when it is full, it becomes `worker.1.log`, and so on up to {@link LogFileOptions.kept}.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface LogFileOptions {
  /** Created if missing. */
  readonly directory: string;
  /** Size of one file. */
  readonly maxBytes?: number;
  /** How many full files are kept in addition to the newest. */
  readonly kept?: number;
}

const MIB = 1024 * 1024;

export class LogFile {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #kept: number;
  #file: number | null = null;
  #bytes = 0;

  constructor({ directory, maxBytes = 8 * MIB, kept = 4 }: LogFileOptions) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.#kept = kept;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#open();
  }

  /** A log that cannot be written does not stop the node: the line is then on standard error only. */
  write(line: string): void {
    if (this.#file === null) return;
    try {
      this.#bytes += writeSync(this.#file, line);
      if (this.#bytes >= this.#maxBytes) this.#rotate();
    } catch {
      // The disk is full, or the folder is gone.
    }
  }

  /** The existing files, oldest first. */
  paths(): string[] {
    const numbers = Array.from({ length: this.#kept }, (_, index) => this.#kept - index);
    return [...numbers.map((number) => this.#path(number)), this.#path(0)].filter((path) => existsSync(path));
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #open(): void {
    this.#file = openSync(this.#path(0), 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  /** The oldest file is overwritten by the next one. */
  #rotate(): void {
    this.close();
    for (let number = this.#kept - 1; number >= 0; number--) {
      if (existsSync(this.#path(number))) renameSync(this.#path(number), this.#path(number + 1));
    }
    this.#open();
  }

  #path(number: number): string {
    return join(this.#directory, number === 0 ? 'worker.log' : `worker.${number}.log`);
  }
}
