/**
 * `npm run verify:platform`: checks the rules of `platform/` against this machine, and prints a report to send in.
 * Writes nothing outside a temporary folder, except for a probe in the keychain that is removed again. Exit code 1 if
 * something failed. `--json` prints the results as one line. docs/verification.md says what only a person can check.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SYSTEM } from '../platform/system.ts';
import { runChecks } from './verify/check.ts';
import { FILE_CHECKS } from './verify/files.ts';
import { MACHINE_CHECKS } from './verify/machine.ts';
import { PROCESS_CHECKS } from './verify/processes.ts';
import { type MachineInfo, reportText } from './verify/report.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname });
const about: MachineInfo = {
  system: SYSTEM.label,
  release: `${os.type()} ${os.release()} (${os.version()})`,
  processor: os.cpus()[0]?.model.trim() ?? 'unknown',
  node: process.version,
  commit: commit.status === 0 ? commit.stdout.trim() : null,
  date: new Date().toISOString().slice(0, 10),
};
const folder = mkdtempSync(path.join(os.tmpdir(), 'crynux verify '));
try {
  const results = await runChecks([...FILE_CHECKS, ...PROCESS_CHECKS, ...MACHINE_CHECKS], { system: SYSTEM, folder });
  const own = { home: os.homedir(), user: os.userInfo().username };
  process.stdout.write(`${values.json ? JSON.stringify({ about, results }) : reportText({ about, results }, own)}\n`);
  process.exitCode = results.some(({ finding }) => finding.state === 'fail') ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
