/**
 * Runs every test and ends with a line `N passed, N failed`. Arguments are passed to Vitest: `npm test -- protocol`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ensureTestPrograms } from './system-packages.ts';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })),
});
type Report = z.output<typeof reportSchema>;

/** Number of slowest files to list, if at least MANY_FILES were run, to show where a suite has become slow. */
const SLOWEST = 10;
const MANY_FILES = 50;

async function readReport(file: string): Promise<Report | null> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

function slowestFiles({ testResults }: Report): string {
  if (testResults.length < MANY_FILES) return '';
  const rows = testResults
    .map(({ name, startTime, endTime }) => ({ name: path.relative(process.cwd(), name), seconds: (endTime - startTime) / 1_000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
  return `\nThe slowest files:\n${rows.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}\n`).join('')}`;
}

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * Where the tests keep their files. They open thousands of databases, and each commit waits for the disk. A file system
 * in memory is many times faster, if it has the space and may execute the programs that some tests write. A SIGKILL,
 * the worst that tests do to a process, loses as little there as on a disk.
 */
function roomOfTests(): string {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  let folder: string | undefined;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM_BYTES) return tmpdir();
    folder = mkdtempSync(path.join(MEMORY, 'crynux-'));
    const program = path.join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0 ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The programs that integration tests start are bundled once, at the beginning (`testing/bundle-programs.ts`), and used
 * by all of them.
 */
function takeBundledPrograms(folder: string): void {
  if (process.env.CRYNUX_TEST_SOURCES === '1') return;
  process.env.CRYNUX_TEST_PROGRAMS = path.join(folder, 'programs');
  mkdirSync(process.env.CRYNUX_TEST_PROGRAMS);
  const preload = path.join(import.meta.dirname, 'testing', 'use-programs.mjs');
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import ${JSON.stringify(pathToFileURL(preload).href)}`;
}

async function main(): Promise<number> {
  process.env.CRYNUX_BROWSER = ensureTestPrograms();
  // The tests start hundreds of processes from the same sources, so compiled code is cached.
  process.env.NODE_COMPILE_CACHE ??= path.join(process.cwd(), 'node_modules', '.cache', 'compile');
  // A short name, because the path of a socket is limited to about a hundred characters.
  const folder = await mkdtemp(path.join(roomOfTests(), 'ct-'));
  process.env.TMPDIR = folder;
  takeBundledPrograms(folder);
  const report = path.join(folder, 'report.json');
  const vitest = path.join(process.cwd(), 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: 'inherit' });
  // Files in memory have to be removed, so this process outlives the runner, however it is told to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  const counts = await readReport(report);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  // A file that fails to load has no tests to count but is a failure; so is a runner that died.
  const failed = counts === null ? 1 : counts.numFailedTests + (counts.numFailedTests === 0 && code !== 0 ? 1 : 0);
  if (counts !== null) process.stdout.write(slowestFiles(counts));
  process.stdout.write(`\n${counts?.numPassedTests ?? 0} passed, ${failed} failed\n`);
  return code === 0 && failed > 0 ? 1 : code;
}

process.exitCode = await main();
