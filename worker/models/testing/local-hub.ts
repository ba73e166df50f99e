/** A local model hub: ranges, files by repository path, and answers that stop where the test says. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { write } from './disk.ts';

export interface HubRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

export class LocalHub {
  readonly requests: HubRequest[] = [];
  /** An answer sends this many bytes of a file, then waits for {@link release}; null = no stop. */
  holdAt: number | null = null;
  /** Answers with this status instead. */
  status: number | null = null;
  readonly #files = new Map<string, Buffer>();
  readonly #held = new Set<() => void>();
  readonly #watchers = new Set<() => void>();
  readonly #server: Server = createServer((request, response) => this.#serve(request, response));

  static async open(): Promise<LocalHub> {
    const hub = new LocalHub();
    hub.#server.listen(0, '127.0.0.1');
    await once(hub.#server, 'listening');
    onTestFinished(async () => {
      hub.#server.closeAllConnections();
      hub.#server.close();
      await once(hub.#server, 'close');
    });
    return hub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Available at `/{repo}/resolve/main/{file}`. */
  put(path: string, bytes: Buffer): { sizeBytes: number; sha256: string } {
    this.#files.set(path, bytes);
    return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Number of answers that are currently stopped midway. */
  get held(): number {
    return this.#held.size;
  }

  release(): void {
    this.holdAt = null;
    for (const go of [...this.#held]) go();
  }

  /** Resolves as soon as the condition holds; it is checked whenever a request arrives, is stopped or ends. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '', 'http://hub').pathname;
    const { range } = request.headers;
    this.requests.push({ path, range, headers: request.headers });
    const bytes = this.#files.get(path);
    if (this.status !== null || bytes === undefined) {
      response.writeHead(this.status ?? 404).end();
      this.#changed();
      return;
    }
    const offset = Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]);
    const end = `bytes ${offset}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(offset > 0 ? 206 : 200, {
      'content-length': bytes.length - offset,
      ...(offset > 0 ? { 'content-range': end } : {}),
    });
    const stop = this.holdAt === null ? bytes.length : Math.min(bytes.length, Math.max(offset, this.holdAt));
    response.write(bytes.subarray(offset, stop));
    const finish = () => {
      this.#held.delete(finish);
      response.end(bytes.subarray(stop));
      this.#changed();
    };
    if (stop === bytes.length) {
      finish();
      return;
    }
    this.#held.add(finish);
    response.on('close', () => {
      this.#held.delete(finish);
      this.#changed();
    });
    this.#changed();
  }
}

export interface HubModel {
  /** The ID in the store. */
  readonly modelId: string;
  readonly bytes: Buffer;
  /** Path on the hub. */
  readonly path: string;
  /** Relative to the models directory. */
  readonly file: string;
}

/** Publishes single-file language models on a hub, with a catalogue of them. */
export function publish(hub: LocalHub, directory: string, sizes: Readonly<Record<string, number>>): HubModel[] {
  const models = Object.entries(sizes).map(([name, size]) => {
    const path = `/Hub/${name}/resolve/main/${name}.gguf`;
    const bytes = randomBytes(size);
    const file = join('huggingface', `Hub--${name}`, `${name}.gguf`);
    return { modelId: `base:hub/${name}`, bytes, path, file, ...hub.put(path, bytes) };
  });
  const entries = models.map(({ modelId, sizeBytes, sha256 }) => {
    const name = modelId.replace('base:hub/', '');
    const source = { kind: 'hub', repo: `Hub/${name}`, file: `${name}.gguf`, sizeBytes, sha256 };
    return { id: `hub/${name}`, chatWrapper: 'qwen', source };
  });
  write(join(directory, 'huggingface', 'catalogue.json'), JSON.stringify({ models: entries }));
  return models;
}
