/**
 * Integration test files share processes, which saves loading all modules for each of them. What a file changes in its
 * process and does not undo, the next one would meet, so such a file fails.
 */
import { afterAll, expect } from 'vitest';

const EVENTS = ['exit', 'beforeExit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'uncaughtException', 'unhandledRejection'];

const shared = () => ({
  environment: { ...process.env },
  folder: process.cwd(),
  umask: process.umask(),
  listeners: EVENTS.map((event) => `${event}: ${process.listenerCount(event)}`),
  fetch: globalThis.fetch,
  timers: [setTimeout, setInterval, setImmediate, Date, performance.now],
});

const before = shared();
// Registered first, so it runs after the file's own.
afterAll(() => {
  expect(shared()).toEqual(before);
});
