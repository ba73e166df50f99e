import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';
import type { DownloadFileInput, DownloadProgress } from './download-file.ts';
import { downloadFile } from './download-file.ts';
import { partOf } from './files.ts';

const BYTES = randomBytes(300_000);
const HALF = BYTES.length / 2;
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

let folder: string;
let server: Server;
let requests: { url: string | undefined; range: string | undefined; ifRange: string | undefined }[];
let handler: Handler;
let waits: number[];
let hangUp: { at: number; response: ServerResponse } | null;

/** Time passes only by waiting, at once. */
const clock: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => moment(waits.reduce((sum, ms) => sum + ms, 0)),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    waits.push(ms);
    await Promise.resolve();
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  requests = [];
  waits = [];
  hangUp = null;
  handler = (request, response) => serve(request, response);
  server = createServer((request, response) => {
    requests.push({ url: request.url, range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined });
    handler(request, response, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await rm(folder, { recursive: true, force: true });
});

function offsetOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
}

/** What a good hub does. */
function serve(request: IncomingMessage, response: ServerResponse, bytes = BYTES): void {
  const offset = offsetOf(request);
  const range = `bytes ${offset}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(offset > 0 ? 206 : 200, offset > 0 ? { 'content-range': range } : {});
  response.end(bytes.subarray(offset));
}

/** Promises the rest of the file, sends `length` bytes of it and hangs up once they have been stored. */
function serveAndDrop(request: IncomingMessage, response: ServerResponse, length: number): void {
  const offset = offsetOf(request);
  response.writeHead(offset > 0 ? 206 : 200, {
    'content-length': BYTES.length - offset,
    ...(offset > 0 ? { 'content-range': `bytes ${offset}-${BYTES.length - 1}/${BYTES.length}` } : {}),
  });
  response.write(BYTES.subarray(offset, offset + length));
  hangUp = { at: offset + length, response };
}

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const target = () => join(folder, 'models', 'model.gguf');
const part = () => `${target()}.part`;

function download(change: Partial<DownloadFileInput> = {}): Promise<void> {
  const onProgress = ({ receivedBytes }: DownloadProgress) => {
    if (receivedBytes === hangUp?.at) hangUp.response.destroy();
  };
  return downloadFile({ url: url(), target: target(), sizeBytes: BYTES.length, sha256: SHA256, clock, onProgress, ...change });
}

async function expectWhole(): Promise<void> {
  expect((await readFile(target())).equals(BYTES)).toBe(true);
  expect(existsSync(part())).toBe(false);
}

describe('a download', () => {
  it('brings the file, tells its progress, and is not repeated', async () => {
    const progress: DownloadProgress[] = [];
    await download({ onProgress: (step) => progress.push(step) });
    await expectWhole();
    expect(progress.at(-1)).toMatchObject({ receivedBytes: BYTES.length, totalBytes: BYTES.length });
    expect(progress.every(({ bytesPerSecond }) => bytesPerSecond > 0)).toBe(true);
    const received = progress.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    await download();
    expect(requests).toHaveLength(1);
  });

  it('goes on where the connection broke off, as often as it gets further', async () => {
    handler = (request, response, number) => (number <= 8 ? serveAndDrop(request, response, 30_000) : serve(request, response));
    await download();
    await expectWhole();
    expect(requests.map(({ range }) => range)).toEqual([
      undefined,
      ...Array.from({ length: 8 }, (_, step) => `bytes=${(step + 1) * 30_000}-`),
    ]);
  });

  it('goes on where an earlier run stopped', async () => {
    await download({ signal: AbortSignal.abort() }).catch(() => {});
    await writeFile(part(), BYTES.subarray(0, HALF));
    await download();
    await expectWhole();
    expect(requests).toEqual([{ url: '/', range: `bytes=${HALF}-` }]);
  });

  it('starts over when the hub does not do ranges', async () => {
    handler = (request, response, number) => {
      if (number === 1) serveAndDrop(request, response, HALF);
      else response.writeHead(200).end(BYTES);
    };
    await download();
    await expectWhole();
  });

  it('follows redirects with its range', async () => {
    handler = (request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/elsewhere' }).end();
      else serve(request, response);
    };
    await download({ signal: AbortSignal.abort() }).catch(() => {});
    await writeFile(part(), BYTES.subarray(0, HALF));
    await download();
    await expectWhole();
    expect(requests[1]).toEqual({ url: '/elsewhere', range: `bytes=${HALF}-` });
  });

  it('waits longer after each failure that brought nothing, and gives up at last, keeping what it has', async () => {
    handler = (request, response, number) =>
      number === 1 ? serveAndDrop(request, response, HALF) : response.writeHead(503).end();
    await expect(download()).rejects.toMatchObject({ code: 'MODEL_INTERRUPTED' });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect((await stat(part())).size).toBe(HALF);
    expect(existsSync(target())).toBe(false);
  });
});

describe('a hub that lies', () => {
  it('about the length, promising less, is asked for the rest', async () => {
    handler = (request, response, number) => {
      if (number > 1) serve(request, response);
      else response.writeHead(200, { 'content-length': HALF }).end(BYTES.subarray(0, HALF));
    };
    await download();
    await expectWhole();
  });

  it('about the length, promising more than it sends, is believed by the bytes alone', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length + 10 });
      response.write(BYTES, () => response.destroy());
    };
    await download();
    await expectWhole();
  });

  it('by sending more than the file is cut off', async () => {
    handler = (_request, response) => response.writeHead(200).end(Buffer.concat([BYTES, Buffer.from('more')]));
    await expect(download()).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect((await stat(part())).size).toBe(0);
  });

  it('about the range is not believed', async () => {
    handler = (request, response, number) => {
      if (number === 1) serveAndDrop(request, response, HALF);
      else if (number === 2) response.writeHead(206, { 'content-range': `bytes 0-9/${BYTES.length}` }).end('0123456789');
      else serve(request, response);
    };
    await download();
    await expectWhole();
  });

  it('about the content is found out, and nothing stays', async () => {
    handler = (request, response) => serve(request, response, Buffer.alloc(BYTES.length, 7));
    await expect(download()).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect(requests).toHaveLength(1);
    expect(existsSync(part())).toBe(false);
    expect(existsSync(target())).toBe(false);
  });

  it('is not blamed for what an earlier run had kept of another file', async () => {
    await download({ signal: AbortSignal.abort() }).catch(() => {});
    await writeFile(part(), randomBytes(HALF));
    await download();
    await expectWhole();
    expect(requests.map(({ range }) => range)).toEqual([`bytes=${HALF}-`, undefined]);
  });

  it('is named without the password in its address', async () => {
    let authorization: string | undefined;
    handler = (request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(404).end();
    };
    const secret = `${url().replace('127', 'user:hunter2@127')}/model?token=hunter2`;
    const error = await download({ url: secret }).catch((thrown: unknown) => thrown);
    expect(authorization).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`);
    expect(error).toMatchObject({ code: 'MODEL_REFUSED', message: expect.stringContaining('/model') });
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
  });

  it.each([
    ['100%', '100%'],
    ['a%20b', 'a b'],
    ['50%25', '50%'],
  ])('may have %s as a password', async (written, password) => {
    let authorization: string | undefined;
    handler = (request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(404).end();
    };
    await download({ url: `${url().replace('127', `user:${written}@127`)}/model` }).catch(() => {});
    expect(authorization).toBe(`Basic ${Buffer.from(`user:${password}`).toString('base64')}`);
  });

  it.each([401, 403, 404, 410])('and answers %d is not asked again', async (status) => {
    handler = (_request, response) => response.writeHead(status).end();
    await expect(download()).rejects.toMatchObject({ code: 'MODEL_REFUSED', data: { status } });
    expect(requests).toHaveLength(1);
  });
});

describe('a download is not begun or not ended', () => {
  it('without enough space on the disk', async () => {
    const freeBytes = () => Promise.resolve(512 * 1024 * 1024 + BYTES.length - 1);
    await expect(download({ freeBytes })).rejects.toMatchObject({ code: 'MODEL_NO_SPACE' });
    expect(requests).toHaveLength(0);
    await download({ freeBytes: async () => (await freeBytes()) + 1 });
    await expectWhole();
  });

  it('when cancelled midway; what has come stays for the next time', async () => {
    const cancel = new AbortController();
    handler = (request, response, number) => {
      if (number > 1) serve(request, response);
      else response.writeHead(200).write(BYTES.subarray(0, HALF));
    };
    const onProgress = ({ receivedBytes }: DownloadProgress) => {
      if (receivedBytes === HALF) cancel.abort();
    };
    await expect(download({ signal: cancel.signal, onProgress })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    expect((await stat(part())).size).toBe(HALF);
    await download();
    await expectWhole();
  });

  it('when cancelled while it waits', async () => {
    const cancel = new AbortController();
    handler = (_request, response) => response.writeHead(503).end();
    const sleep: Clock['sleep'] = async (_ms, signal) => {
      cancel.abort();
      signal?.throwIfAborted();
      await Promise.resolve();
    };
    const waiting: Clock = { ...clock, sleep };
    await expect(download({ signal: cancel.signal, clock: waiting })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
  });
});

describe('a mirror that does not go on where it is asked to', () => {
  const whole = { 'content-length': String(BYTES.length) };
  const asPart = { 'content-range': `bytes 0-${BYTES.length - 1}/${BYTES.length}` };

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    [
      'refuses every range',
      (request, response) => (request.headers.range ? response.writeHead(416).end() : serve(request, response)),
    ],
    [
      'sends the whole as a part',
      (request, response) => (request.headers.range ? response.writeHead(206, asPart).end(BYTES) : serve(request, response)),
    ],
    [
      'says nothing of the part',
      (request, response) => (request.headers.range ? response.writeHead(206, whole).end(BYTES) : serve(request, response)),
    ],
    [
      'sends another part',
      (request, response) =>
        request.headers.range
          ? response.writeHead(206, { 'content-range': `bytes 7-9/${BYTES.length}` }).end('abc')
          : serve(request, response),
    ],
    ['ignores the range', (_request, response) => void response.writeHead(200).end(BYTES)],
  ])('%s', async (_name, answer) => {
    handler = answer;
    const target = join(folder, 'model');
    await writeFile(partOf(target), BYTES.subarray(0, HALF));
    await downloadFile({ url: address(), target, sizeBytes: BYTES.length, sha256: SHA256, clock, reserveBytes: 0 });
    expect((await readFile(target)).equals(BYTES)).toBe(true);
  });

  it('is asked for the whole file when what is there is longer than that', async () => {
    const target = join(folder, 'model');
    await writeFile(partOf(target), Buffer.concat([BYTES, BYTES]));
    await downloadFile({ url: address(), target, sizeBytes: BYTES.length, sha256: SHA256, clock, reserveBytes: 0 });
    expect(requests).toEqual([{ url: '/model', range: undefined }]);
  });

  it('is left alone for as long as it asks for, within reason; a log-in page is never kept', async () => {
    handler = (request, response, number) => {
      if (number === 1) response.writeHead(429, { 'retry-after': '120' }).end();
      else if (number === 2) response.writeHead(503, { 'retry-after': '86400' }).end();
      else if (number === 3) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
      else serve(request, response);
    };
    const target = join(folder, 'model');
    await downloadFile({ url: address(), target, sizeBytes: BYTES.length, sha256: SHA256, clock, reserveBytes: 0 });
    expect(waits.slice(0, 2)).toEqual([120_000, 300_000]);
    expect(requests).toHaveLength(4);
    expect((await readFile(target)).equals(BYTES)).toBe(true);
  });
});

describe('the version of the file', () => {
  const tagged =
    (etag: string, bytes = BYTES) =>
    (request: IncomingMessage, response: ServerResponse) => {
      const offset = request.headers['if-range'] === etag || request.headers['if-range'] === undefined ? offsetOf(request) : 0;
      const range = `bytes ${offset}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(offset > 0 ? 206 : 200, { etag, ...(offset > 0 ? { 'content-range': range } : {}) });
      response.end(bytes.subarray(offset));
    };
  const dropTagged = (etag: string, length: number) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { etag, 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, length));
    hangUp = { at: length, response };
  };
  const ranges = () => requests.map(({ range, ifRange }) => [range, ifRange]);

  it('that is the same is gone on with', async () => {
    handler = (request, response, n) => (n === 1 ? dropTagged('"a"', 100) : tagged('"a"'))(request, response);
    await download();
    await expectWhole();
    expect(ranges()).toEqual([
      [undefined, undefined],
      ['bytes=100-', '"a"'],
    ]);
  });

  it('that has changed is fetched anew, whether the hub looks at If-Range or not', async () => {
    handler = (request, response, n) => (n === 1 ? dropTagged('"a"', 100) : tagged('"b"'))(request, response);
    await download();
    await expectWhole();
    await rm(target());
    requests = [];
    handler = (request, response, n) => {
      if (n === 1) return dropTagged('"a"', 100)(request, response);
      delete request.headers['if-range'];
      tagged('"b"')(request, response);
    };
    await download();
    await expectWhole();
    expect(ranges()).toEqual([
      [undefined, undefined],
      ['bytes=100-', '"a"'],
      [undefined, undefined],
    ]);
  });

  it('that only a weak tag names is fetched from the start', async () => {
    handler = (request, response, n) => (n === 1 ? dropTagged('W/"a"', 100) : tagged('W/"a"'))(request, response);
    await download();
    await expectWhole();
    expect(ranges()).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe('the token of the hub', () => {
  const seen: (string | undefined)[] = [];
  const noting =
    (serveIt: Handler): Handler =>
    (request, response, n) => {
      seen.push(request.headers.authorization);
      serveIt(request, response, n);
    };

  it('goes to the hub itself', async () => {
    seen.length = 0;
    handler = noting((request, response) => serve(request, response));
    await download({ hubAccess: { hubUrl: url(), token: 'hf_token' } });
    expect(seen).toEqual(['Bearer hf_token']);
  });

  it.each([
    ['to no mirror', 'https://huggingface.co'],
    ['to no other port', 'http://127.0.0.1:1'],
    ['to no other scheme', 'https://127.0.0.1'],
  ])('%s', async (_, hubUrl) => {
    seen.length = 0;
    handler = noting((request, response) => serve(request, response));
    await download({ hubAccess: { hubUrl, token: 'hf_token' } });
    expect(seen).toEqual([undefined]);
  });

  it('is dropped at a redirect to another host, and kept at one on the same', async () => {
    seen.length = 0;
    const elsewhere = url().replace('127.0.0.1', 'localhost');
    handler = noting((request, response, n) => {
      if (n === 1) return response.writeHead(302, { location: '/same' }).end();
      if (n === 2) return response.writeHead(302, { location: `${elsewhere}/cdn` }).end();
      return serve(request, response);
    });
    await download({ hubAccess: { hubUrl: url(), token: 'hf_token' } });
    expect(seen).toEqual(['Bearer hf_token', 'Bearer hf_token', undefined]);
  });
});

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
}
