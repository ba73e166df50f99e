import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUES } from './catalogues.ts';
import { errorsPage } from './errors-page.ts';

const root = path.resolve(import.meta.dirname, '..');

describe('docs/errors.md', () => {
  it('matches the catalogues', () => {
    expect(readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8')).toBe(errorsPage());
  });

  it('knows every catalogue in the tree', () => {
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*errors.ts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const withCatalogue = tracked
      .split('\n')
      .filter((file) => file !== '' && existsSync(path.join(root, file)))
      .filter((file) => readFileSync(path.join(root, file), 'utf8').includes('satisfies ErrorCatalogue'));
    expect(withCatalogue.toSorted()).toEqual(CATALOGUES.map(({ file }) => file).toSorted());
  });

  it('has every code once, with a meaning and a remedy', () => {
    const entries = CATALOGUES.flatMap(({ catalogue }) => Object.entries(catalogue));
    expect(new Set(entries.map(([code]) => code)).size).toBe(entries.length);
    for (const [code, entry] of entries) {
      expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(entry.meaning).toMatch(/\.$/);
      expect(entry.remedy).toMatch(/\.$/);
    }
  });
});
