/** `npm run dev`: the window served by Vite, in a real browser, behind the product's own server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openProgram, type Program } from '../headless/program.ts';
import { createLog } from '../worker/log.ts';
import { type DevWindow, openDevWindow } from './dev-window.ts';
import { launchTestBrowser } from './testing/launch-browser.ts';

let folder: string;
let window: DevWindow;
let program: Program;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dev-'));
  window = await openDevWindow();
  const log = createLog({ level: 'fatal', secrets: [] });
  program = await openProgram({ dataDir: path.join(folder, 'data'), port: 0, windowDir: null, liveWindow: window, log });
  browser = await launchTestBrowser();
});
afterAll(async () => {
  await browser?.close();
  await program?.close();
  await window?.close();
  await rm(folder, { recursive: true, force: true });
});

it('shows the window, which talks to the program; its policy blocks none of it', async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  // The first time, Vite prepares the libraries while the page waits for them.
  page.setDefaultTimeout(120_000);
  await page.goto(program.windowAddress() ?? '', { waitUntil: 'commit' });
  await page.getByRole('button').first().waitFor();
  // The token has been used and removed from the address.
  expect(page.url()).not.toContain('token=');
  expect(complaints).toEqual([]);
});

it('checks host, origin and session like the product', async () => {
  const { port } = program;
  const status = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/', headers }, (response) => {
        resolve(response.statusCode);
        response.resume();
      })
        .on('error', reject)
        .end();
    });
  expect(await status({ host: `127.0.0.1:${port}` })).toBe(200);
  expect(await status({ host: `evil.example:${port}` })).toBe(421);
  const stranger = new WebSocket(`ws://127.0.0.1:${port}/rpc/host`, ['crynux-rpc'], { origin: `http://127.0.0.1:${port}` });
  const code = await new Promise((resolve) => stranger.once('close', resolve));
  expect(code).toBe(4401);
  const foreign = new WebSocket(`ws://127.0.0.1:${port}/rpc/host`, ['crynux-rpc'], { origin: 'http://evil.example' });
  const refused = await new Promise((resolve) => {
    foreign.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    foreign.once('error', () => {});
  });
  expect(refused).toBe(403);
});

it("differs from the product's policy only by a nonce and one loopback socket", () => {
  expect(window.contentSecurityPolicy).toMatch(
    /^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}'; style-src 'self' 'nonce-[\w-]{22}'; .*connect-src 'self' ws:\/\/127\.0\.0\.1:\d+; /,
  );
});
