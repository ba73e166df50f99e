/**
 * `npm run package:check`: builds a package for this machine around a stand-in for Electron's folder, opens it, and
 * starts its programs. Fails on anything that does not belong in it. `--table` only prints the tables, `--write` writes
 * them into docs/release.md. e2e/package.integration.test.ts does the same in `npm test`, and also starts the desktop
 * program.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inspectPackage } from './package/inspect.ts';
import { runPackaged } from './package/run-packaged.ts';
import { packageOnStandIn } from './package/stand-in-package.ts';
import { heading, replaceTables, tables } from './package/tables.ts';
import { targetOf } from './package/target.ts';

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { table: flag, write: flag } });
const DOCUMENT = path.resolve(import.meta.dirname, '..', 'docs', 'release.md');
const folder = await mkdtemp(path.join(tmpdir(), 'crynux-package-'));
try {
  const made = await packageOnStandIn(folder);
  const inspection = await inspectPackage({ ...made, target: targetOf() });
  process.stdout.write(`${tables(inspection)}\n`);
  if (values.write) {
    const made = `${heading(targetOf(), new Date().toISOString().slice(0, 10))}\n\n${tables(inspection)}`;
    await writeFile(DOCUMENT, replaceTables(await readFile(DOCUMENT, 'utf8'), made));
  }
  const problems = [...inspection.problems];
  if (!values.table) {
    const { version, doctor, paid, window } = await runPackaged({
      resources: made.resources,
      dataDir: path.join(folder, 'data'),
    });
    process.stdout.write(
      `\nFrom the packaged place, on its own Node: version ${version}, ${doctor.length} findings of doctor, paid for ${paid.length} tasks, window "${window}"\n`,
    );
    if (paid.length < 2 || doctor.length === 0 || window === '') problems.push('the packaged programs did not do their work');
  }
  for (const problem of problems) process.stderr.write(`package: ${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
