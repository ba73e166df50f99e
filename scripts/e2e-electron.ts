/**
 * Runs the window's specs on Electron itself instead of its double: `npm run e2e:electron`. The binary is the one that
 * the `electron` package has downloaded, or the one in CRYNUX_ELECTRON; without one, this says so and fails.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const SPECS = ['e2e/shell-security', 'e2e/shell.integration', 'e2e/journey'];

/** Path of an existing binary, or null. The package itself is not called, because it would download one unasked. */
function findElectron(): string | null {
  const named = process.env.CRYNUX_ELECTRON;
  const folder = path.join(root, 'node_modules', 'electron');
  const told = path.join(folder, 'path.txt');
  const file = named ?? (existsSync(told) ? path.join(folder, 'dist', readFileSync(told, 'utf8').trim()) : null);
  return file !== null && existsSync(file) ? file : null;
}

const binary = findElectron();
if (binary === null) {
  process.stderr.write(
    "e2e: Electron's binary is not installed. `npx install-electron` downloads it, or set CRYNUX_ELECTRON to its path.\n",
  );
  process.exitCode = 1;
} else {
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, CRYNUX_ELECTRON: binary };
  const args = ['--disable-warning=ExperimentalWarning', vitest, 'run', '--project', 'integration', ...SPECS];
  spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env }).once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
