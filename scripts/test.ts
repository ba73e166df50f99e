/**
 * Runs every test and closes with a line `N passed, N failed`. Arguments go to Vitest: `npm test -- protocol`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ensureTestPrograms } from './system-packages.ts';

const reportSchema = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numFailedTestSuites: z.number() });

async function readReport(file: string): Promise<z.output<typeof reportSchema> | null> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  process.env.CRYNUX_BROWSER = ensureTestPrograms();
  // The tests start hundreds of processes from the same sources: what is compiled once need not be again.
  process.env.NODE_COMPILE_CACHE ??= path.join(process.cwd(), 'node_modules', '.cache', 'compile');
  const folder = await mkdtemp(path.join(tmpdir(), 'crynux-test-'));
  const report = path.join(folder, 'report.json');
  const vitest = path.join(process.cwd(), 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: 'inherit' });
  const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  const counts = await readReport(report);
  await rm(folder, { recursive: true, force: true });
  // A file that fails to load has no tests to count, yet it is a failure; so is a runner that died.
  const failed = counts === null ? 1 : counts.numFailedTests + (counts.numFailedTests === 0 && code !== 0 ? 1 : 0);
  process.stdout.write(`\n${counts?.numPassedTests ?? 0} passed, ${failed} failed\n`);
  return code === 0 && failed > 0 ? 1 : code;
}

process.exitCode = await main();
