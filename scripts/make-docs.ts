/** Writes docs/errors.md from the rooms' catalogues; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorsPage } from './errors-page.ts';

const file = path.join(process.cwd(), 'docs', 'errors.md');
const page = errorsPage();

if (process.argv.includes('--check')) {
  if ((await readFile(file, 'utf8')) !== page) {
    process.stderr.write('docs/errors.md is not what the catalogues say; run: npm run docs\n');
    process.exit(1);
  }
} else {
  await writeFile(file, page);
  process.stdout.write('wrote docs/errors.md\n');
}
