/**
 * Reads and hashes images on threads: several at once, and none on the thread that talks to the network. Threads start
 * with the first image (or when one is announced) and end when there has been nothing to do for a while.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PROGRAMS } from '../../../platform/programs.ts';
import { type SerialisedError, serialiseError } from '../../../protocol/errors.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { WorkerError } from '../../kit/errors.ts';
import { type DigestAnswer, type DigestParams, digestImage, type ImageDigest } from './image-digest.ts';

export interface ImageDigester {
  /** Images are expected soon: starts as many threads as they can use. */
  prepareFor(images: number): void;
  /** @throws WorkerError RESULT_INCOMPLETE if the file cannot be read, or is not a PNG that the network's decoder accepts */
  digest(params: DigestParams): Promise<ImageDigest | null>;
  /** Ends all threads; their remaining work is done here. */
  close(): Promise<void>;
}

export interface ImageDigesterOptions {
  readonly clock: Clock;
  /** Program of a thread; tests use a different one. */
  readonly entry?: string;
  readonly onThread?: (what: 'started' | 'ended') => void;
}

/** More images at once are rare, and each thread uses memory while it runs. */
const MAX_THREADS = 4;
const IDLE_MS = 10_000;

interface Job {
  readonly params: DigestParams;
  readonly resolve: (digest: ImageDigest | null) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly job: { id: number; current: Job | null };
}

export function createImageDigester(options: ImageDigesterOptions): ImageDigester {
  return new Digester(options);
}

class Digester implements ImageDigester {
  readonly #clock: Clock;
  readonly #entry: string;
  readonly #onThread: (what: 'started' | 'ended') => void;
  readonly #limit = Math.max(1, Math.min(MAX_THREADS, availableParallelism()));
  readonly #threads = new Set<Thread>();
  readonly #queue: Job[] = [];
  #idle: AbortController | null = null;
  #jobs = 0;
  #closed = false;

  constructor({ clock, entry = PROGRAMS.digestThread, onThread = () => {} }: ImageDigesterOptions) {
    this.#clock = clock;
    this.#entry = entry;
    this.#onThread = onThread;
  }

  prepareFor(images: number): void {
    while (!this.#closed && this.#threads.size < Math.min(images, this.#limit)) this.#startThread();
    this.#watchIdle();
  }

  digest(params: DigestParams): Promise<ImageDigest | null> {
    return new Promise((resolve, reject) => {
      const job = { params, resolve, reject };
      if (this.#closed) return digestInline(job);
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle?.abort();
    await this.#endThreads();
    for (const job of this.#queue.splice(0)) digestInline(job);
  }

  #dispatch(): void {
    this.#idle?.abort();
    for (;;) {
      const job = this.#queue[0];
      if (job === undefined) break;
      const free = [...this.#threads].find((thread) => thread.job.current === null);
      if (free === undefined && this.#threads.size >= this.#limit) return;
      this.#queue.shift();
      this.#assign(free ?? this.#startThread(), job);
    }
    this.#watchIdle();
  }

  #assign(thread: Thread, job: Job): void {
    thread.job.current = job;
    thread.job.id = ++this.#jobs;
    thread.worker.ref();
    thread.worker.postMessage({ id: thread.job.id, params: job.params });
  }

  #startThread(): Thread {
    const worker = new Worker(this.#entry, { env: {}, stdin: false });
    const thread: Thread = { worker, job: { id: 0, current: null } };
    this.#threads.add(thread);
    this.#onThread('started');
    worker.unref();
    worker.on('message', (answer: DigestAnswer) => this.#onAnswer(thread, answer));
    // An error is always followed by the exit.
    worker.on('error', () => {});
    worker.once('exit', () => this.#onExit(thread));
    return thread;
  }

  #onAnswer(thread: Thread, { id, digest, error }: DigestAnswer): void {
    const { current } = thread.job;
    if (current === null || id !== thread.job.id) return;
    thread.job.current = null;
    thread.worker.unref();
    if (error === null) current.resolve(digest);
    else current.reject(unreadable(current.params, error));
    this.#dispatch();
  }

  /** A thread that cannot start, or crashes on an image, never costs a result: the image is hashed here. */
  #onExit(thread: Thread): void {
    if (!this.#threads.delete(thread)) return;
    this.#onThread('ended');
    const { current } = thread.job;
    thread.job.current = null;
    if (current !== null) digestInline(current);
    if (!this.#closed) this.#dispatch();
  }

  #watchIdle(): void {
    this.#idle?.abort();
    const isBusy = this.#queue.length > 0 || [...this.#threads].some((thread) => thread.job.current !== null);
    if (this.#closed || isBusy || this.#threads.size === 0) return;
    const idle = new AbortController();
    this.#idle = idle;
    void this.#clock.sleep(IDLE_MS, idle.signal).then(
      () => this.#endThreads(),
      () => {},
    );
  }

  async #endThreads(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.worker.terminate()));
  }
}

function digestInline({ params, resolve, reject }: Job): void {
  digestImage(params).then(resolve, (error: unknown) => reject(unreadable(params, serialiseError(error))));
}

function unreadable({ path }: DigestParams, { code, message }: SerialisedError): WorkerError {
  return new WorkerError('RESULT_INCOMPLETE', `${path}: ${message}`, { path, code });
}
