/** Assembles the command line. Each command prints its answer to standard output; docs/cli.md describes all of them. */
import { Command, CommanderError } from 'commander';
import { errorOf } from '../../contract/rpc-errors.ts';
import { programVersion } from '../../host/app/program-version.ts';
import { CodedError } from '../../protocol/errors.ts';
import { HeadlessError } from '../errors.ts';
import { addAccessCommands } from './commands/access.ts';
import { addActCommands } from './commands/acts.ts';
import { addApplyCommand } from './commands/apply.ts';
import { addBackendCommands } from './commands/backends.ts';
import { addBeneficialAddressCommands } from './commands/beneficial-address.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDrainCommand } from './commands/drain.ts';
import { addFleetCommands } from './commands/fleet.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addMoneyCommands } from './commands/money.ts';
import { addNodeFactCommands } from './commands/node-facts.ts';
import { addNodeCommands } from './commands/nodes.ts';
import { addProfileCommands } from './commands/profiles.ts';
import { addProgramCommands } from './commands/program.ts';
import { addRetentionCommands } from './commands/retention.ts';
import { addSettingsCommands } from './commands/settings.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfCommander } from './exit-codes.ts';

const COMMANDS = [
  addProgramCommands,
  addActCommands,
  addNodeCommands,
  addDrainCommand,
  addNodeFactCommands,
  addMoneyCommands,
  addBeneficialAddressCommands,
  addProfileCommands,
  addApplyCommand,
  addRetentionCommands,
  addMachineCommands,
  addBackendCommands,
  addKeyCommands,
  addFleetCommands,
  addAccessCommands,
  addSettingsCommands,
  addDoctorCommand,
];

/** @param argv without the program and script */
export async function runCli(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { terminal } = context;
  let code: ExitCode = EXIT.ok;
  let inOrder = false;
  const program = new Command('crynux-node')
    .description('Hosts graphics cards in the Crynux network: runs nodes and controls the program that runs them.')
    .version(programVersion());
  const to = {
    ...context,
    program,
    end: (reached: ExitCode) => {
      code = reached;
    },
    endsInOrder: () => {
      inOrder = true;
    },
  };
  for (const add of COMMANDS) add(to);
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  }
  try {
    const cutOff = Promise.withResolvers<never>();
    terminal.signal.addEventListener('abort', () => {
      if (!inOrder) cutOff.reject(terminal.signal.reason);
    });
    await Promise.race([program.parseAsync([...argv], { from: 'user' }), cutOff.promise]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOfCommander(error);
    return reportError(error, argv.includes('--json'), context);
  }
}

/** A condition of this machine, not a bug: it needs a message but no stack. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'errno' in error && 'code' in error;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** One line for a person; with --json, the error's own fields in place of the answer. */
function reportError(thrown: unknown, json: boolean, { terminal }: Context): ExitCode {
  const error = isSystemError(thrown)
    ? new HeadlessError('HEADLESS_SYSTEM_REFUSED', thrown.message, {}, { cause: thrown })
    : thrown;
  if (terminal.signal.aborted) return EXIT.interrupted;
  // An error without a code is a bug, so print all of it for the report.
  const isDefect = !(error instanceof CodedError) && errorOf(error).code === 'RPC_DISCONNECTED';
  const view = isDefect
    ? { code: 'UNEXPECTED', message: error instanceof Error ? (error.stack ?? error.message) : String(error), data: {} }
    : errorOf(error);
  if (json) terminal.out(JSON.stringify({ error: view }));
  else terminal.note(`${view.message}\n(${view.code}; docs/errors.md says what to do)`);
  return exitCodeOf(view);
}
