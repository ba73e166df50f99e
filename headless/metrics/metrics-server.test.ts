import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import type { ProfileView } from '../../contract/profiles.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { type MetricsServerOptions, type ProgramPhase, startMetricsServer } from './metrics-server.ts';
import { nodeView, profileView } from './testing/views.ts';

const TOKEN = 'a-token-of-this-test';
const RUNNING = profileView({ kind: 'running', pid: 7, sinceMs: 0 }, nodeView({}));
const LOCKED = profileView({ kind: 'locked' }, null);

interface World {
  phase: ProgramPhase;
  profiles: ProfileView[];
  answers: boolean;
  scrapes: number;
}

/** A program with these profiles and no processes. */
async function serving(changes: Partial<Pick<MetricsServerOptions, 'token' | 'host'>> = {}) {
  const world: World = { phase: 'open', profiles: [RUNNING], answers: true, scrapes: 0 };
  const clock = new ManualClock(0);
  const never = new Promise<never>(() => {});
  const app = {
    parts: {
      info: { version: '0.1.0', platform: 'linux', dataDir: '/' },
      folders: { models: '/not/there/at/all' },
      views: { snapshot: () => ({ kind: 'snapshot', revision: 1, profiles: world.profiles }) },
    },
    client: {
      app: { info: () => (world.answers ? Promise.resolve({}) : never) },
      networks: {
        list: async () => {
          world.scrapes += 1;
          return { networks: [], problems: [] };
        },
      },
    },
    nodePort: () => null,
  } as unknown as MetricsServerOptions['app'];
  const options = { port: 0, host: '127.0.0.1', token: null, app, clock, phase: () => world.phase, ...changes };
  const server = await startMetricsServer(options);
  onTestFinished(() => server.close());
  return { world, clock, options, port: Number(new URL(server.address).port) };
}

function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

it('serves metrics, with one scrape for all who ask at the same time', async () => {
  const { world, port } = await serving();
  const answers = await Promise.all([ask(port, '/metrics'), ask(port, '/metrics'), ask(port, '/metrics')]);
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body).toContain('crynux_node_state{node="mine",state="waiting"} 1');
    expect(body).toContain('crynux_disk_free_bytes{holds="models"}');
  }
  expect(world.scrapes).toBeLessThan(3);
});

it('requires the token for metrics, but not for health checks', async () => {
  const { port } = await serving({ token: TOKEN });
  const statusWith = async (authorization: string) => (await ask(port, '/metrics', { authorization })).status;
  expect((await ask(port, '/metrics')).status).toBe(401);
  expect(await statusWith(`Bearer ${TOKEN}x`)).toBe(401);
  expect(await statusWith(`Basic ${TOKEN}`)).toBe(401);
  expect(await statusWith(`Bearer ${TOKEN}`)).toBe(200);
  expect(await statusWith(`bearer ${TOKEN}`)).toBe(200);
  expect(await statusWith(`bearer ${TOKEN.toUpperCase()}`)).toBe(401);
  expect(await ask(port, '/livez')).toEqual({ status: 200, body: 'ok\n' });
  expect(await ask(port, '/readyz')).toEqual({ status: 200, body: 'ok\n' });
});

it.each([
  ['under another name', '/metrics', { host: 'evil.example' }, 'GET', 421],
  ['from a page', '/livez', { origin: 'http://127.0.0.1' }, 'GET', 403],
  ['of a page of another site', '/metrics', { 'sec-fetch-site': 'cross-site' }, 'GET', 403],
  ['of a page of the same site', '/readyz', { 'sec-fetch-site': 'same-site' }, 'GET', 403],
  ['for the head of metrics alone', '/metrics', {}, 'HEAD', 405],
  ['that is not a read', '/metrics', {}, 'POST', 405],
  ['for something else', '/metrics/', {}, 'GET', 404],
  ['for the window', '/', {}, 'GET', 404],
] as const)('refuses a request %s', async (_, path, headers, method, status) => {
  const { port } = await serving();
  expect((await ask(port, path, headers, method)).status).toBe(status);
});

it('answers HEAD on the health paths, and an address typed into a browser', async () => {
  const { world, port } = await serving();
  expect(await ask(port, '/livez', {}, 'HEAD')).toEqual({ status: 200, body: '' });
  world.phase = 'starting';
  expect(await ask(port, '/readyz', {}, 'HEAD')).toEqual({ status: 503, body: '' });
  expect((await ask(port, '/metrics', { 'sec-fetch-site': 'none' })).status).toBe(200);
});

it('refuses a request with two Host headers', async () => {
  const { port } = await serving();
  const socket = connect(port, '127.0.0.1');
  socket.end('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
});

it('serves other machines only with a token, and then under any host name', async () => {
  await expect(serving({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'HEADLESS_METRICS_OPEN' });
  await expect(serving({ host: '::' })).rejects.toMatchObject({ code: 'HEADLESS_METRICS_OPEN' });
  const { port } = await serving({ host: '0.0.0.0', token: TOKEN });
  expect((await ask(port, '/metrics', { host: '10.1.2.3:9464' })).status).toBe(401);
  expect((await ask(port, '/livez', { host: '10.1.2.3:9464' })).status).toBe(200);
});

it('reports a port that is taken', async () => {
  const { port, options } = await serving();
  const again = startMetricsServer({ ...options, port });
  await expect(again).rejects.toMatchObject({ code: 'HEADLESS_PORT_IN_USE' });
});

it('is ready once everything has been started and is joined or paused, and lists each node that is not', async () => {
  const { world, port } = await serving();
  world.phase = 'starting';
  expect(await ask(port, '/readyz')).toEqual({ status: 503, body: 'starting\n' });
  world.phase = 'open';
  world.profiles = [RUNNING, { ...LOCKED, profile: { ...LOCKED.profile, id: 'other' } }];
  expect(await ask(port, '/readyz')).toEqual({ status: 503, body: 'other: locked\n' });
  world.profiles = [];
  expect((await ask(port, '/readyz')).status).toBe(200);
  world.phase = 'ending';
  expect(await ask(port, '/readyz')).toEqual({ status: 503, body: 'ending\n' });
  expect((await ask(port, '/livez')).status).toBe(200);
});

it('is alive as long as the program answers its own contract', async () => {
  const { world, clock, port } = await serving();
  world.answers = false;
  const asked = ask(port, '/livez');
  await expect.poll(() => clock.sleeping).toBe(1);
  await clock.tick(2_000);
  expect(await asked).toEqual({ status: 503, body: 'it does not answer\n' });
});
