/**
 * A page asks through the real server for what it may not do on its own, and a person answers with `crynux-node
 * confirm`: what is shown there, and what happens on yes, no, silence, a stranger's answer, and two requests or answers
 * at once.
 */
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createHostClient, type HostClient } from '../contract/rpc-client.ts';
import { errorOf } from '../contract/rpc-errors.ts';
import { systemRandom } from '../devnet/system.ts';
import { askAtTerminal } from '../headless/ask-at-terminal.ts';
import { runCli } from '../headless/cli/cli.ts';
import { EXIT } from '../headless/cli/exit-codes.ts';
import type { Terminal } from '../headless/cli/terminal.ts';
import { openProgram, type Program } from '../headless/program.ts';
import { ACT_EXPIRES_MS } from '../host/acts/pending-acts.ts';
import { socketPort } from '../host/rpc/socket-port.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { ManualClock } from '../protocol/ports.ts';
import { addressOf, checksumAddress } from '../protocol/signing/keys.ts';
import { openPageSession, subprotocols } from './support/page-session.ts';

const PRIVATE_KEY = bytesToHex(systemRandom.bytes(32));
const ADDRESS = checksumAddress(addressOf(PRIVATE_KEY));
const PASSPHRASE = 'a heron on the ice of march';
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

let root: string;
let dataDir: string;
let program: Program;
let host: HostClient;
/** Output at the program's terminal, where nobody can type. */
let serverSaid: string[] = [];
const clock = new ManualClock(1_000_000);

async function pageHost(): Promise<HostClient> {
  const origin = `http://127.0.0.1:${program.port}`;
  const secret = await openPageSession(origin, program.windowAddress() ?? '');
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc/host`, subprotocols(secret), { origin });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return createHostClient(socketPort(socket));
}

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'confirm-'));
  dataDir = path.join(root, 'data');
  const windowDir = path.join(root, 'window');
  mkdirSync(windowDir);
  writeFileSync(path.join(windowDir, 'index.html'), '<!doctype html>');
  const note = (text: string) => void serverSaid.push(text);
  const ask = askAtTerminal({ ask: null, note, out: note, signal: new AbortController().signal });
  program = await openProgram({ dataDir, port: 0, windowDir, log, ask, clock });
  await program.app.client.keys.import({
    kind: 'privateKey',
    privateKey: PRIVATE_KEY,
    store: 'keystore',
    passphrase: PASSPHRASE,
  });
  host = await pageHost();
});
afterAll(async () => {
  await program?.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(() => {
  serverSaid = [];
});

/** Runs one command at a terminal; null = nobody is there. */
async function cli(args: readonly string[], answer: string | null, at = dataDir) {
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const ask: Terminal['ask'] = async (question) => {
    say(question);
    return answer ?? '';
  };
  const terminal = { out: say, note: say, ask: answer === null ? null : ask, signal: new AbortController().signal };
  return { code: await runCli([...args, '--data', at], { terminal, clock: new ManualClock(0) }), said: said.join('\n') };
}
const confirm = (answer: string | null, ...args: string[]) => cli(['confirm', ...args], answer);

const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => errorOf(error).code,
  );
const waiting = () => program.app.parts.acts.pending();
async function asked(call: Promise<unknown>): Promise<Promise<string>[]> {
  const result = outcome(call);
  await expect.poll(() => waiting().length).toBe(1);
  return [result];
}
const setToken = (value = 'token-of-a-hub') => host.settings.setSecret({ name: 'hubToken', value });

it('shows at the terminal what will happen, and does it when the requested text is typed', async () => {
  const [result] = await asked(host.settings.change({ proxy: { kind: 'address', address: 'proxy.example:3128', noProxy: '' } }));
  expect(serverSaid).toEqual([expect.stringMatching(/Change the proxy\?.*proxy\.example:3128.*crynux-node confirm/s)]);
  const { code, said } = await confirm('yes');
  expect(code).toBe(EXIT.ok);
  for (const shown of [
    'Change the proxy?',
    'Proxy: proxy.example:3128',
    'Current proxy: from the environment',
    'refuse',
    'Allowed.',
  ]) {
    expect(said).toContain(shown);
  }
  expect(await result).toBe('done');
  expect(program.app.parts.settings.get().proxy).toMatchObject({ address: 'proxy.example:3128' });
  // The confirmation was for that one act only.
  expect((await confirm('yes')).said).toContain('Nothing is waiting');
});

it('does nothing if something else is typed or nobody can type, and shows the secret nowhere', async () => {
  const [result] = await asked(setToken());
  const no = await confirm('no');
  expect(no).toMatchObject({ code: EXIT.refused, said: expect.stringContaining('HEADLESS_NOT_CONFIRMED') });
  expect(await confirm(null)).toMatchObject({ code: EXIT.refused, said: expect.stringContaining('there is no terminal') });
  expect([...serverSaid, no.said].join()).not.toContain('token-of-a-hub');
  expect(waiting()).toHaveLength(1);
  expect((await host.settings.secrets({})).hubToken).toBeNull();
  await clock.tick(ACT_EXPIRES_MS + 1);
  expect(await result).toBe('ACT_NOT_CONFIRMED');
});

it('is too late after two minutes, because the act has expired', async () => {
  const [result] = await asked(setToken());
  const id = waiting()[0]?.id ?? '';
  await clock.tick(ACT_EXPIRES_MS + 1);
  expect(await result).toBe('ACT_NOT_CONFIRMED');
  expect((await confirm('yes', id)).said).toContain('Nothing is waiting');
  expect((await host.settings.secrets({})).hubToken).toBeNull();
  // It expires while the question is at the terminal.
  const [second] = await asked(setToken());
  const late = await cliWhile(() => clock.tick(ACT_EXPIRES_MS + 1));
  expect(late).toMatchObject({ code: EXIT.failed, said: expect.stringContaining('ACT_NOT_PENDING') });
  expect(await second).toBe('ACT_NOT_CONFIRMED');
});

async function cliWhile(meanwhile: () => Promise<void>) {
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const ask: Terminal['ask'] = async () => {
    await meanwhile();
    return 'yes';
  };
  const terminal = { out: say, note: say, ask, signal: new AbortController().signal };
  const code = await runCli(['confirm', '--data', dataDir], { terminal, clock: new ManualClock(0) });
  return { code, said: said.join('\n') };
}

it('accepts no confirmation without the token of this directory: not from a page, nor from another program', async () => {
  const [result] = await asked(setToken());
  const id = waiting()[0]?.id ?? '';
  const other = await pageHost();
  for (const page of [host, other]) {
    expect(await outcome(page.acts.pending({}))).toBe('ACT_NOT_FOR_PAGES');
    expect(await outcome(page.acts.confirm({ id }))).toBe('ACT_NOT_FOR_PAGES');
  }
  // A connection without a session, or with a forged secret, has no session.
  const origin = `http://127.0.0.1:${program.port}`;
  for (const protocols of [[], subprotocols('f'.repeat(43))]) {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc/host`, protocols, { origin });
    const ended = await new Promise((resolve) =>
      socket.once('open', () => resolve('open')).once('error', () => resolve('refused')),
    );
    if (ended === 'open') await new Promise((resolve) => socket.once('close', resolve));
  }
  const elsewhere = path.join(root, 'elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  expect(await cli(['confirm', id], 'yes', elsewhere)).toMatchObject({
    code: EXIT.notReachable,
    said: expect.stringContaining('HEADLESS_NOT_RUNNING'),
  });
  expect(waiting()).toHaveLength(1);
  program.app.parts.acts.refuse(id);
  expect(await result).toBe('ACT_NOT_CONFIRMED');
});

it('only one act waits at a time, and only one of two answers counts', async () => {
  const [first] = await asked(setToken());
  const other = await pageHost();
  // Whoever answers has read one question; no other can take its place.
  expect(await outcome(other.settings.setSecret({ name: 'hubToken', value: 'of-another-page' }))).toBe('ACT_NOT_CONFIRMED');
  const words = await Promise.all([confirm('yes'), confirm('yes')]);
  expect(words.filter(({ said }) => said.includes('Allowed.'))).toHaveLength(1);
  expect(await first).toBe('done');
  expect(await program.app.parts.secrets.get('hubToken')).toBe('token-of-a-hub');
});

it('accepts the passphrase of the key that the act is about, and no other', async () => {
  const { confirmation } = await host.keys.prepareExport({ address: ADDRESS });
  const [result] = await asked(host.keys.confirmExport({ address: ADDRESS, confirmation, passphrase: 'of the exported file' }));
  const by = async (passphrase: string) => {
    const file = path.join(root, 'passphrase');
    writeFileSync(file, `${passphrase}\n`);
    // The reader reads it to its end and closes it.
    return confirm(null, '--passphrase-fd', String(openSync(file, 'r')));
  };
  const wrong = await by('a guess');
  expect(wrong).toMatchObject({ code: EXIT.failed, said: expect.stringContaining('KEY_WRONG_PASSPHRASE') });
  expect(wrong.said).toContain(ADDRESS);
  expect(waiting()).toHaveLength(1);
  expect(await by(PASSPHRASE)).toMatchObject({ code: EXIT.ok, said: expect.stringContaining('Allowed.') });
  expect(await result).toBe('done');
  // An act without a key has no passphrase that could confirm it.
  const [other] = await asked(setToken('another'));
  expect(await by(PASSPHRASE)).toMatchObject({ code: EXIT.refused, said: expect.stringContaining('not in the keystore') });
  await clock.tick(ACT_EXPIRES_MS + 1);
  expect(await other).toBe('ACT_NOT_CONFIRMED');
});
