/**
 * Writes the documents generated from the code: docs/errors.md, docs/api.md, and the metrics in docs/fleet.md;
 * `--check` only compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { apiPage } from './api-page.ts';
import { errorsPage } from './errors-page.ts';
import { FLEET_PAGE, withMetricsTable } from './metrics-table.ts';

const fleet = await readFile(path.join(process.cwd(), 'docs', FLEET_PAGE), 'utf8');
const pages = { 'errors.md': errorsPage(), 'api.md': await apiPage(), [FLEET_PAGE]: withMetricsTable(fleet) };

for (const [name, page] of Object.entries(pages)) {
  const file = path.join(process.cwd(), 'docs', name);
  if (!process.argv.includes('--check')) {
    await writeFile(file, page);
    process.stdout.write(`wrote docs/${name}\n`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
    process.stderr.write(`docs/${name} is out of date; run: npm run docs\n`);
    process.exitCode = 1;
  }
}
