/** What `npm run lint` reports as unused: the repository's own configuration on a small example. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../worker/testing/temp-dir.ts';

const MANIFEST: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));

const HOUSE = {
  'package.json': JSON.stringify({ name: 'house', type: 'module', dependencies: { zod: '*' } }),
  'tsconfig.json': readFileSync('tsconfig.json', 'utf8'),
  'electron/main.ts': "import { z } from 'zod';\nimport { used } from '../worker/box.ts';\nconsole.log(z, used);\n",
  'worker/box.ts': 'export const used = 1;\n',
};

/** @returns whether lint passes with these files changed, and its output */
function lint(changes: Readonly<Record<string, string>>): { passes: boolean; says: string } {
  const folder = tempDir();
  for (const [file, text] of Object.entries({ ...HOUSE, ...changes })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const knip = resolve('node_modules/knip/bin/knip.js');
  const args = ['--directory', folder, '--config', resolve('knip.config.ts'), '--reporter=compact', '--no-config-hints'];
  const { status, stdout } = spawnSync(process.execPath, [knip, ...args], { encoding: 'utf8' });
  return { passes: status === 0, says: stdout };
}

it('passes a project in which everything is used', () => {
  expect(lint({})).toEqual({ passes: true, says: '' });
});

it('fails on unused files, exports, types and dependencies', () => {
  const { passes, says } = lint({
    'package.json': HOUSE['package.json'].replace('"zod":"*"', '"zod":"*","ws":"*"'),
    'electron/main.ts': `${HOUSE['electron/main.ts']}export const ofTheProgram = 1;\n`,
    'worker/box.ts': 'export const inItsFileAlone = 1;\nexport const used = inItsFileAlone;\nexport type Spare = string;\n',
    'worker/attic.ts': 'console.log(1);\n',
  });
  expect(passes).toBe(false);
  const lines = ['package.json: ws', 'electron/main.ts: ofTheProgram', 'worker/box.ts: inItsFileAlone', 'worker/box.ts: Spare'];
  for (const line of [...lines, 'worker/attic.ts']) expect(says).toContain(line);
  expect(says).not.toMatch(/zod|: used/);
});

it('is part of the lint command', () => {
  expect(MANIFEST.scripts.lint).toContain('scripts/lint.ts');
  expect(readFileSync('scripts/lint.ts', 'utf8')).toContain("runTool('knip', 'knip'");
});
