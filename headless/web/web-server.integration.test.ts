import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { implement } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CONTENT_SECURITY_POLICY } from '../../contract/content-security.ts';
import { hostContract } from '../../contract/host-contract.ts';
import { protocolsFor } from '../../contract/page-session.ts';
import { createHostClient } from '../../contract/rpc-client.ts';
import { portPair, type RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import { systemRandom } from '../../devnet/system.ts';
import { type AccessTokens, openAccessTokens } from '../../host/access/access-tokens.ts';
import { MAX_REQUEST_BYTES, socketPort } from '../../host/rpc/socket-port.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { MAX_AGE_MS } from './entry-gate.ts';
import { readStaticFiles } from './static-files.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const APP = { version: '1', shell: 'headless' as const, platform: 'linux', dataDir: '/data' };
const INFO = { ...APP, features: { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false } };

let dir: string;
let server: WebServer;
let access: AccessTokens;
let nowMs = 0;
const nodes: { profileId: string; port: RpcPort }[] = [];

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'window-'));
  writeFileSync(path.join(dir, 'secret.json'), '{"not":"served"}');
  const root = path.join(dir, 'out');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'index.html'), '<title>window</title>');
  writeFileSync(path.join(root, 'assets', 'main-abc.js'), 'window');
  writeFileSync(path.join(root, 'assets', 'main-abc.js.map'), '{}');
  symlinkSync(path.join(dir, 'secret.json'), path.join(root, 'link.json'));
  const info = implement(hostContract).app.info.handler(() => INFO);
  const rpc = createRpcServer({ app: { info } }, () => {});
  access = openAccessTokens({ file: path.join(dir, 'access.json'), clock: new ManualClock(0), random: systemRandom });
  server = await startWebServer({
    access,
    port: 0,
    files: readStaticFiles(root),
    random: systemRandom,
    monotonicMs: () => nowMs,
    serveHost: (port, caller) => rpc.serve(port, caller),
    nodePort(profileId) {
      const [near, far] = portPair();
      nodes.push({ profileId, port: far });
      return profileId === 'stopped' ? null : near;
    },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asking = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
    const { statusCode: status = 0, headers } = response;
    text(response).then((body) => resolve({ status, headers, body }), reject);
  });
  asking.on('error', reject).end();
  return promise;
}

const tokenOf = (address: string) => new URL(address).hash.replace('#token=', '');
const post = (token: string, headers: Record<string, string> = {}) =>
  ask('/session', { origin: ownOrigin(), authorization: `Crynux-Token ${token}`, ...headers }, 'POST');

/** Headers that a page of this server connects with. */
async function enter(): Promise<Record<string, string>> {
  const { secret } = JSON.parse((await post(tokenOf(server.address()))).body) as { secret: string };
  return { origin: ownOrigin(), 'sec-websocket-protocol': protocolsFor(secret).join(', ') };
}

interface Upgraded {
  /** 101, or the status with which the upgrade was refused. */
  readonly status: number;
  readonly socket: WebSocket;
  /** Close code and reason. */
  readonly ended: Promise<string>;
}

function upgrade(path: string, { 'sec-websocket-protocol': offered, ...headers }: Record<string, string>): Promise<Upgraded> {
  const protocols = offered === undefined ? [] : offered.split(', ');
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers });
  const ended = new Promise<string>((resolve) => socket.on('close', (code, reason) => resolve([code, reason].join(' ').trim())));
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('open', () => resolve({ status: 101, socket, ended }));
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve({ status: statusCode, socket, ended }));
  });
}

const NOBODY = '4401 RPC_SESSION_ENDED';

const ownOrigin = () => `http://127.0.0.1:${server.port}`;

describe('entering', () => {
  it('works once with the token of an address, sends it to nobody, and sets no cookie', async () => {
    const address = server.address();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    const first = await post(tokenOf(address));
    expect(first.status).toBe(200);
    expect(JSON.parse(first.body)).toEqual({ secret: expect.stringMatching(/^[\w-]{43}$/) });
    expect(first.headers['set-cookie']).toBeUndefined();
    expect(await post(tokenOf(address))).toMatchObject({ status: 401, body: '' });
  });

  it.each([
    ['a wrong token', { authorization: 'Crynux-Token x' }, 401],
    ['no token', { authorization: '' }, 401],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page of another site', { origin: 'http://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['another name', { host: 'evil.example', origin: 'http://evil.example' }, 421],
  ])('leads nowhere with %s', async (_what, headers, status) => {
    expect(await post(tokenOf(server.address()), headers)).toMatchObject({ status, body: '' });
  });

  it('ends at a log-out: the connections end, and the secret becomes invalid', async () => {
    const page = await enter();
    const { ended } = await upgrade('/rpc/host', page);
    const secret = page['sec-websocket-protocol']?.split('crynux-session.')[1] ?? '';
    const leave = { origin: ownOrigin(), authorization: `Crynux-Session ${secret}` };
    expect(await ask('/session', { ...leave, origin: 'http://127.0.0.1:1' }, 'DELETE')).toMatchObject({ status: 403 });
    expect(await ask('/session', leave, 'DELETE')).toMatchObject({ status: 204 });
    expect(await ended).toBe(NOBODY);
    expect(await (await upgrade('/rpc/host', page)).ended).toBe(NOBODY);
  });

  it('ends when its time is up, whoever is connected', async () => {
    const page = await enter();
    const { ended } = await upgrade('/rpc/host', page);
    nowMs += MAX_AGE_MS;
    // The server checks from time to time on its own, and at every request.
    expect(await (await upgrade('/rpc/host', page)).ended).toBe(NOBODY);
    expect(await ended).toBe(NOBODY);
  });
});

it('the command line is given a new address; a page that knows its token is not', async () => {
  const authorization = `Bearer ${server.commandLineToken}`;
  const { body, status } = await ask('/address', { authorization });
  expect(status).toBe(200);
  expect((await post(tokenOf((JSON.parse(body) as { address: string }).address))).status).toBe(200);
  for (const headers of [{}, { authorization: 'Bearer x' }, { authorization, origin: 'http://evil.example' }])
    expect(await ask('/address', headers)).toMatchObject({ status: 401, body: '' });
});

describe('what is served', () => {
  it('are the files present at the start, of known types, with headers that confine them', async () => {
    const script = await ask('/assets/main-abc.js');
    expect(script).toMatchObject({ status: 200, body: 'window' });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(Object.keys(script.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/script-src[^;]*unsafe|\*/);
    for (const path of ['/assets/main-abc.js.map', '/link.json']) expect(await ask(path)).toMatchObject({ status: 404 });
  });

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '//secret.json',
    '/assets\\..\\..\\secret.json',
  ])('%s leads nowhere', async (where) => {
    const { status, body } = await ask(where);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain('not');
  });

  it('an unknown path serves the window for navigations only', async () => {
    expect(await ask('/tasks?type=Llm', { 'sec-fetch-mode': 'navigate' })).toMatchObject({
      body: '<title>window</title>',
    });
    expect(await ask('/assets/gone.js', { 'sec-fetch-mode': 'no-cors' })).toMatchObject({ status: 404, body: '' });
  });

  it.each(['POST', 'PUT', 'OPTIONS', 'DELETE'])('%s is refused', async (method) => {
    expect(await ask('/', { origin: ownOrigin() }, method)).toMatchObject({ status: 405 });
  });

  it('a name that merely resolves to this machine is refused before anything else is checked', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1.evil.example',
      '192.168.1.2',
      'localhost:99999',
    ]) {
      expect(await ask('/', { host })).toMatchObject({ status: 421, body: '' });
    }
    // A tunnel may use another port.
    expect(await ask('/', { host: 'localhost:9000' })).toMatchObject({ status: 200 });
  });
});

describe('connections', () => {
  it.each([
    ['with a page of another site', { origin: 'http://evil.example' }, 403],
    ['with a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['with a page without an origin', { origin: 'null' }, 403],
    ['with another name', { host: 'evil.example', origin: 'http://evil.example' }, 421],
  ])('%s are refused although the secret is right', async (_what, headers, status) => {
    expect(await upgrade('/rpc/host', { ...(await enter()), ...headers })).toMatchObject({ status });
  });

  it('are refused without a session, or at another path', async () => {
    const page = await enter();
    // Also a client that is not a browser, with a forged origin and all the cookies.
    const secret = page['sec-websocket-protocol']?.split('crynux-session.')[1] ?? '';
    const forged = { origin: ownOrigin(), cookie: `crynux=${secret}; crynux-session=${secret}` };
    for (const headers of [
      { origin: ownOrigin() },
      forged,
      { ...page, 'sec-websocket-protocol': 'crynux-rpc, crynux-session.x' },
    ]) {
      const { ended, socket } = await upgrade('/rpc/host', headers);
      const heard: unknown[] = [];
      socket.on('message', (data) => heard.push(data));
      socket.send('{"i":"1","p":{"u":"/app/info","b":{"json":{}}}}');
      expect([await ended, heard]).toEqual([NOBODY, []]);
    }
    expect(await upgrade('/rpc/host', {})).toMatchObject({ status: 401 });
    expect(await upgrade('/rpc/host', { authorization: 'Bearer x' })).toMatchObject({ status: 401 });
    for (const path of ['/', '/rpc', '/rpc/node/', '/rpc/node/..', '/rpc/node/a%2fb', '/rpc/host?x'])
      expect(await upgrade(path, page)).toMatchObject({ status: 404 });
  });

  it('of the page and of the command line reach the contract', async () => {
    const ways: Record<string, string>[] = [await enter(), { authorization: `Bearer ${server.commandLineToken}` }];
    for (const headers of ways) {
      const { socket } = await upgrade('/rpc/host', headers);
      // The secret is not echoed.
      expect(socket.protocol).toBe('origin' in headers ? 'crynux-rpc' : '');
      expect(await createHostClient(socketPort(socket)).app.info({})).toEqual(INFO);
      socket.close();
    }
    // A page must not use the command line's token.
    const stolen = { origin: ownOrigin(), authorization: `Bearer ${server.commandLineToken}` };
    expect(await (await upgrade('/rpc/host', stolen)).ended).toBe(NOBODY);
  });

  it('to a node carry frames both ways, and are refused when it is not running', async () => {
    const headers = await enter();
    const { socket } = await upgrade('/rpc/node/my-node', headers);
    const { profileId, port } = nodes.at(-1) ?? { profileId: '', port: null };
    expect(profileId).toBe('my-node');
    const heard = new Promise((resolve) => port?.onFrame(resolve));
    socket.send('to the node');
    expect(await heard).toBe('to the node');
    const answered = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
    port?.post('from the node');
    expect(await answered).toBe('from the node');
    port?.close();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await upgrade('/rpc/node/stopped', headers)).toMatchObject({ status: 404 });
  });

  it.each([
    ['that are too large', 'x'.repeat(MAX_REQUEST_BYTES + 1), 1009],
    ['that are not text', Buffer.from('x'), 1003],
  ])('end on frames %s', async (_what, frame, code) => {
    const { socket } = await upgrade('/rpc/host', await enter());
    socket.send(frame);
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(code);
  });
});

it('a taken port is reported', async () => {
  const options = { files: null, random: systemRandom, access, serveHost: () => {}, nodePort: () => null };
  await expect(startWebServer({ ...options, port: server.port })).rejects.toMatchObject({ code: 'HEADLESS_PORT_IN_USE' });
});

describe('an access token', () => {
  const bearer = ({ token }: { readonly token: string }) => ({ authorization: `Bearer ${token}` });

  it('admits its holder under any host name, never a page, and only to the contract', async () => {
    const reader = access.create({ name: 'reader', role: 'read' });
    // As behind an ingress that passes the name on.
    const { socket, status } = await upgrade('/rpc/host', { ...bearer(reader), host: 'fleet.example' });
    expect(status).toBe(101);
    const refused = await createHostClient(socketPort(socket))
      .app.info({})
      .catch((error: { code: string }) => error.code);
    expect(refused).toBe('ACCESS_DENIED');
    expect(await upgrade('/rpc/host', { ...bearer(reader), origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await upgrade('/rpc/host', bearer({ token: `${reader.token.slice(0, -1)}_` }))).toMatchObject({ status: 401 });
    expect(await ask('/address', bearer(reader))).toMatchObject({ status: 401 });
    socket.terminate();
  });

  it('that is revoked ends its connections at once and opens no new ones', async () => {
    const [gone, stays] = [access.create({ name: 'gone', role: 'operate' }), access.create({ name: 'stays', role: 'operate' })];
    const open = await upgrade('/rpc/host', bearer(gone));
    const other = await upgrade('/rpc/host', bearer(stays));
    access.revoke('gone');
    expect(await open.ended).toBe('4401 ACCESS_REVOKED');
    expect(await upgrade('/rpc/host', bearer(gone))).toMatchObject({ status: 401 });
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });
});

describe('long-lived connections', () => {
  it("of pages never use up the command line's slots, nor those of one browser everybody else's", async () => {
    const open: WebSocket[] = [];
    const enterAndOpen = async (page: Record<string, string>, count: number) => {
      const statuses: number[] = [];
      for (let n = 0; n < count; n++) {
        const { status, socket } = await upgrade('/rpc/host', page);
        statuses.push(status);
        open.push(socket);
      }
      return statuses;
    };
    const first = await enter();
    expect(await enterAndOpen(first, 33)).toEqual([...Array<number>(32).fill(101), 503]);
    expect(await enterAndOpen(await enter(), 1)).toEqual([101]);
    for (let n = 0; n < 4; n++) await enterAndOpen(await enter(), 32);
    expect(await enterAndOpen(await enter(), 1)).toEqual([503]);
    const { status, socket } = await upgrade('/rpc/host', { authorization: `Bearer ${server.commandLineToken}` });
    expect(status).toBe(101);
    for (const one of [...open, socket]) one.terminate();
    await expect.poll(async () => (await enterAndOpen(first, 1))[0]).toBe(101);
    for (const one of open) one.terminate();
  });
});
