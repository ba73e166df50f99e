/** What every command is given, and what all of them take. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { SYSTEM } from '../../platform/system.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** For commands to be added to the program. */
export interface Registry extends Context {
  readonly program: Command;
  /** What the command line ends with. */
  readonly end: (code: ExitCode) => void;
  /** This command ends in its own order when it is told to; any other is cut off. */
  readonly endsInOrder: () => void;
}

/** Options that every command takes. */
export interface CommonOptions {
  /** Data directory. */
  readonly data: string;
  /** The answer as JSON. */
  readonly json?: boolean;
}

export function common(command: Command): Command {
  return command
    .addOption(new Option('--data <dir>', 'data directory of the program').default(SYSTEM.folders.data, 'as the desktop program'))
    .option('--json', 'answer in JSON');
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
