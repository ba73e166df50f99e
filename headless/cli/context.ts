/** What every command is given, and the options that all of them share. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { SYSTEM } from '../../platform/system.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HeadlessError } from '../errors.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** For adding commands to the program. */
export interface Registry extends Context {
  readonly program: Command;
  /** Sets the exit code of the command line. */
  readonly end: (code: ExitCode) => void;
  /** Lets this command end in its own way on a signal; any other command is interrupted at once. */
  readonly endsInOrder: () => void;
}

/** Options shared by all commands. */
export interface CommonOptions {
  /** Data directory. */
  readonly data: string;
  /** The answer as JSON. */
  readonly json?: boolean;
}

export function common(command: Command): Command {
  return command
    .addOption(new Option('--data <dir>', 'data directory of the program').default(SYSTEM.folders.data, 'as the desktop program'))
    .option('--json', 'print the answer as JSON');
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function addressArgument(text: string): `0x${string}` {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text as `0x${string}`;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${text} is not an address`, { field: 'address' });
}
