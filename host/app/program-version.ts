/** This program's version; in a file of its own so that asking for it loads nothing else. */
import { readFileSync } from 'node:fs';
import { PROGRAMS } from '../../platform/programs.ts';

/** @throws Error if the manifest has none */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PROGRAMS.manifest, 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  if (typeof version !== 'string') throw new Error('the manifest has no version');
  return version;
}
