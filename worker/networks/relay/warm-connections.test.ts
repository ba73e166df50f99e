import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { RelayTransport } from './transport.ts';

it('a request during a poll waits neither for the poll nor for a new connection', async () => {
  const requests = new Map<Socket, number>();
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    requests.set(request.socket, (requests.get(request.socket) ?? 0) + 1);
    if (request.url === '/held') held.push(response);
    else response.end('{"message":"success","data":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new RelayTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = async (path: string) => {
    await transport.data(z.number(), { method: 'GET', path });
    // A connection is free again only after its answer was handled.
    await setImmediate();
  };
  const inTheMiddle = async () => {
    const poll = ask('/held');
    await expect.poll(() => held.length).toBe(1);
    await ask('/');
    held.pop()?.end('{"message":"success","data":1}');
    await poll;
  };

  for (let i = 0; i < 3; i++) await inTheMiddle();
  const open = requests.size;
  expect(open).toBeGreaterThan(1);
  requests.clear();
  // No connection goes idle although only one request is open at a time.
  for (let i = 0; i < 4 * open; i++) await ask('/');
  expect([...requests.values()].map((count) => count >= 2)).toEqual(Array.from({ length: open }, () => true));
  await inTheMiddle();
  expect(requests.size).toBe(open);
});
