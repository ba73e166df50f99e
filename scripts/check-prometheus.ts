/** Checks metrics, rules and dashboard with promtool, which is taken from the distribution if it is missing. */
import { spawnSync } from 'node:child_process';
import { downloadPromtool, findPromtool } from './prometheus/promtool.ts';

if (findPromtool() === null && !downloadPromtool()) {
  process.stderr.write('promtool is not installed, and could not be taken from the Debian package "prometheus"\n');
  process.exit(1);
}
const tests = ['scripts/prometheus', 'headless/metrics'];
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...tests], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
