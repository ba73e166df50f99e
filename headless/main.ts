#!/usr/bin/env node
/** `crynux-node`: the program without a desktop, and its command line. */
import '../contract/node-version.ts';
import '../platform/private-process.ts';
import { programVersion } from '../host/app/program-version.ts';

if (import.meta.main) {
  const argv = process.argv.slice(2);
  const asksVersion = argv.length === 1 && ['--version', '-V'].includes(argv[0] ?? '');
  // Scripts call it often, and loading the rest of the program takes a while.
  if (asksVersion) process.stdout.write(`${programVersion()}\n`);
  else await (await import('./run-command.ts')).runCommand(argv);
}
