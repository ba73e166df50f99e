#!/usr/bin/env node
/** `crynux-node`: the program without a desktop, and the command line that asks it. */
import { systemClock } from '../worker/engines/system-clock.ts';
import { runCli } from './cli/cli.ts';
import { systemTerminal } from './cli/terminal.ts';

if (import.meta.main) {
  process.exitCode = await runCli(process.argv.slice(2), { terminal: systemTerminal(), clock: systemClock });
}
