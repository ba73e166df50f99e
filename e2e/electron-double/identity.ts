/** What a process of Electron says of itself. Imported first; whoever needs Node itself takes it from here. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Runs the double. The double's own processes never name it: Electron's do not know it. */
export const NODE = process.env.ELECTRON_DOUBLE_NODE ?? process.execPath;

const VERSION = '45.4.1';

export interface Binary {
  readonly file: string;
  /** Each start that was none of the double's own, a line each. */
  readonly starts: string;
}

/**
 * Electron's binary, as far as somebody else may start it: a second instance of the program, which is written down.
 * It runs scripts only where it is not packaged and is told to; in a package the fuse is off.
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
