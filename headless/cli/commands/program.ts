/** Commands that are the program, or concern its window. */
import { type Command, Option } from 'commander';
import type { Variables } from '../../apply/read-nodes-file.ts';
import { windowAddress } from '../../rpc/running-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withVariables } from './apply.ts';

/** Far from what other programs of this field use. */
const DEFAULT_PORT = 7420;

interface ServeFlags {
  readonly port: number;
  readonly start?: string[];
  readonly open?: boolean;
  readonly passphraseFd?: number;
  readonly apply?: string;
  readonly set?: Variables;
}

const passphraseFd = () =>
  new Option(
    '--passphrase-fd <number>',
    'file descriptor with the passphrase of the keystore, for a start without a person',
  ).argParser(wholeNumber(0, 1_023));

function withApply(command: Command): Command {
  return withVariables(command.option('--apply <path>', 'a nodes file that is applied before nodes start'));
}

export function addProgramCommands({ program, terminal, clock, end, endsInOrder }: Registry): void {
  const port = wholeNumber(0, 65_535);
  withApply(common(program.command('serve')))
    .description('Runs the program and serves its window on this machine, for a browser here or over an SSH tunnel.')
    .option('--port <number>', 'port of the window; 0 = any free one', port, DEFAULT_PORT)
    .option('--open', 'open it in the browser of this desktop')
    .addOption(passphraseFd())
    .option('--start <node...>', 'nodes to start, besides those that start with the program')
    .action(async ({ start = [], open = false, ...options }: CommonOptions & ServeFlags) => {
      endsInOrder();
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, window: true, open, nodes: start }, { terminal, clock }));
    });
  withApply(common(program.command('run')))
    .description('Runs the program without a window.')
    .addOption(passphraseFd())
    .argument('[node...]', 'nodes to start, by name or id, besides those that start with the program')
    .action(async (nodes: string[], options: CommonOptions & Pick<ServeFlags, 'passphraseFd' | 'apply' | 'set'>) => {
      endsInOrder();
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, port: 0, window: false, open: false, nodes }, { terminal, clock }));
    });
  common(program.command('window'))
    .description('Prints a new address of the window of the running program. It works once.')
    .action(async ({ data, json }: CommonOptions) => {
      const address = await windowAddress(data);
      terminal.out(json ? JSON.stringify({ address }) : address);
      end(EXIT.ok);
    });
}
