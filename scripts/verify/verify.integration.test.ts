/** The checks of `npm run verify:platform`: they pass here, and each detects a wrong rule. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SYSTEM, type System } from '../../platform/system.ts';
import { type Check, ok, runChecks } from './check.ts';
import { FILE_CHECKS } from './files.ts';
import { PROCESS_CHECKS } from './processes.ts';
import { reportText } from './report.ts';

function given(system: System) {
  const folder = mkdtempSync(path.join(tmpdir(), 'verify it '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return { system, folder };
}

it('what the program assumes about files and processes is true on this system', async () => {
  const results = await runChecks([...FILE_CHECKS, ...PROCESS_CHECKS], given(SYSTEM));
  expect(results.filter(({ finding }) => finding.state !== 'ok')).toEqual([]);
});

it('a wrong rule is found, and so is a check that throws', async () => {
  const { files } = SYSTEM;
  const wrong = { ...files, modes: !files.modes, syncsFolders: !files.syncsFolders, ignoresCase: !files.ignoresCase };
  const throws: Check = {
    subject: 'programs',
    what: 'nothing',
    run: () => {
      throw Object.assign(new Error('not there'), { code: 'ENOENT' });
    },
  };
  const results = await runChecks([...FILE_CHECKS.slice(0, 3), throws], given({ ...SYSTEM, files: wrong }));
  expect(results.map(({ finding }) => finding.state)).toEqual(['fail', 'fail', 'fail', 'fail']);
  expect(results[3]?.finding.detail).toBe('ENOENT: not there');
});

it("the report contains neither the user's name nor home folder, and stays a table", () => {
  const about = { system: 'linux x64', release: 'Linux', processor: 'P', node: 'v24', commit: null, date: '2026-11-29' };
  const finding = ok('/home/annabel/x | of annabel\nand more');
  const results = [{ subject: 'files' as const, what: 'a file', finding, tookMs: 1 }];
  const text = reportText({ about, results }, { home: '/home/annabel', user: 'annabel' });
  expect(text).toContain('| ok | a file | ~/x \\| of <user> and more |');
  expect(text).toContain('1 ok, 0 not applicable, 0 failed');
});
