/** Downloads from hubs and mirrors that give wrong, partial or changed answers. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BYTES, FileHub, HALF, type Handler, serve, serveBytes } from './testing/file-hub.ts';

const hub = new FileHub();

describe('a hub with wrong answers', () => {
  it.each<[string, Handler]>([
    [
      'that announces too few bytes is asked for the rest',
      (request, response, n) => {
        if (n > 1) serve(request, response);
        else response.writeHead(200, { 'content-length': HALF }).end(BYTES.subarray(0, HALF));
      },
    ],
    [
      'that announces more bytes than it sends is judged by the bytes alone',
      (_request, response) => {
        response.writeHead(200, { 'content-length': BYTES.length + 10 });
        response.write(BYTES);
        // Not before all has arrived: what a client has not read yet may be lost with the connection.
        void expect
          .poll(async () => (await stat(hub.part)).size)
          .toBe(BYTES.length)
          .then(() => response.destroy());
      },
    ],
    [
      'that sends a different range is asked again',
      (request, response, n) => {
        if (n === 1) hub.serveAndDrop(request, response, HALF);
        else if (n === 2) response.writeHead(206, { 'content-range': `bytes 0-9/${BYTES.length}` }).end('0123456789');
        else serve(request, response);
      },
    ],
  ])('%s', async (_name, answer) => {
    hub.handler = answer;
    await hub.download();
    await hub.expectWhole();
  });

  it('that sends more than the file is cut off', async () => {
    hub.handler = (_request, response) => response.writeHead(200).end(Buffer.concat([BYTES, Buffer.from('more')]));
    await expect(hub.download()).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect((await stat(hub.part)).size).toBe(0);
  });

  it('that sends different content is detected, and nothing is kept', async () => {
    hub.handler = (request, response) => serveBytes(request, response, Buffer.alloc(BYTES.length, 7));
    await expect(hub.download()).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect(hub.requests).toHaveLength(1);
    expect(existsSync(hub.part)).toBe(false);
    expect(existsSync(hub.target)).toBe(false);
  });

  it('is not blamed for bytes of another file that an earlier run has kept', async () => {
    await hub.keepPart(randomBytes(HALF));
    await hub.download();
    await hub.expectWhole();
    expect(hub.ranges).toEqual([`bytes=${HALF}-`, undefined]);
  });

  it.each([401, 403, 404, 410])('that answers %d is not asked again', async (status) => {
    hub.handler = (_request, response) => response.writeHead(status).end();
    await expect(hub.download()).rejects.toMatchObject({ code: 'MODEL_REFUSED', data: { status } });
    expect(hub.requests).toHaveLength(1);
  });
});

describe('a password in the address', () => {
  let authorization: string | undefined;
  const refuse: Handler = (request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(404).end();
  };

  it('is used, and not named in an error', async () => {
    hub.handler = refuse;
    const secret = `${hub.url.replace('127', 'user:hunter2@127')}/model?token=hunter2`;
    const error = await hub.download({ url: secret }).catch((thrown: unknown) => thrown);
    expect(authorization).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`);
    expect(error).toMatchObject({ code: 'MODEL_REFUSED', message: expect.stringContaining('/model') });
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
  });

  it.each([
    ['100%', '100%'],
    ['a%20b', 'a b'],
    ['50%25', '50%'],
  ])('may be %s', async (written, password) => {
    hub.handler = refuse;
    await hub.download({ url: `${hub.url.replace('127', `user:${written}@127`)}/model` }).catch(() => {});
    expect(authorization).toBe(`Basic ${Buffer.from(`user:${password}`).toString('base64')}`);
  });
});

describe('a mirror that does not continue where it is asked to', () => {
  const whole = { 'content-length': String(BYTES.length) };
  const asPart = { 'content-range': `bytes 0-${BYTES.length - 1}/${BYTES.length}` };
  const wrongPart = { 'content-range': `bytes 7-9/${BYTES.length}` };
  const onRange =
    (answer: Handler): Handler =>
    (request, response, n) =>
      request.headers.range ? answer(request, response, n) : serve(request, response);

  it.each<[string, Handler]>([
    ['refuses every range', onRange((_, response) => response.writeHead(416).end())],
    ['sends the whole file as a part', onRange((_, response) => response.writeHead(206, asPart).end(BYTES))],
    ['does not describe the part', onRange((_, response) => response.writeHead(206, whole).end(BYTES))],
    ['sends another part', onRange((_, response) => response.writeHead(206, wrongPart).end('abc'))],
    ['ignores the range', (_, response) => void response.writeHead(200).end(BYTES)],
  ])('%s', async (_name, answer) => {
    hub.handler = answer;
    await hub.keepPart(BYTES.subarray(0, HALF));
    await hub.download();
    await hub.expectWhole();
  });

  it('is asked for the whole file if the kept part is longer than the file', async () => {
    await hub.keepPart(Buffer.concat([BYTES, BYTES]));
    await hub.download();
    expect(hub.requests).toEqual([{ url: '/', range: undefined }]);
  });

  it('is given the time that it asks for, up to a limit; a log-in page is never kept', async () => {
    hub.handler = (request, response, n) => {
      if (n === 1) response.writeHead(429, { 'retry-after': '120' }).end();
      else if (n === 2) response.writeHead(503, { 'retry-after': '86400' }).end();
      else if (n === 3) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
      else serve(request, response);
    };
    await hub.download();
    expect(hub.waits.slice(0, 2)).toEqual([120_000, 300_000]);
    expect(hub.requests).toHaveLength(4);
    await hub.expectWhole();
  });
});

describe('the version of the file', () => {
  const tagged =
    (etag: string): Handler =>
    (request, response) => {
      const { 'if-range': ifRange } = request.headers;
      if (ifRange !== undefined && ifRange !== etag) delete request.headers.range;
      serveBytes(request, response, BYTES, { etag });
    };
  /** Drops the first answer, which has one tag; the others have another. */
  const changing =
    (first: string, then: string): Handler =>
    (request, response, n) =>
      n === 1 ? hub.serveAndDrop(request, response, 100, { etag: first }) : tagged(then)(request, response, n);
  const fromStart = { url: '/', range: undefined, ifRange: undefined };
  const continued = { url: '/', range: 'bytes=100-', ifRange: '"a"' };

  it('is unchanged: the download continues', async () => {
    hub.handler = changing('"a"', '"a"');
    await hub.download();
    await hub.expectWhole();
    expect(hub.requests).toEqual([fromStart, continued]);
  });

  it('has changed: the file is fetched again, whether the hub honours If-Range or not', async () => {
    hub.handler = changing('"a"', '"b"');
    await hub.download();
    await hub.expectWhole();
    await rm(hub.target);
    hub.requests = [];
    hub.handler = (request, response, n) => {
      delete request.headers['if-range'];
      changing('"a"', '"b"')(request, response, n);
    };
    await hub.download();
    await hub.expectWhole();
    expect(hub.requests).toEqual([fromStart, continued, fromStart]);
  });

  it('is named only by a weak tag: the file is fetched from the start', async () => {
    hub.handler = changing('W/"a"', 'W/"a"');
    await hub.download();
    await hub.expectWhole();
    expect(hub.requests).toEqual([fromStart, fromStart]);
  });
});
