/**
 * A hub with one file for the tests of downloads: it answers correctly unless a test says otherwise, and records its
 * requests.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { toMonotonic } from '../../../../protocol/monotonic.ts';
import type { Clock } from '../../../../protocol/ports.ts';
import { type DownloadFileInput, type DownloadProgress, downloadFile } from '../download-file.ts';
import { partOf } from '../files.ts';

export const BYTES = randomBytes(300_000);
export const HALF = BYTES.length / 2;
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

export type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** Registers its hooks in the file that calls it; every test gets a new hub and a new folder. */
export class FileHub {
  handler: Handler = serve;
  requests: { url: string | undefined; range: string | undefined; ifRange: string | undefined }[] = [];
  /** Milliseconds of each wait of a download. */
  readonly waits: number[] = [];
  /** Time passes only by waiting, and immediately. */
  readonly clock: Clock = {
    now: () => 1_700_000_000_000,
    monotonic: () => toMonotonic(this.waits.reduce((sum, ms) => sum + ms, 0)),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      this.waits.push(ms);
      await Promise.resolve();
    },
  };
  #folder = '';
  #server = createServer();
  #hangUp: { at: number; response: ServerResponse } | null = null;

  constructor() {
    beforeEach(async () => {
      this.#folder = await mkdtemp(path.join(tmpdir(), 'download-'));
      this.requests = [];
      this.waits.length = 0;
      this.#hangUp = null;
      this.handler = serve;
      this.#server = createServer((request, response) => {
        const { range, 'if-range': ifRange } = request.headers;
        this.requests.push({ url: request.url, range, ifRange: ifRange as string | undefined });
        this.handler(request, response, this.requests.length);
      });
      this.#server.listen(0, '127.0.0.1');
      await once(this.#server, 'listening');
    });
    afterEach(async () => {
      const server = this.#server;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get target(): string {
    return path.join(this.#folder, 'models', 'model.gguf');
  }

  get part(): string {
    return partOf(this.target);
  }

  /** The ranges of all requests so far. */
  get ranges(): (string | undefined)[] {
    return this.requests.map(({ range }) => range);
  }

  download(change: Partial<DownloadFileInput> = {}): Promise<void> {
    const onProgress = ({ receivedBytes }: DownloadProgress) => {
      if (receivedBytes === this.#hangUp?.at) this.#hangUp.response.destroy();
    };
    const file = { url: this.url, target: this.target, sizeBytes: BYTES.length, sha256: SHA256 };
    return downloadFile({ ...file, clock: this.clock, onProgress, ...change });
  }

  /** Leaves these bytes as the part that an earlier run has stored. */
  async keepPart(bytes: Uint8Array): Promise<void> {
    await mkdir(path.dirname(this.part), { recursive: true });
    await writeFile(this.part, bytes);
  }

  /** Announces the rest of the file, sends `length` bytes of it and hangs up once they are stored. */
  serveAndDrop(request: IncomingMessage, response: ServerResponse, length: number, headers = {}): void {
    const offset = offsetOf(request);
    const range = offset > 0 ? { 'content-range': `bytes ${offset}-${BYTES.length - 1}/${BYTES.length}` } : {};
    response.writeHead(offset > 0 ? 206 : 200, { 'content-length': BYTES.length - offset, ...range, ...headers });
    response.write(BYTES.subarray(offset, offset + length));
    this.#hangUp = { at: offset + length, response };
  }

  async expectWhole(): Promise<void> {
    expect((await readFile(this.target)).equals(BYTES)).toBe(true);
    expect(existsSync(this.part)).toBe(false);
  }
}

/** The answer of a good hub. */
export function serve(request: IncomingMessage, response: ServerResponse): void {
  serveBytes(request, response, BYTES);
}

export function serveBytes(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array, headers = {}): void {
  const offset = offsetOf(request);
  const range = offset > 0 ? { 'content-range': `bytes ${offset}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(offset > 0 ? 206 : 200, { ...range, ...headers });
  response.end(bytes.subarray(offset));
}

function offsetOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
}
