/** How commands end: with an exit code and in time, whatever fails, and whenever they are told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { writeAddress } from './rpc/address-file.ts';

const ENTRY = path.join(import.meta.dirname, 'main.ts');
const WITHIN_MS = 60_000;

let dataDir: string;

beforeEach(() => {
  dataDir = path.join(mkdtempSync(path.join(tmpdir(), 'ends-')), 'data');
  onTestFinished(() => rmSync(path.dirname(dataDir), { recursive: true, force: true }));
});

function start(...args: string[]): ChildProcess & { readonly said: Promise<string>; readonly ended: Promise<number | null> } {
  const node = ['--disable-warning=ExperimentalWarning', ENTRY, ...args, '--data', dataDir];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''));
  return Object.assign(child, { said, ended: once(child, 'exit').then(([code]) => code as number | null) });
}

/** Waits until it reports that it is running. */
async function running(...args: string[]) {
  const child = start('run', ...args);
  await once(child.stdout ?? child, 'data');
  return child;
}

describe('a program whose data directory cannot be used ends with a code and no stack', () => {
  const conditions: readonly [string, string, (dir: string) => void][] = [
    ['it is a file', 'HOST_FILE_UNWRITABLE', (dir) => writeFileSync(dir, '')],
    ['it is inside a file', 'HOST_FILE_UNWRITABLE', (dir) => writeFileSync(path.dirname(dir), '')],
    [
      'its address file cannot be written',
      'HOST_FILE_UNWRITABLE',
      (dir) => mkdirSync(path.join(dir, 'headless.json'), { recursive: true }),
    ],
    ['its lock cannot be opened', 'STORE_CANNOT_OPEN', (dir) => mkdirSync(path.join(dir, 'owner.lock'), { recursive: true })],
    [
      'its settings cannot be read',
      'HOST_FILE_UNREADABLE',
      (dir) => mkdirSync(path.join(dir, 'settings.json'), { recursive: true }),
    ],
  ];
  it.each(conditions)(
    '%s',
    async (what, code, make) => {
      if (what === 'it is inside a file') rmSync(path.dirname(dataDir), { recursive: true });
      make(dataDir);
      const child = start('run');
      expect(await child.ended).toBe(1);
      const said = await child.said;
      expect(said).toContain(code);
      expect(said).not.toMatch(/UNEXPECTED|^\s+at /m);
    },
    WITHIN_MS,
  );
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends a command that is waiting for an answer',
    async (signal) => {
      const silent = createServer();
      const asked = once(silent, 'connection');
      await once(silent.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void silent.close());
      mkdirSync(dataDir, { recursive: true });
      writeAddress(dataDir, { pid: 1, port: (silent.address() as AddressInfo).port, token: 't'.repeat(43) });
      const child = start('status');
      const [connection] = await asked;
      onTestFinished(() => void connection.destroy());
      child.kill(signal);
      expect(await child.ended).toBe(130);
    },
    WITHIN_MS,
  );

  it(
    'ends a program whose directory was deleted',
    async () => {
      const child = await running();
      rmSync(dataDir, { recursive: true });
      child.kill('SIGTERM');
      expect(await child.ended).toBe(0);
    },
    WITHIN_MS,
  );

  it.skipIf(process.platform === 'win32')(
    'opens no inspector',
    async () => {
      const child = await running();
      child.kill('SIGUSR1');
      child.kill('SIGTERM');
      expect(await child.ended).toBe(0);
      expect(await child.said).not.toMatch(/debugger|inspector/i);
    },
    WITHIN_MS,
  );
});

it(
  'a program being watched ends in order, however short its grace period, and one that would be open to other machines does not start',
  async () => {
    const open = start('run', '--metrics-port', '0', '--metrics-host', '0.0.0.0');
    expect(await open.ended).toBe(2);
    expect(await open.said).toContain('HEADLESS_METRICS_OPEN');
    const child = start('run', '--metrics-port', '0', '--grace', '0');
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    const address = await new Promise<string>((resolve) => {
      lines.on('line', (line) => line.startsWith('Metrics: ') && resolve(line.slice('Metrics: '.length)));
    });
    const ready = () => fetch(new URL('/readyz', address)).then((answer) => answer.text());
    await expect.poll(ready).toBe('ok\n');
    const drained = start('drain', '--json');
    expect(await drained.ended).toBe(0);
    expect(JSON.parse(await drained.said)).toEqual({ drained: [] });
    child.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    await expect(ready()).rejects.toThrow('fetch failed');
  },
  WITHIN_MS,
);

it.skipIf(process.platform === 'win32')(
  'a directory that others could read is closed, and every file in it is readable only by its owner',
  async () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    const child = await running();
    const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
    const open = entries.filter((entry) => statSync(path.join(entry.parentPath, entry.name)).mode & 0o077);
    expect(entries.map(({ name }) => name)).toContain('headless.json');
    expect(open.map(({ name }) => name)).toEqual([]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    child.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(await child.said).toContain('HOST_FOLDER_TIGHTENED');
  },
  WITHIN_MS,
);

it(
  'a second start says what is running already, and a damaged settings file does not prevent a start',
  async () => {
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, 'settings.json'), 'garbage');
    const child = await running();
    const second = start('run', '--json');
    expect(await second.ended).toBe(1);
    expect(JSON.parse((await second.said).trim())).toMatchObject({
      error: { code: 'HEADLESS_ALREADY_RUNNING', data: { pid: child.pid, role: 'program' } },
    });
    const doctor = start('doctor', '--json');
    await doctor.ended;
    const { findings } = JSON.parse((await doctor.said).trim());
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'files', state: 'warn', message: expect.stringContaining('HOST_FILE_RESTORED') }),
    );
    child.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  },
  WITHIN_MS,
);
