import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anchorsIn, deadLinks } from './doc-links.ts';

const root = path.resolve(import.meta.dirname, '..');

function tracked(...patterns: string[]): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(root, file)));
}

describe('the documents', () => {
  it('link to files and headings that exist', () => {
    const documents = tracked('*.md');
    const rooms = new Set(tracked().flatMap((file) => (file.includes('/') ? [file.split('/', 1)[0] ?? ''] : [])));
    expect(documents).toContain('README.md');
    expect(deadLinks({ root, documents, rooms })).toEqual([]);
  });

  it('in docs/ can all be reached from the README', () => {
    const reached = new Set<string>();
    const walk = (document: string): void => {
      if (reached.has(document)) return;
      reached.add(document);
      for (const target of linksOf(document)) walk(target);
    };
    walk('README.md');
    expect(tracked('docs/*.md').filter((document) => !reached.has(document))).toEqual([]);
  });
});

function linksOf(document: string): string[] {
  const text = readFileSync(path.join(root, document), 'utf8');
  return [...text.matchAll(/\]\(([^)#: ]+\.md)/g)].map(([, target]) => path.join(path.dirname(document), target ?? ''));
}

describe('a link', () => {
  it('that leads nowhere is found, with its line', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'doc-links-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(path.join(folder, 'room'));
    writeFileSync(path.join(folder, 'room', 'there.ts'), '');
    writeFileSync(
      path.join(folder, 'a.md'),
      [
        '# A title',
        '[good](room/there.ts) [here](#a-title) [out](https://example.invalid/x.md) `room/there.ts` `room/*.ts` `other/x.ts`',
        '[gone](room/gone.ts)',
        '`room/gone.ts`',
        '[no heading](#nothing)',
        '[up](../x.md)',
        '```',
        '[in code](nothing.md)',
        '```',
        '`[in code](nothing.md)`',
        '[named]: nowhere.md',
      ].join('\n'),
    );
    const dead = deadLinks({ root: folder, documents: ['a.md'], rooms: new Set(['room']) });
    expect(dead.map(({ line, target, why }) => [line, target, why])).toEqual([
      [3, 'room/gone.ts', 'no such file'],
      [4, 'room/gone.ts', 'no such file'],
      [5, '#nothing', 'no such heading'],
      [6, '../x.md', 'outside the repository'],
      [11, 'nowhere.md', 'no such file'],
    ]);
  });

  it('names a heading as GitHub does', () => {
    const anchors = anchorsIn('# What `run` does: "it"\n## Twice\n## Twice\n## A [link](x.md) & more\n```\n# no heading\n```\n');
    expect([...anchors]).toEqual(['what-run-does-it', 'twice', 'twice-1', 'a-link--more']);
  });
});
