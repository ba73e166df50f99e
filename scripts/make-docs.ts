/** Writes the pages that are made from the code: docs/errors.md and docs/api.md; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { apiPage } from './api-page.ts';
import { errorsPage } from './errors-page.ts';

const pages = { 'errors.md': errorsPage(), 'api.md': await apiPage() };

for (const [name, page] of Object.entries(pages)) {
  const file = path.join(process.cwd(), 'docs', name);
  if (!process.argv.includes('--check')) {
    await writeFile(file, page);
    process.stdout.write(`wrote docs/${name}\n`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
    process.stderr.write(`docs/${name} is not what the code says; run: npm run docs\n`);
    process.exitCode = 1;
  }
}
