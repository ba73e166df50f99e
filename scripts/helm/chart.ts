/** The chart's files, the committed manifests of its examples, and a check without helm that they are up to date. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const HELM = path.join(ROOT, 'build', 'helm');
export const CHART = path.join(HELM, 'crynux-node');
const EXAMPLES = path.join(HELM, 'examples');
const RENDERED = path.join(HELM, 'rendered');

export interface Example {
  readonly name: string;
  readonly values: string;
  /** The committed manifests that helm rendered from it. */
  readonly rendered: string;
}

export function examples(): readonly Example[] {
  return readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => ({
      name: path.basename(file, '.yaml'),
      values: path.join(EXAMPLES, file),
      rendered: path.join(RENDERED, file),
    }));
}

/** The first line of rendered manifests: what they were made from. */
export function sourceLine({ values }: Example): string {
  const hash = createHash('sha256');
  for (const file of [...filesIn(CHART), values]) {
    hash.update(path.relative(HELM, file).replaceAll('\\', '/'));
    hash.update(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
  }
  return `# Made by \`npm run helm:render\` of sources with the SHA-256 ${hash.digest('hex')}`;
}

/** Copies of other files of this repository: chart file → source. */
export function copies(): ReadonlyMap<string, string> {
  const rules = path.join(ROOT, 'build', 'prometheus');
  const dashboards = path.join(ROOT, 'build', 'grafana');
  const copiesOf = (folder: string, ending: string, into: string) =>
    namesIn(folder)
      .filter((name) => name.endsWith(ending) && !name.endsWith('.test.yml'))
      .map((name) => [path.join(CHART, 'files', into, name), path.join(folder, name)] as const);
  return new Map([...copiesOf(rules, '.yml', 'rules'), ...copiesOf(dashboards, '.json', 'dashboards')]);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function filesIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? filesIn(file) : [file];
  });
}
