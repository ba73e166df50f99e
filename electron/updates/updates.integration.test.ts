/**
 * P1: from version A to version B, with the library's own classes and a feed on this machine; and five broken feeds.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AppUpdater } from 'electron-updater';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { UpdateState } from '../../contract/host-contract.ts';
import { createLog } from '../../worker/log.ts';
import type { Shell } from '../module.ts';
import { stubApp } from './testing/electron-stub.ts';
import { type FeedServer, keyPair, startFeed } from './testing/feed-server.ts';

const { default: library } = await import('electron-updater');
const { createUpdates } = await import('../modules/updates.ts');

const OURS = keyPair();
const THEIRS = keyPair();
const WAIT = { timeout: 90_000, interval: 20 };
const NAMES = ['APPIMAGE', 'XDG_CACHE_HOME'] as const;
const before = NAMES.map((name) => [name, process.env[name]] as const);

let folder: string;
let feed: FeedServer;
let updates: ReturnType<typeof createUpdates>;
let states: UpdateState['kind'][];
let settings: PromiseWithResolvers<'ask' | 'off'>[];

/** The library uses Electron's network; here only that is replaced by Node's. */
function nodeTransport(): object {
  const { HttpExecutor } = createRequire(createRequire(import.meta.url).resolve('electron-updater'))('builder-util-runtime');
  return new (class extends HttpExecutor {
    createRequest(options: http.RequestOptions, callback: (response: http.IncomingMessage) => void): http.ClientRequest {
      return http.request(options, callback);
    }

    async download(url: URL, destination: string, options: { readonly cancellationToken: unknown }): Promise<string> {
      return await (
        options.cancellationToken as { createPromise(work: (...given: unknown[]) => void): Promise<string> }
      ).createPromise((resolve, reject, onCancel) => {
        const request = { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search };
        this.doDownload(
          { ...request, headers: {}, redirect: 'manual' },
          {
            destination,
            options,
            onCancel,
            responseHandler: null,
            callback: (error?: Error | null) =>
              error == null ? (resolve as (file: string) => void)(destination) : (reject as (error: Error) => void)(error),
          },
          0,
        );
      });
    }
  })();
}

function adapter(version: string) {
  return {
    version,
    name: 'crynux-node-desktop',
    isPackaged: true,
    appUpdateConfigPath: path.join(folder, 'app-update.yml'),
    userDataPath: path.join(folder, 'data'),
    baseCachePath: path.join(folder, 'cache'),
    whenReady: () => Promise.resolve(),
    relaunch: () => stubApp.relaunch(),
    quit: () => stubApp.quit(),
    onQuit: () => {},
  };
}

type Kind = 'AppImageUpdater' | 'NsisUpdater';

async function start(
  options: { readonly kind?: Kind; readonly mode?: 'ask' | 'off'; readonly channel?: string } = {},
): Promise<AppUpdater> {
  const { kind = 'AppImageUpdater', mode = 'ask', channel = 'latest' } = options;
  const updater = new library[kind](null, adapter('1.0.0'));
  Object.assign(updater, { httpExecutor: nodeTransport(), logger: null });
  updates = createUpdates({
    nowMs: () => 1_000,
    feed: { url: feed.url, publicKey: OURS.publicKey, channel },
    updater: () => updater,
  });
  states = [];
  updates.onState(({ kind: state }) => states.push(state));
  const next = Promise.withResolvers<'ask' | 'off'>();
  next.resolve(mode);
  settings = [next];
  const watch = async function* (signal: AbortSignal) {
    for (let at = 0; !signal.aborted; at++) {
      settings[at] ??= Promise.withResolvers();
      yield { updates: await (settings[at]?.promise ?? 'off') };
    }
  };
  const client = { settings: { watch: (_: unknown, { signal }: { signal: AbortSignal }) => Promise.resolve(watch(signal)) } };
  const shell = {
    host: { client },
    log: createLog({ level: 'silent' as never, secrets: [] }),
    afterQuit: null,
    isQuitting: false,
  };
  // What electron/shell.ts does: the modules shut down, then the program ends as requested.
  let left = false;
  stubApp.told.length = 0;
  stubApp.onQuit = () => {
    if (left) return;
    left = true;
    stubApp.told.push('nodes have stopped');
    (shell.afterQuit as (() => void) | null)?.();
  };
  await updates.module.load?.(shell as unknown as Shell);
  return updater;
}

const becomes = (kind: UpdateState['kind']) => expect.poll(updates.state, WAIT).toMatchObject({ kind });
/** An installed program that records that it was started. */
const program = (version: string) =>
  Buffer.from(`#!/bin/sh\necho "${version} $APPIMAGE_SILENT_INSTALL" > '${path.join(folder, 'started')}'\n`);

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'updates-'));
  writeFileSync(path.join(folder, 'app-update.yml'), 'updaterCacheDirName: crynux\n');
  process.env.APPIMAGE = path.join(folder, 'Crynux.AppImage');
  writeFileSync(process.env.APPIMAGE, program('1.0.0'), { mode: 0o755 });
  feed = await startFeed();
});

afterEach(async () => {
  await updates.module.quit?.({} as Shell);
  await feed.close();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

it('P1: a newer version is offered, downloaded on request, installed after the nodes have stopped, and started', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), key: OURS.privateKey });
  await start();
  await becomes('available');
  expect(feed.asked).toEqual(['latest-linux.yml', 'latest-linux.yml.sig']);
  updates.install();
  await becomes('ready');
  expect(stubApp.told).toEqual([]);
  updates.install();
  await expect.poll(() => stubApp.told, WAIT).toEqual(['quit', 'nodes have stopped', 'quit']);
  expect(readFileSync(process.env.APPIMAGE ?? '', 'utf8')).toBe(program('1.1.0').toString());
  await expect
    .poll(() => existsSync(path.join(folder, 'started')) && readFileSync(path.join(folder, 'started'), 'utf8'), WAIT)
    .toBe('1.1.0 true\n');
});

it('later: quitting does not install a downloaded update', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), key: OURS.privateKey });
  await start();
  await becomes('available');
  updates.install();
  await becomes('ready');
  stubApp.quit();
  expect(readFileSync(process.env.APPIMAGE ?? '', 'utf8')).toBe(program('1.0.0').toString());
});

it('a tampered file is refused', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), served: program('6.6.6'), key: OURS.privateKey });
  await start();
  await becomes('available');
  updates.install();
  await becomes('failed');
  expect(updates.state()).toMatchObject({ error: { code: 'SHELL_UPDATE_FAILED', message: expect.stringContaining('sha512') } });
  updates.install();
  expect(stubApp.told).toEqual([]);
});

it('a feed signed by somebody else is refused, on Windows as on Linux', async () => {
  for (const [kind, file] of [['AppImageUpdater', 'a.AppImage'] as const, ['NsisUpdater', 'a.exe'] as const]) {
    feed.release({ version: '1.1.0', content: program('1.1.0'), key: THEIRS.privateKey, file });
    await start({ kind });
    await becomes('failed');
    expect(updates.state()).toMatchObject({ error: { code: 'SHELL_UPDATE_UNSIGNED' } });
    await updates.module.quit?.({} as Shell);
  }
  expect(feed.asked.filter((name) => name.startsWith('a.'))).toEqual([]);
});

it('an older version is not an update', async () => {
  feed.release({ version: '0.9.0', content: program('0.9.0'), key: OURS.privateKey });
  await start();
  await expect.poll(() => updates.state(), WAIT).toEqual({ kind: 'current', checkedMs: 1_000 });
});

it('a partial download is discarded, and the next one succeeds', async () => {
  const content = Buffer.concat([program('1.1.0'), Buffer.alloc(100_000, '#')]);
  feed.release({ version: '1.1.0', content, key: OURS.privateKey, cutAt: 50_000 });
  await start();
  await becomes('available');
  updates.install();
  await becomes('failed');
  feed.release({ version: '1.1.0', content, key: OURS.privateKey });
  await updates.check();
  await becomes('available');
  updates.install();
  await becomes('ready');
});

it('a staged rollout reaches nobody at zero, and a channel is requested by its name', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), key: OURS.privateKey, stagingPercentage: 0, channel: 'beta' });
  await start({ channel: 'beta' });
  await expect.poll(() => updates.state(), WAIT).toEqual({ kind: 'current', checkedMs: 1_000 });
  expect(feed.asked[0]).toBe('beta-linux.yml');
});

it('off: nobody is asked, and later reports are ignored', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), key: OURS.privateKey });
  const updater = await start({ mode: 'off' });
  await updates.check();
  updater.emit('update-downloaded', { version: '1.1.0', downloadedFile: '' } as never);
  expect(updates.state()).toEqual({ kind: 'off' });
  expect(feed.asked).toEqual([]);
});

it('if an update cannot be installed, the old version is restarted', async () => {
  feed.release({ version: '1.1.0', content: program('1.1.0'), key: OURS.privateKey });
  await start();
  await becomes('available');
  updates.install();
  await becomes('ready');
  rmSync(process.env.APPIMAGE ?? '');
  updates.install();
  await expect.poll(() => stubApp.told, WAIT).toEqual(['quit', 'nodes have stopped', 'relaunch', 'quit']);
});
