/** Two real programs, one of which watches the other with a token. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FleetPlace } from '../contract/fleet.ts';
import { applyFleetUpdate, type Fleet } from '../contract/fleet-merge.ts';
import { profileDraftSchema } from '../contract/profiles.ts';
import { bundledModelIds } from '../host/app/bundled-models.ts';
import { openHostApp } from '../host/app/host-app.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { connectProgram } from './rpc/running-program.ts';

const NODE_ARGS = ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'main.ts')];
const KEY = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';

let watcherDir: string;
let watchedDir: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  watcherDir = mkdtempSync(path.join(tmpdir(), 'watcher-'));
  watchedDir = mkdtempSync(path.join(tmpdir(), 'watched-'));
  await withOneProfile(watchedDir);
});
afterAll(() => {
  for (const program of started) if (program.exitCode === null && program.signalCode === null) program.kill('SIGKILL');
  for (const dir of [watcherDir, watchedDir]) rmSync(dir, { recursive: true, force: true });
});

/** A node that has never run, on a network where nothing listens. */
async function withOneProfile(dataDir: string): Promise<void> {
  const features = { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false };
  const { client, close } = await openHostApp({ dataDir, shell: 'headless', features, role: 'command' });
  const where = { id: 'nowhere', title: 'Nowhere', network: 'nowhere', relayUrl: 'http://127.0.0.1:9' };
  await client.networks.add({ preset: { ...where, acceptedEngines: ['embedded'], samplingModulus: 10, minStakeWei: '1' } });
  await client.keys.import({ kind: 'privateKey', privateKey: KEY, store: 'keystore', passphrase: 'a long passphrase' });
  const draft = profileDraftSchema.parse({
    ...{ name: 'Rack 1', networkId: 'nowhere', address: addressOf(KEY), engine: { kind: 'embedded' }, stakeWei: '1' },
    ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: bundledModelIds() },
  });
  // A made-up card is only allowed on networks of this machine.
  await client.profiles.create({ draft: { ...draft, gpu: cards } });
  await close();
}
const cards = { kind: 'cards' as const, ids: ['GPU-1'], confirmed: { name: 'Card+Linux', vramGib: 8 }, selfTestModel: null };

/** The program's process, and the port of its contract. */
async function run(dataDir: string, port = 0): Promise<{ program: ChildProcess; port: number }> {
  const args = [...NODE_ARGS, 'run', '--data', dataDir, '--port', String(port), '--json'];
  const program = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(program);
  const ready = Promise.withResolvers<number>();
  program.once('exit', (code) => ready.reject(new Error(`the program ended with ${code}`)));
  createInterface({ input: program.stdout ?? process.stdin }).once('line', (line) => ready.resolve(JSON.parse(line).port));
  return { program, port: await ready.promise };
}

async function cli(dataDir: string, args: readonly string[], secret = ''): Promise<{ code: number | null; answer: unknown }> {
  const command = spawn(process.execPath, [...NODE_ARGS, ...args, '--data', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  (command.stdio[3] as Writable).end(secret);
  const ended = new Promise<number | null>((resolve) => command.once('exit', resolve));
  const said = await text(command.stdout ?? process.stdin);
  return { code: await ended, answer: said.trim() === '' ? null : JSON.parse(said) };
}

async function tokenOf(role: 'read' | 'operate'): Promise<string> {
  const made = await cli(watchedDir, ['access', 'create', `for-${role}`, '--role', role]);
  expect(made).toMatchObject({ code: 0, answer: { name: `for-${role}`, role } });
  return (made.answer as { token: string }).token;
}

test('a program watches and controls another: away when it is killed, refused when its token is revoked', async () => {
  const watched = await run(watchedDir);
  const url = `http://127.0.0.1:${watched.port}`;
  await run(watcherDir);
  for (const [place, role] of [
    ['cellar', 'operate'],
    ['balcony', 'read'],
  ] as const) {
    const added = await cli(watcherDir, ['place', 'add', place, url, '--token-fd', '3'], await tokenOf(role));
    expect(added).toMatchObject({ code: 0, answer: { place, state: { kind: 'open' } } });
  }
  expect(
    await cli(watcherDir, ['place', 'add', 'far', 'http://10.0.0.1', '--token-fd', '3'], `cxa_${'x'.repeat(43)}`),
  ).toMatchObject({
    code: 1,
    answer: { error: { code: 'FLEET_PLACE_PLAIN' } },
  });

  const connection = await connectProgram(watcherDir);
  const updates = (await connection.host.fleet.watch({}))[Symbol.asyncIterator]();
  let fleet: Fleet | null = null;
  const until = async (name: string, fits: (place: FleetPlace) => boolean): Promise<FleetPlace> => {
    for (;;) {
      const place = fleet?.places.find((one) => one.place === name);
      if (place !== undefined && fits(place)) return place;
      const next = await updates.next();
      if (next.done === true) throw new Error('the subscription ended');
      fleet = applyFleetUpdate(fleet, next.value);
    }
  };
  await until('cellar', ({ state }) => state.kind === 'open');
  await until('balcony', ({ state }) => state.kind === 'open');
  const listed = await cli(watcherDir, ['fleet']);
  expect(listed).toMatchObject({ code: 0, answer: { nodes: expect.any(Array) } });
  expect((listed.answer as { nodes: { place: string; node: string; name: string; life: string }[] }).nodes).toMatchObject([
    { place: 'cellar', node: 'rack-1', name: 'Rack 1', life: 'stopped' },
    { place: 'balcony', node: 'rack-1', name: 'Rack 1', life: 'stopped' },
  ]);

  // A read token controls nothing.
  const refused = (code: string) => ({ code: 3, answer: { results: [{ node: 'rack-1', error: { code } }] } });
  const resume = (place: string) => cli(watcherDir, ['fleet', 'resume', '--select', place]);
  expect(await resume('balcony/rack-1')).toMatchObject(refused('ACCESS_DENIED'));
  expect(await cli(watcherDir, ['fleet', 'drain', '--select', 'attic'])).toMatchObject({
    code: 2,
    answer: { error: { code: 'HEADLESS_WHICH_NODE' } },
  });

  // It starts as far as it can without the passphrase of its key.
  expect(await resume('cellar')).toMatchObject({ code: 0, answer: { results: [{ node: 'rack-1', error: null }] } });
  const lifeOf = (key: string) => fleet?.rows.get(key)?.row.life;
  await until('cellar', () => lifeOf('cellar/rack-1') === 'locked');

  expect(await cli(watchedDir, ['access', 'revoke', 'for-operate'])).toMatchObject({ code: 0 });
  const isAway = (code: string) => (place: FleetPlace) => place.state.kind === 'away' && place.state.error.code === code;
  expect((await until('cellar', isAway('FLEET_PLACE_REFUSED'))).heardMs).toBeGreaterThan(0);
  expect((await until('balcony', () => true)).state.kind).toBe('open');
  expect(await resume('cellar')).toMatchObject({
    code: 1,
    answer: {
      results: [],
      skipped: [{ place: 'cellar', node: 'rack-1', reason: expect.stringContaining('FLEET_PLACE_REFUSED') }],
    },
  });
  expect(await cli(watcherDir, ['place', 'add', 'stale', url, '--token-fd', '3'], `cxa_${'x'.repeat(43)}`)).toMatchObject({
    code: 1,
    answer: { place: 'stale', state: { kind: 'away', error: { code: 'FLEET_PLACE_REFUSED' } } },
  });

  watched.program.kill('SIGKILL');
  expect((await until('balcony', isAway('FLEET_PLACE_UNREACHABLE'))).heardMs).toBeGreaterThan(0);
  // What was known is kept.
  expect(lifeOf('balcony/rack-1')).toBe('locked');
  await run(watchedDir, watched.port);
  expect((await until('balcony', ({ state }) => state.kind === 'open')).heardMs).toBeNull();
  connection.close();
});
