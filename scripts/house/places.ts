/**
 * Only `platform/` locates programs: other code that works out for itself what runs it, or where it is, would be right
 * in one of the four worlds and wrong in another.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTest, readSources } from './imports.ts';

/** The rooms that are shipped. */
const ROOMS = ['protocol', 'contract', 'worker', 'host', 'devnet', 'headless', 'electron', 'renderer', 'demo'] as const;

const PATTERN =
  /process\s*\.\s*execPath|process\s*\.\s*argv0|\bexecPath\s*[,}]|\bisPackaged\b|resourcesPath|app\.asar|ELECTRON_RUN_AS_NODE|import\.meta\.(?:url|dirname|filename|resolve)|\bgetAppPath\b|\b__dirname\b/g;

/** They compile the Solidity next to them, in a checkout; no program loads them. */
export const NOT_SHIPPED: readonly string[] = ['devnet/chain/compile.ts', 'devnet/chain-mode/compile.ts'];

export interface PathLookup {
  readonly file: string;
  readonly word: string;
}

export function pathLookups(root: string): PathLookup[] {
  return readSources(root, ROOMS)
    .filter(({ path: file }) => !isTest(file) && !NOT_SHIPPED.includes(file))
    .flatMap(({ path: file }) => pathLookupsIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function pathLookupsIn(file: string, text: string): PathLookup[] {
  return [...text.matchAll(PATTERN)].map(([word]) => ({ file, word }));
}
