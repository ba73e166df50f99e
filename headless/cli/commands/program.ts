/** Commands that are the program, or concern its window. */
import { type Command, Option } from 'commander';
import type { Variables } from '../../apply/read-nodes-file.ts';
import { windowAddress } from '../../rpc/running-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type MetricsFlags, metricsListener, withMetrics } from '../metrics-options.ts';
import { withVariables } from './apply.ts';

/** Far from what other programs of this field use. */
const DEFAULT_PORT = 7420;

/** Of `serve` and `run`. */
interface EndlessFlags extends MetricsFlags {
  readonly passphraseFd?: number;
  /** Seconds. */
  readonly grace: number;
  readonly apply?: string;
  readonly set?: Variables;
  readonly lease?: 'kubernetes';
  readonly leaseNamespace?: string;
  readonly leaseIdentity?: string;
}

interface ServeFlags extends EndlessFlags {
  readonly port: number;
  readonly start?: string[];
  readonly open?: boolean;
}

/** As long as a person waits, and the system with the unit that ships with the program. */
export const DEFAULT_GRACE_SECONDS = 60;

const passphraseFd = () =>
  new Option(
    '--passphrase-fd <number>',
    'file descriptor with the passphrase of the keystore, for a start without a person',
  ).argParser(wholeNumber(0, 1_023));

function unattended(command: Command): Command {
  return withVariables(command.option('--apply <path>', 'a nodes file that is applied before nodes start'))
    .addOption(
      new Option('--lease <kind>', 'takes a lease for the key of each node, so that no other program runs with it').choices([
        'kubernetes',
      ]),
    )
    .option('--lease-namespace <name>', 'where leases are; left out, the namespace of the pod')
    .option('--lease-identity <name>', 'who this program is, as the UID of its pod; left out, the host name and a random part');
}

const grace = () =>
  new Option('--grace <seconds>', 'how long nodes may finish their tasks when the program is told to end')
    .argParser(wholeNumber(0, 86_400))
    .default(DEFAULT_GRACE_SECONDS);

export function addProgramCommands({ program, terminal, clock, end, endsInOrder }: Registry): void {
  const port = wholeNumber(0, 65_535);
  withMetrics(unattended(common(program.command('serve'))))
    .description('Runs the program and serves its window on this machine, for a browser here or over an SSH tunnel.')
    .option('--port <number>', 'port of the window; 0 = any free one', port, DEFAULT_PORT)
    .option('--open', 'open it in the browser of this desktop')
    .addOption(passphraseFd())
    .addOption(grace())
    .option('--start <node...>', 'nodes to start, besides those that start with the program')
    .action(async ({ start = [], open = false, ...options }: CommonOptions & ServeFlags) => {
      endsInOrder();
      const metrics = metricsListener(options);
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, metrics, window: true, open, nodes: start }, { terminal, clock }));
    });
  withMetrics(unattended(common(program.command('run'))))
    .description('Runs the program without a window.')
    .option('--port <number>', 'port of its contract, for a tunnel; 0 = any free one', port, 0)
    .addOption(passphraseFd())
    .addOption(grace())
    .argument('[node...]', 'nodes to start, by name or id, besides those that start with the program')
    .action(async (nodes: string[], options: CommonOptions & EndlessFlags & Pick<ServeFlags, 'port'>) => {
      endsInOrder();
      const metrics = metricsListener(options);
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, metrics, window: false, open: false, nodes }, { terminal, clock }));
    });
  common(program.command('window'))
    .description('Prints a new address of the window of the running program. It works once.')
    .action(async ({ data, json }: CommonOptions) => {
      const address = await windowAddress(data);
      terminal.out(json ? JSON.stringify({ address }) : address);
      end(EXIT.ok);
    });
}
