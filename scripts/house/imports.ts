/** Which file of the repository imports which, read from the sources without running or compiling them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Top-level folders that contain our own TypeScript. */
const SOURCE_FOLDERS = [
  'protocol',
  'contract',
  'platform',
  'worker',
  'host',
  'headless',
  'electron',
  'renderer',
  'devnet',
  'demo',
  'e2e',
  'scripts',
] as const;

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  /** Files of the repository that it imports, including types and `import()`; from the root. */
  readonly imports: readonly string[];
}

const SOURCE = /\.tsx?$/;
const IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** Tests and what only they use may import anything. */
export function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.split('/').includes('testing');
}

export function readSources(root: string, folders: readonly string[] = SOURCE_FOLDERS): SourceFile[] {
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => SOURCE.test(file))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return { path: file, lines: text.split('\n').length - 1, imports: importsOf(file, text) };
    });
}

const BARE = /\b(?:from|import)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^'"]*)?['"]/g;

/** Packages that a text imports, including types, but not Node's own modules. */
export function packagesIn(text: string): string[] {
  return [...new Set([...text.matchAll(BARE)].map(([, name = '']) => name))];
}

export function importsOf(file: string, text: string): string[] {
  const found = [...text.matchAll(IMPORT)].map(([, target = '']) =>
    path.posix.join(path.posix.dirname(file), target.split('?', 1)[0] ?? ''),
  );
  return [...new Set(found)].filter((target) => SOURCE.test(target));
}
