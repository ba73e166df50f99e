/**
 * `npm run helm:render` renders the manifests of the chart's examples again, `npm run check:helm` lints the chart and
 * compares them. Both need helm, on the path or in the folder in CRYNUX_KUBE_BIN. Without helm, the committed manifests
 * are still checked against our rules (`scripts/helm/rendered.test.ts`).
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findHelm } from '../e2e/kubernetes/helm.ts';
import { findProgram } from '../e2e/kubernetes/sandbox.ts';
import { CHART, copies, type Example, examples, sourceLine } from './helm/chart.ts';

/** The Kubernetes version that the manifests are for; helm's own default depends on its build. */
const KUBERNETES = '1.37.2';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const bin = process.env.CRYNUX_KUBE_BIN;
const program = bin === undefined ? findProgram('helm') : path.join(bin, 'helm');
const home = mkdtempSync(path.join(tmpdir(), 'crynux-helm-'));
const problems: string[] = [];

function make(file: string, text: string): void {
  if (!values.check) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    problems.push(`${path.relative('.', file)} is out of date: npm run helm:render`);
  }
}

try {
  if (program === null || !existsSync(program))
    throw new Error('helm was not found: put it on the path, or set CRYNUX_KUBE_BIN to its folder');
  const helm = findHelm({ program, home });
  for (const [copy, source] of copies()) {
    if (values.check) make(copy, readFileSync(source, 'utf8'));
    else {
      mkdirSync(path.dirname(copy), { recursive: true });
      copyFileSync(source, copy);
    }
  }
  const render = ({ values: file }: Example) =>
    helm.run('template', 'crynux-node', CHART, '--namespace', 'crynux', '--values', file, '--kube-version', KUBERNETES);
  for (const example of examples()) {
    await helm.run('lint', CHART, '--strict', '--values', example.values, '--kube-version', KUBERNETES);
    make(example.rendered, `${sourceLine(example)}\n${(await render(example)).trimEnd()}\n`);
  }
  process.stdout.write(`${examples().length} examples ${values.check ? 'are up to date' : 'rendered'}\n`);
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(home, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`helm: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
