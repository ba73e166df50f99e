/** Runs every check that does not need a running program; continues even if one fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SYSTEM } from '../platform/system.ts';
import { readSources } from './house/imports.ts';
import { keyMentions } from './house/key.ts';
import { pathLookups } from './house/places.ts';
import { systemChecks } from './house/systems.ts';
import { wrongImports } from './house/wrong-imports.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

const checks: readonly (readonly [string, () => boolean])[] = [
  [
    'style, imports between rooms, import cycles, dates (biome)',
    () => runTool('@biomejs/biome', 'biome', ['check', '.', ...process.argv.slice(2)]),
  ],
  ['imports between the rooms of worker/', checkWorkerImports],
  ['the private key has one holder', checkKeyHolders],
  ['programs are found by platform/ alone', checkPathLookups],
  ['the system is asked by platform/ alone', checkSystemChecks],
  ['the release pipeline (actionlint)', checkWorkflows],
  ['files, exports and dependencies that nobody uses (knip)', () => runTool('knip', 'knip', ['--treat-config-hints-as-errors'])],
];

const failed = checks.filter(([, holds]) => !holds()).map(([name]) => name);
if (failed.length > 0) console.error(`lint: ${failed.join('; ')}`);
process.exit(failed.length > 0 ? 1 : 0);

function runTool(name: string, bin: string, args: readonly string[]): boolean {
  const folder = path.join(ROOT, 'node_modules', name);
  const manifest: { bin: string | Record<string, string> } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = typeof manifest.bin === 'string' ? manifest.bin : (manifest.bin[bin] ?? bin);
  return spawnSync(process.execPath, [path.join(folder, file), ...args], { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

function checkWorkerImports(): boolean {
  const wrong = wrongImports(readSources(ROOT, ['worker']));
  for (const { file, imports, why } of wrong) console.error(`${file}: ${imports}: ${why}`);
  return wrong.length === 0;
}

function checkPathLookups(): boolean {
  const found = pathLookups(ROOT);
  for (const { file, word } of found) console.error(`${file}: ${word}: ask platform/programs.ts`);
  return found.length === 0;
}

function checkSystemChecks(): boolean {
  const found = systemChecks(ROOT);
  for (const { file, line, word } of found) console.error(`${file}:${line}: ${word}: ask platform/system.ts`);
  return found.length === 0;
}

/** Where it is installed: `go install github.com/rhysd/actionlint/cmd/actionlint@latest`. */
function checkWorkflows(): boolean {
  const { searchPath } = SYSTEM.folders;
  const places = [...searchPath, path.join(os.homedir(), 'go', 'bin')].map((folder) =>
    path.join(folder, SYSTEM.processes.program('actionlint')),
  );
  const found = places.find((file) => existsSync(file));
  if (found === undefined) return true;
  return spawnSync(found, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

function checkKeyHolders(): boolean {
  const named = keyMentions(ROOT);
  for (const { file, line, word } of named) console.error(`${file}:${line}: ${word}: ask the signer (scripts/house/key.ts)`);
  return named.length === 0;
}
