/** The window in a browser, its session, and a hostile page on another port of the same machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openProgram, type Program } from '../headless/program.ts';
import { PROGRAMS } from '../platform/programs.ts';

import { buildDesktop } from '../scripts/build-desktop.ts';
import { launchTestBrowser } from '../scripts/testing/launch-browser.ts';
import { START_WITHIN_MS } from './support/launch-shell.ts';

let dataDir: string;
let program: Program;
let browser: Browser;
let context: BrowserContext;
let hostile: Server;
let hostileUrl: string;
/** Everything that was sent to the hostile server. */
let heard: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const open = (port: number) => openProgram({ dataDir, port, windowDir: PROGRAMS.window, log });
const ownUrl = () => `http://127.0.0.1:${program.port}`;

beforeAll(async () => {
  if (process.env.CRYNUX_DESKTOP_AS_BUILT === undefined) await buildDesktop();
  dataDir = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  program = await open(0);
  hostile = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      heard.push({ url: request.url ?? '', headers: request.headers, body });
      if (request.url === '/redirect') response.writeHead(302, { location: `${ownUrl()}/` }).end();
      else response.setHeader('content-type', 'text/html').end('<!doctype html><title>hostile</title><body>');
    });
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  hostileUrl = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
  // Without Chromium's own protection of loopback addresses, so that only ours is tested.
  browser = await launchTestBrowser(['--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests']);
}, START_WITHIN_MS);
afterAll(async () => {
  await browser?.close();
  hostile?.close();
  await program?.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(async () => {
  heard = [];
  context = await browser.newContext({ locale: 'en-GB' });
});
afterEach(() => context.close());

const isIn = (page: Page) => page.getByRole('navigation', { name: 'Screens' }).waitFor();
const isOut = (page: Page) => page.getByRole('heading', { name: 'This window needs a new address' }).waitFor();

async function enter(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(program.windowAddress() ?? '');
  await isIn(page);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

describe('the window in a browser', () => {
  it('is let in by its address, keeps no trace of it, and survives a reload', async () => {
    const page = await enter();
    expect(page.url()).not.toContain('token');
    await page.reload();
    await isIn(page);
    expect(await context.cookies()).toEqual([]);
  });

  it('without an address, or with a used one, says how to get a new one, which works in the same tab', async () => {
    const address = program.windowAddress() ?? '';
    const first = await context.newPage();
    await first.goto(address);
    await isIn(first);
    const page = await context.newPage();
    await page.goto(address);
    await isOut(page);
    await page.getByText('crynux-node window').waitFor();
    await page.goto(program.windowAddress() ?? '');
    await isIn(page);
    const chinese = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
    await chinese.goto(ownUrl());
    await chinese.getByRole('heading', { name: '此窗口需要新的地址' }).waitFor();
    await chinese.context().close();
  });

  it('is out after a log-out and after a restart of the program, and stops trying', async () => {
    const [left, restarted] = [await enter(), await enter()];
    await left.goto(`${ownUrl()}/#/settings/program`);
    await left.getByRole('button', { name: 'Log out' }).click();
    await isOut(left);
    await left.reload();
    await isOut(left);
    const { port } = program;
    await program.close();
    program = await open(port);
    await isOut(restarted);
  });
});

/** What it gets in each way; `null` = nothing. */
const ATTACKS: Readonly<Record<string, string>> = {
  fetch: `return fetch(OWN + '/', { credentials: 'include' }).then((r) => r.text(), () => null);`,
  'fetch without looking': `return fetch(OWN + '/address', { credentials: 'include', mode: 'no-cors' }).then((r) => r.text(), () => null).then((t) => t || null);`,
  'a session of its own': `return fetch(OWN + '/session', { method: 'POST', headers: { authorization: 'Crynux-Token x' } }).then((r) => r.text(), () => null);`,
  'a socket': `return SOCKET();`,
  'a socket with a guess': `return SOCKET(['crynux-rpc', 'crynux-session.' + 'x'.repeat(43)]);`,
  'a frame': `const frame = document.body.appendChild(document.createElement('iframe'));
    frame.src = OWN + '/';
    await new Promise((resolve) => { frame.onload = resolve; });
    try { return frame.contentWindow.sessionStorage.getItem('crynux-session'); } catch { return null; }`,
  'an image': `const image = new Image();
    image.src = OWN + '/rpc/host';
    return new Promise((resolve) => { image.onload = () => resolve('loaded'); image.onerror = () => resolve(null); });`,
  'a second window': `const other = window.open(OWN + '/');
    await new Promise((resolve) => setTimeout(resolve, 500));
    try { return other.sessionStorage.getItem('crynux-session'); } catch { return null; } finally { other?.close(); }`,
  'its own storage': `return sessionStorage.getItem('crynux-session') ?? (document.cookie || null);`,
};

describe('a hostile page on another port', () => {
  it.each(Object.entries(ATTACKS))('gets nothing by %s', async (_way, body) => {
    const window = await enter();
    const page = await context.newPage();
    await page.goto(hostileUrl);
    const got = await page.evaluate<unknown>(`(async () => {
      const OWN = ${JSON.stringify(ownUrl())};
      const SOCKET = (protocols = []) => new Promise((resolve) => {
        const socket = new WebSocket(OWN.replace('http', 'ws') + '/rpc/host', protocols);
        socket.onmessage = ({ data }) => resolve(data);
        socket.onopen = () => socket.send('{"i":"1","p":{"u":"/keys/list","b":{"json":{}}}}');
        socket.onerror = socket.onclose = () => resolve(null);
      });
      ${body}
    })()`);
    expect(got).toBeNull();
    expect(heardSecrets()).toEqual([]);
    // The window itself is unaffected.
    await window.reload();
    await isIn(window);
  });

  it.each([
    ['a navigation', `location.href = OWN + '/';`],
    ['a redirect', `location.href = '/redirect';`],
  ])('gets nothing by %s: the page it leads to has no session', async (_way, body) => {
    await enter();
    const page = await context.newPage();
    await page.goto(hostileUrl);
    await Promise.all([
      page.waitForURL(`${ownUrl()}/**`),
      page.evaluate(`(() => { const OWN = ${JSON.stringify(ownUrl())}; ${body} })()`),
    ]);
    await isOut(page);
    expect(await page.evaluate(`sessionStorage.getItem('crynux-session')`)).toBeNull();
    expect(heardSecrets()).toEqual([]);
  });

  it('gets nothing by a form: it is refused', async () => {
    await enter();
    const page = await context.newPage();
    await page.goto(hostileUrl);
    const answer = page.waitForResponse((response) => response.url().startsWith(ownUrl()));
    await page.evaluate(`(() => {
      const form = document.body.appendChild(document.createElement('form'));
      form.method = 'post';
      form.action = ${JSON.stringify(ownUrl())} + '/session';
      form.submit();
    })()`);
    expect((await answer).status()).toBe(403);
  });

  it("gets nothing in the window's own tab, when a link leads to it and when it leads back", async () => {
    const page = await enter();
    const secret = await page.evaluate<string>(`sessionStorage.getItem('crynux-session')`);
    expect(secret).toMatch(/^[\w-]{43}$/);
    await page.goto(hostileUrl);
    expect(await page.evaluate(`sessionStorage.getItem('crynux-session')`)).toBeNull();
    const all = JSON.stringify(heard);
    expect(all).not.toContain(secret);
    expect(heardSecrets()).toEqual([]);
  });
});

/** Anything valuable that a browser sent to the hostile server: cookies, and the referrer. */
function heardSecrets(): unknown[] {
  return heard.filter(({ headers, url }) => headers.cookie !== undefined || /token=|session/.test(`${headers.referer} ${url}`));
}

it('a client that is not a browser gets nothing with a forged origin and all cookies', async () => {
  await enter();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(`${ownUrl().replace('http', 'ws')}/rpc/host`, { headers: { origin: ownUrl(), cookie } });
  const got: unknown[] = [];
  socket.on('message', (data) => got.push(data));
  socket.on('open', () => socket.send('{"i":"1","p":{"u":"/keys/list","b":{"json":{}}}}'));
  expect(await new Promise((resolve) => socket.on('close', (code) => resolve(code)))).toBe(4401);
  expect(got).toEqual([]);
});
