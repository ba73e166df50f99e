/** This program's version; apart from everything else, so that a question for it loads nothing else. */
import { readFileSync } from 'node:fs';
import { PROGRAMS } from '../../platform/programs.ts';

/** @throws Error for a manifest without one */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PROGRAMS.manifest, 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  if (typeof version !== 'string') throw new Error('the program does not say its version');
  return version;
}
