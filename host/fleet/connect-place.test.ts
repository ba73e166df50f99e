import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { connectPlace } from './connect-place.ts';

/** Listens and answers everyone with this. */
async function answering(said: string): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return new URL(`http://127.0.0.1:${address.port}`);
}

it.each([
  ['401 Unauthorized', 'FLEET_PLACE_REFUSED', /does not accept the token: it may have been revoked$/],
  ['403 Forbidden', 'FLEET_PLACE_REFUSED', /does not accept the token/],
  ['302 Found', 'FLEET_PLACE_BAD_ANSWER', /answered with 302, which no crynux-node does$/],
  ['502 Bad Gateway', 'FLEET_PLACE_UNREACHABLE', /answered with 502$/],
])('reports what %s means', async (status, code, message) => {
  const url = await answering(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
  const keys = { url, token: 'cxa_x', ca: null, cert: null, key: null };
  const signal = new AbortController().signal;
  await expect(connectPlace(keys, { clock: new ManualClock(0), signal })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

it('reports that something other than a web server is listening there', async () => {
  const keys = { url: await answering('SSH-2.0-OpenSSH_9.2\r\n'), token: 'cxa_x', ca: null, cert: null, key: null };
  const signal = new AbortController().signal;
  await expect(connectPlace(keys, { clock: new ManualClock(0), signal })).rejects.toMatchObject({
    code: 'FLEET_PLACE_BAD_ANSWER',
  });
});
