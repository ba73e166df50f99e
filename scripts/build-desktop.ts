/**
 * Builds the desktop program: its programs as bundles with their resources (`dist/`), the preload script and the window
 * (`out/`). What has not changed since the last build is not built again, and two builds never run at the same
 * time, so that every test file may request one.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DirectoryLock, lockDirectory } from '../worker/kit/directory-lock.ts';
import { isWorkerError } from '../worker/kit/errors.ts';

const root = path.resolve(import.meta.dirname, '..');
const inRoot = (...parts: string[]) => path.join(root, ...parts);
/** Lock, stamp and unfinished folders. */
const work = inRoot('out', '.build');

const INPUTS = [
  ...['protocol', 'contract', 'platform', 'worker', 'host', 'devnet', 'headless', 'electron', 'renderer', 'resources'],
  ...['scripts/window-build.ts', 'scripts/catalogues.ts', 'scripts/build-desktop.ts', 'scripts/serve-fixtures.ts'],
  ...[
    'scripts/bundle.ts',
    'scripts/package/bundle.ts',
    'tsconfig.json',
    'electron.vite.config.ts',
    'package.json',
    'package-lock.json',
  ],
];
/** If somebody deletes one of these, it is built again. */
const OUTPUTS = ['dist/electron/main.js', 'dist/package.json', 'out/preload/preload.cjs', 'out/renderer/index.html'];
const WAIT_MS = 200;
const MAX_WAITS = 1_500;

/** @returns false = everything is up to date. @throws Error if something does not compile */
export function buildDesktop(): Promise<boolean> {
  return buildOnce('desktop', OUTPUTS, async () => {
    await Promise.all([buildPrograms(), buildPreload()]);
    await buildWindow();
  });
}

/**
 * Builds what is missing or was not built from these inputs; waits for other builds.
 * @returns false = everything is up to date. @throws Error if something does not compile
 */
export async function buildOnce(what: string, outputs: readonly string[], build: () => Promise<void>): Promise<boolean> {
  await mkdir(work, { recursive: true });
  const lock = await takeLock();
  try {
    const stampFile = path.join(work, `stamp-${what}`);
    const stamp = await inputsHash();
    const isNewest = (await readFile(stampFile, 'utf8').catch(() => '')) === stamp;
    if (isNewest && outputs.every((file) => existsSync(inRoot(file)))) return false;
    await rm(stampFile, { force: true });
    await build();
    await writeFile(stampFile, stamp);
    return true;
  } finally {
    lock.release();
  }
}

async function takeLock(): Promise<DirectoryLock> {
  for (let i = 0; i < MAX_WAITS; i++) {
    try {
      return lockDirectory(work);
    } catch (error) {
      if (!isWorkerError(error, 'STORE_IN_USE')) throw error;
      await sleep(WAIT_MS);
    }
  }
  throw new Error('another build does not end');
}

async function inputsHash(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) {
    for (const file of await filesOf(inRoot(input))) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash.update(`\0${path.relative(root, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

async function filesOf(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return [place];
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort();
}

/**
 * Built aside and then moved into place, so that a program that runs from the old files is disturbed as briefly as
 * possible.
 */
async function buildPrograms(): Promise<void> {
  const made = path.join(work, 'dist');
  await rm(made, { recursive: true, force: true });
  await run(['scripts/package/bundle.ts', made]);
  await cp(inRoot('resources'), path.join(made, 'resources'), { recursive: true });
  await cp(inRoot('package.json'), path.join(made, 'package.json'));
  const old = path.join(work, 'old');
  await rm(old, { recursive: true, force: true });
  await rename(inRoot('dist'), old).catch(() => {});
  await rename(made, inRoot('dist'));
  await rm(old, { recursive: true, force: true });
}

async function buildPreload(): Promise<void> {
  await run(['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn']);
}

async function buildWindow(): Promise<void> {
  const script = `
    const { build } = await import('vite');
    const { windowBuild } = await import('./scripts/window-build.ts');
    await build(windowBuild({ entry: 'index' }));`;
  await run(['--input-type=module', '--eval', script]);
}

/** In a separate process, because the bundler reads its mode from the environment. */
function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}:\n${said}`))));
  });
}

if (import.meta.main) {
  const built = await buildDesktop();
  process.stdout.write(built ? 'built dist/ and out/\n' : 'dist/ and out/ are up to date\n');
}
