/** How a download continues, waits and ends. Wrong answers of hubs are in download-file-hubs.integration.test.ts. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../protocol/ports.ts';
import type { DownloadProgress } from './download-file.ts';
import { BYTES, FileHub, HALF, type Handler, serve } from './testing/file-hub.ts';

const hub = new FileHub();

describe('a download', () => {
  it('gets the file, reports its progress, and is not repeated', async () => {
    const progress: DownloadProgress[] = [];
    await hub.download({ onProgress: (step) => progress.push(step) });
    await hub.expectWhole();
    expect(progress.at(-1)).toMatchObject({ receivedBytes: BYTES.length, totalBytes: BYTES.length });
    expect(progress.every(({ bytesPerSecond }) => bytesPerSecond > 0)).toBe(true);
    const received = progress.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    await hub.download();
    expect(hub.requests).toHaveLength(1);
  });

  it('continues where the connection broke, as long as it makes progress', async () => {
    hub.handler = (request, response, n) => (n <= 8 ? hub.serveAndDrop(request, response, 30_000) : serve(request, response));
    await hub.download();
    await hub.expectWhole();
    expect(hub.ranges).toEqual([undefined, ...Array.from({ length: 8 }, (_, step) => `bytes=${(step + 1) * 30_000}-`)]);
  });

  it('continues where an earlier run stopped', async () => {
    await hub.keepPart(BYTES.subarray(0, HALF));
    await hub.download();
    await hub.expectWhole();
    expect(hub.requests).toEqual([{ url: '/', range: `bytes=${HALF}-` }]);
  });

  it('starts over if the hub does not support ranges', async () => {
    hub.handler = (request, response, n) => {
      if (n === 1) hub.serveAndDrop(request, response, HALF);
      else response.writeHead(200).end(BYTES);
    };
    await hub.download();
    await hub.expectWhole();
  });

  it('follows redirects with its range', async () => {
    hub.handler = (request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/elsewhere' }).end();
      else serve(request, response);
    };
    await hub.keepPart(BYTES.subarray(0, HALF));
    await hub.download();
    await hub.expectWhole();
    expect(hub.requests[1]).toEqual({ url: '/elsewhere', range: `bytes=${HALF}-` });
  });

  it('waits longer after each failure without progress, and finally gives up, keeping what it has', async () => {
    hub.handler = (request, response, n) => (n === 1 ? hub.serveAndDrop(request, response, HALF) : response.writeHead(503).end());
    await expect(hub.download()).rejects.toMatchObject({ code: 'MODEL_INTERRUPTED' });
    expect(hub.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect((await stat(hub.part)).size).toBe(HALF);
    expect(existsSync(hub.target)).toBe(false);
  });
});

describe('a download does not start, or ends early', () => {
  it('without enough disk space', async () => {
    const freeBytes = () => Promise.resolve(512 * 1024 * 1024 + BYTES.length - 1);
    await expect(hub.download({ freeBytes })).rejects.toMatchObject({ code: 'MODEL_NO_SPACE' });
    expect(hub.requests).toHaveLength(0);
    await hub.download({ freeBytes: async () => (await freeBytes()) + 1 });
    await hub.expectWhole();
  });

  it('when cancelled midway; the received part is kept for the next time', async () => {
    const cancel = new AbortController();
    hub.handler = (request, response, n) => {
      if (n > 1) serve(request, response);
      else response.writeHead(200).write(BYTES.subarray(0, HALF));
    };
    const onProgress = ({ receivedBytes }: DownloadProgress) => {
      if (receivedBytes === HALF) cancel.abort();
    };
    await expect(hub.download({ signal: cancel.signal, onProgress })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    expect((await stat(hub.part)).size).toBe(HALF);
    await hub.download();
    await hub.expectWhole();
  });

  it('when cancelled while it waits', async () => {
    const cancel = new AbortController();
    hub.handler = (_request, response) => response.writeHead(503).end();
    const sleep: Clock['sleep'] = async (_ms, signal) => {
      cancel.abort();
      signal?.throwIfAborted();
      await Promise.resolve();
    };
    const waiting: Clock = { ...hub.clock, sleep };
    await expect(hub.download({ signal: cancel.signal, clock: waiting })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
  });
});

describe('the token of the hub', () => {
  let seen: (string | undefined)[] = [];
  const noting = (serveIt: Handler): Handler => {
    seen = [];
    return (request, response, n) => {
      seen.push(request.headers.authorization);
      serveIt(request, response, n);
    };
  };

  it('is sent to the hub itself', async () => {
    hub.handler = noting(serve);
    await hub.download({ hubAccess: { hubUrl: hub.url, token: 'hf_token' } });
    expect(seen).toEqual(['Bearer hf_token']);
  });

  it.each([
    ['a mirror', 'https://huggingface.co'],
    ['another port', 'http://127.0.0.1:1'],
    ['another scheme', 'https://127.0.0.1'],
  ])('is not sent to %s', async (_, hubUrl) => {
    hub.handler = noting(serve);
    await hub.download({ hubAccess: { hubUrl, token: 'hf_token' } });
    expect(seen).toEqual([undefined]);
  });

  it('is dropped on a redirect to another host, and kept on one to the same host', async () => {
    const elsewhere = hub.url.replace('127.0.0.1', 'localhost');
    hub.handler = noting((request, response, n) => {
      if (n === 1) return response.writeHead(302, { location: '/same' }).end();
      if (n === 2) return response.writeHead(302, { location: `${elsewhere}/cdn` }).end();
      return serve(request, response);
    });
    await hub.download({ hubAccess: { hubUrl: hub.url, token: 'hf_token' } });
    expect(seen).toEqual(['Bearer hf_token', 'Bearer hf_token', undefined]);
  });
});
