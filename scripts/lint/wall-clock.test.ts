/** The lint rule that keeps the wall clock from being used for waiting, on examples. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../worker/testing/temp-dir.ts';

const RULE = resolve('scripts/lint/wall-clock.grit');
const BIOME = resolve('node_modules/@biomejs/biome/bin/biome');

/** Lines of the source that the rule reports. */
function objections(source: string): number[] {
  const folder = tempDir();
  const config = { root: true, plugins: [RULE], linter: { rules: { preset: 'none' } }, formatter: { enabled: false } };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'example.ts'), source);
  const { stdout } = spawnSync(process.execPath, [BIOME, 'lint', '--reporter=json', 'example.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const report = JSON.parse(stdout) as { diagnostics: { location: { start: { line: number } } }[] };
  return report.diagnostics.map(({ location }) => location.start.line).sort((a, b) => a - b);
}

it('reports a date that is read without the clock, and durations and deadlines made of dates', () => {
  const lines = [
    'const started = clock.now();',
    'const ms = clock.now() - started;',
    'const due = this.clock.now() + 500;',
    'while (due > options.clock.now()) look();',
    'if (clock.now() >= due) act();',
    'const date = Date.now();',
    'const today = new Date();',
    'const precise = performance.now();',
    'const old = nowMs() - readMs >= PERIOD_MS;',
  ];
  expect(objections(lines.join('\n'))).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

it('accepts dates used as dates, and named exceptions', () => {
  const lines = [
    'store.close(clock.now());',
    'const text = new Date(clock.now()).toISOString();',
    'const passedMs = startStopwatch(clock);',
    '// biome-ignore lint/plugin: the row outlives a restart',
    'const age = clock.now() - row.closedMs;',
  ];
  expect(objections(lines.join('\n'))).toEqual([]);
});

it('covers every room that waits', () => {
  const { plugins } = JSON.parse(readFileSync('biome.json', 'utf8')) as { plugins: { path: string; includes: string[] }[] };
  const watched = plugins.find(({ path }) => path.endsWith('wall-clock.grit'))?.includes;
  for (const room of ['worker', 'host', 'headless', 'electron', 'contract', 'protocol'])
    expect(watched).toContain(`${room}/**/*.ts`);
});
