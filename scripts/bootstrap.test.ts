/** What the first step of every npm script passes on to the script. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');

function run(args: readonly string[], descriptors: readonly (number | 'pipe' | 'ignore')[]) {
  return spawnSync('node', ['scripts/bootstrap.mjs', 'scripts/testing/read-descriptor.mjs', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
    encoding: 'utf8',
  });
}

it('passes on the descriptors that the arguments name, with their numbers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'descriptors-'));
  writeFileSync(path.join(folder, 'secret'), 'of five');
  const file = openSync(path.join(folder, 'secret'), 'r');
  onTestFinished(() => {
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
  const done = run(['--secret-fd', '5'], ['ignore', 'ignore', file]);
  expect(done).toMatchObject({ stdout: 'of five', status: 0 });
});

it('says if nobody has opened one, instead of reading whatever has that number', () => {
  const done = run(['--passphrase-fd=7'], []);
  expect(done).toMatchObject({ stdout: '', status: 1, stderr: expect.stringContaining('descriptor 7') });
});
