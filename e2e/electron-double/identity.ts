/** What a process of Electron reports about itself. Imported first; code that needs Node itself gets it from here. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Runs the double. Its own processes never name it, because Electron's do not know it. */
export const NODE = process.env.ELECTRON_DOUBLE_NODE ?? process.execPath;

const VERSION = '45.4.1';

export interface Binary {
  readonly file: string;
  /** Starts that were not made by the double itself, one per line. */
  readonly starts: string;
}

/**
 * Electron's binary, as far as others may start it: this records a second instance of the program. It runs scripts only
 * if it is not packaged and is told to; in a package the fuse is off.
 */
export function makeBinary(folder: string, { packaged }: { readonly packaged: boolean }): Binary {
  const file = path.join(folder, 'electron');
  const starts = path.join(folder, 'electron.starts');
  const asNode = packaged ? '' : `if [ "$ELECTRON_RUN_AS_NODE" = 1 ]; then exec '${NODE}' "$@"; fi\n`;
  writeFileSync(starts, '');
  writeFileSync(file, `#!/bin/sh\n${asNode}echo "$*" >> '${starts}'\n`);
  chmodSync(file, 0o755);
  return { file, starts };
}

export function becomeElectron(argv: readonly string[]): void {
  const binary = process.env.ELECTRON_DOUBLE_BINARY;
  if (binary === undefined) throw new Error('the double has not been told of its binary');
  process.env.ELECTRON_DOUBLE_NODE = NODE;
  Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: VERSION } });
  process.execPath = binary;
  process.execArgv = [];
  process.argv = [binary, ...argv];
}
