/**
 * The architecture in numbers, as a Markdown table: `npm run figures -- [COMMIT…]`. Without a commit: the current
 * files. For another commit, the rooms are those of its own `worker/`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type HouseFigures, houseFigures } from './house/figures.ts';
import { readSources } from './house/imports.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

const TITLES: Readonly<Record<keyof HouseFigures, string>> = {
  rooms: 'rooms of `worker/`',
  arrows: 'arrows between them',
  arrowsBack: 'arrows that run back',
  cycles: 'import cycles',
  files: 'files',
  lines: 'lines',
  linesOfTests: 'of them tests and doubles',
  filesUnder20: 'files under 20 lines',
  filesOver200: 'files over 200 lines',
  filesOver400: 'files over 400 lines',
};

const commits = process.argv.slice(2);
const columns: [string, HouseFigures][] = commits.map((commit) => [commit, figuresOf(commit)]);
if (commits.length === 0) columns.push(['now', houseFigures(readSources(ROOT))]);

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
console.log(row(['', ...columns.map(([name]) => name)]));
console.log(row(['---', ...columns.map(() => '---:')]));
for (const [key, title] of Object.entries(TITLES) as [keyof HouseFigures, string][]) {
  console.log(row([title, ...columns.map(([, figures]) => String(figures[key]))]));
}

function figuresOf(commit: string): HouseFigures {
  const folder = mkdtempSync(path.join(tmpdir(), 'crynux-house-'));
  try {
    const archive = spawnSync('git', ['archive', '--format=tar', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
    if (archive.status !== 0) throw new Error(`${commit}: ${archive.stderr}`);
    const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
    if (unpacked.status !== 0) throw new Error(`${commit}: ${unpacked.stderr}`);
    return houseFigures(readSources(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
