/**
 * `npm start`: the desktop program if Electron's binary is installed; otherwise the same window in the browser, served
 * on loopback. Never downloads anything.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../headless/cli/cli.ts';
import { systemTerminal } from '../headless/cli/terminal.ts';
import { systemClock } from '../worker/kit/system-clock.ts';
import { buildDesktop } from './build-desktop.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Where Electron's package installs it. The package itself would download it when asked, so it is not asked. */
function electronBinary(env: NodeJS.ProcessEnv = process.env): string | null {
  const folder = path.join(root, 'node_modules', 'electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const binary = path.join(env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(folder, 'dist'), readFileSync(named, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

async function start(argv: readonly string[]): Promise<number> {
  process.stderr.write('Building what has changed; the first time takes about a minute …\n');
  try {
    await buildDesktop();
  } catch (error) {
    process.stderr.write(`It could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  const electron = electronBinary();
  if (electron !== null) return run(electron, [root, ...argv]);
  process.stderr.write("Electron's binary is not installed, so the same window is served on this machine instead.\n");
  return runCli(['serve', '--open', ...argv], { terminal: systemTerminal(), clock: systemClock });
}

function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) process.exitCode = await start(process.argv.slice(2));
