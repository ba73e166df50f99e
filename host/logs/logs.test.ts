import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type LogLine, type LogQuery, logQuerySchema } from '../../contract/logs.ts';
import { type ProfileDraftInput, profileSchema } from '../../contract/profiles.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { followLog, logPage } from './log-reader.ts';
import { logSegments } from './log-segments.ts';
import { createLogWriter, type LogWriterOptions } from './log-writer.ts';
import { storeSummary } from './store-summary.ts';
import { supportBundle } from './support-bundle.ts';

const KEY = '420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const TASK = `0x${'ab'.repeat(32)}`;

let folder: string;
let clock: ManualClock;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'host-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  clock = new ManualClock(1_700_000_000_000);
});

const writer = (options: Partial<LogWriterOptions> = {}) => createLogWriter({ folder, clock, secrets: [], ...options });
const line = (msg: string, more: object = {}) => `${JSON.stringify({ level: 30, time: 5, msg, ...more })}\n`;
const page = (query: Partial<LogQuery> = {}) => logPage({ folder, query: logQuerySchema.parse({ profileId: 'a', ...query }) });
const messages = (query: Partial<LogQuery> = {}) => page(query).lines.map(({ message }) => message);

const texts = (result: IteratorResult<readonly LogLine[]>) =>
  result.done === true ? null : result.value.map((one) => one.message);

describe('a log', () => {
  it('continues when its folder is deleted while in use, and ends no process', () => {
    const log = writer({ segmentBytes: 150 });
    log.write(line('one'));
    rmSync(folder, { recursive: true });
    for (let n = 0; n < 8; n++) log.write(line(`line ${n}`));
    log.close();
    expect(messages()).toContain('line 7');
  });

  it('is complete whatever pieces it is written in, and output that is not JSON becomes a line', () => {
    const log = writer();
    for (const piece of [line('one').slice(0, 9), line('one').slice(9), `${line('two')}Error: boom\n   at x\n\nlast`])
      log.write(piece);
    log.close();
    expect(messages()).toEqual(['one', 'two', 'Error: boom', '   at x', 'last']);
    expect(page({ level: 'error' }).lines[0]).toMatchObject({ level: 'error', atMs: 1_700_000_000_000, message: 'Error: boom' });
  });

  it('is redacted before a long line is cut', () => {
    const log = writer({ secrets: [`0x${KEY}`] });
    log.write(
      `${line(KEY)}${'x'.repeat(32 * 1024 - 20)}${KEY}\n${line('password', { token: 'abcdef', err: { message: `0x${KEY}` } })}`,
    );
    log.close();
    const text = JSON.stringify(page().lines);
    expect(page().lines).toHaveLength(3);
    for (const secret of [KEY.slice(0, 16), 'abcdef']) expect(text).not.toContain(secret);
  });

  it('stays within its bounds; positions grow across files and restarts', () => {
    for (const run of [1, 2]) {
      const log = writer({ segmentBytes: 300, segments: 3 });
      for (let n = 0; n < 40; n++) log.write(line(`${run}.${n}`));
      log.close();
    }
    const segments = logSegments(folder);
    expect(segments).toHaveLength(3);
    for (const { size } of segments) expect(size).toBeLessThanOrEqual(300);
    const { lines } = page();
    expect(lines.at(-1)?.message).toBe('2.39');
    const cursors = lines.map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b));
  });

  it('is read in pages from its end, by level, text and task', () => {
    const log = writer({ segmentBytes: 400 });
    for (let n = 0; n < 25; n++)
      log.write(line(`line ${n}`, n === 7 ? { level: 50, err: { code: 'GPU_TAKEN' }, commitment: TASK } : {}));
    log.write(line(`engine speaks of ${TASK.slice(2)}`));
    log.close();
    const seen: string[] = [];
    for (let before: number | null = null, more = true; more; ) {
      const found = page({ limit: 7, before });
      seen.unshift(...found.lines.map(({ message }) => message));
      before = found.lines[0]?.cursor ?? null;
      more = found.more;
    }
    expect(seen).toEqual(messages());
    expect(seen).toHaveLength(26);
    expect(page({ text: 'gpu_taken' }).lines).toMatchObject([
      { message: 'line 7', code: 'GPU_TAKEN', task: TASK, level: 'error' },
    ]);
    expect(messages({ task: TASK })).toEqual(['line 7', `engine speaks of ${TASK.slice(2)}`]);
    expect(messages({ level: 'warn' })).toEqual(['line 7']);
  });

  it('is followed across rotation, complete lines only, until the reader stops', async () => {
    const log = writer({ segmentBytes: 150 });
    log.write(line('before'));
    const enough = new AbortController();
    const filter = { level: 'info', text: '', task: null } as const;
    const lines = followLog({ folder, filter, clock, signal: enough.signal });
    const first = lines.next();
    await clock.tick(500);
    log.write(`${line('a')}${line('b')}${line('c')}${line('d')}${line('half').slice(0, 10)}`);
    await clock.tick(500);
    expect(texts(await first)).toEqual(['a', 'b', 'c', 'd']);
    const second = lines.next();
    log.write(line('half').slice(10));
    await clock.tick(500);
    expect(texts(await second)).toEqual(['half']);
    const end = lines.next();
    enough.abort();
    expect(await end).toEqual({ done: true, value: undefined });
    log.close();
  });
});

it('a store is summarised by its counts only, and a missing one is not a failure', () => {
  const file = path.join(folder, 'store.sqlite');
  expect(storeSummary(file)).toEqual({ unreadable: expect.any(String) });
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = 7; CREATE TABLE settings (value TEXT); INSERT INTO settings VALUES ('${KEY}'), ('x')`);
  database.close();
  expect(storeSummary(file)).toEqual({ version: 7, rows: { settings: 2 } });
});

it('a support bundle contains no secret, wherever one was planted', async () => {
  const passphrase = 'correct "horse" battery';
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  const planted: ProfileDraftInput = {
    name: 'Rig',
    networkId: 'devnet',
    address: `0x${'1'.repeat(40)}`,
    engine: { kind: 'official', command: '/home/jane/engine', args: ['--token', 'tok-in-args'], env: { ODD: 'plain-env-value' } },
    gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 24 },
    models: {
      hubUrl: 'https://jane:hubpw@hub.example',
      proxy: { host: 'proxy', port: 1, username: 'jane', password: 'proxy-pass' },
    },
    modelIds: ['base:a/b'],
    stakeWei: '1',
  };
  const log = writer();
  log.write(line(`key 0x${KEY.toUpperCase()} phrase ${words} pass ${passphrase}`, { deep: JSON.stringify({ passphrase }) }));
  log.write(line('hub', { url: 'https://x/?token=url-token-value', h: 'Bearer abcdefgh.ijkl', t: 'hf_abcdefghijklmnopqrst' }));
  log.write(`${KEY} plain-env-value proxy-pass session-token-1 /home/jane/x\n`);
  log.close();
  const options = {
    profile: profileSchema.parse({ ...planted, id: 'rig', createdMs: 0 }),
    logFolder: folder,
    versions: { program: '0.1.0', note: `started with session-token-1` },
    store: { tasks: 12, last: KEY },
    secrets: [`0x${KEY}`, passphrase, 'session-token-1'],
    homeDir: '/home/jane',
    userName: 'jane',
    nowMs: clock.now(),
  };
  await expect(supportBundle(options, AbortSignal.abort(new Error('not wanted')))).rejects.toThrow('not wanted');
  const { bytes, fileName } = await supportBundle(options);
  expect(fileName).toMatch(/^crynux-support-rig-2023-11-14T22-13-20\.000Z\.zip$/);
  const files = unzipSync(bytes);
  expect(Object.keys(files).sort()).toEqual([
    expect.stringMatching(/^logs\//),
    'manifest.json',
    'profile.json',
    'store.json',
    'versions.json',
  ]);
  const text = Object.values(files)
    .map((file) => strFromU8(file))
    .join('\n');
  const secrets = [
    KEY,
    passphrase,
    'horse',
    'sausage',
    'tok-in-args',
    'plain-env-value',
    'hubpw',
    'proxy-pass',
    'session-token-1',
  ];
  for (const secret of [...secrets, 'url-token-value', 'abcdefgh.ijkl', 'hf_abc', 'jane']) {
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  }
  expect(JSON.parse(strFromU8(files['store.json'] ?? new Uint8Array()))).toEqual({ tasks: 12, last: '[redacted]' });
  for (const kept of ['ODD', 'Card+Linux', '0.1.0', 'base:a/b']) expect(text).toContain(kept);
});
