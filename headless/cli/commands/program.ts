/** Commands that run the program, or that concern its window. */
import { type Command, Option } from 'commander';
import type { Variables } from '../../apply/read-nodes-file.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type MetricsFlags, metricsListener, withMetrics } from '../metrics-options.ts';
import { withVariables } from './apply.ts';

/** Not a port that other programs of this kind commonly use. */
const DEFAULT_PORT = 7420;

/** Options shared by `serve` and `run`. */
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

/** As long as a person would wait, and within the time that the shipped systemd unit allows. */
export const DEFAULT_GRACE_SECONDS = 60;

const passphraseFd = () =>
  new Option('--passphrase-fd <number>', 'file descriptor with the keystore passphrase, for unattended starts').argParser(
    wholeNumber(0, 1_023),
  );

function unattended(command: Command): Command {
  return withVariables(command.option('--apply <path>', 'a nodes file to apply before nodes start'))
    .addOption(
      new Option('--lease <kind>', "take a lease for each node's key, so that no other program runs with it").choices([
        'kubernetes',
      ]),
    )
    .option('--lease-namespace <name>', "namespace of the leases; by default, the pod's")
    .option(
      '--lease-identity <name>',
      "identity of this program, such as its pod's UID; by default, the host name and a random part",
    );
}

const grace = () =>
  new Option('--grace <seconds>', 'how long nodes may take to finish their tasks when the program is told to stop')
    .argParser(wholeNumber(0, 86_400))
    .default(DEFAULT_GRACE_SECONDS);

export function addProgramCommands({ program, terminal, clock, end, endsInOrder }: Registry): void {
  const port = wholeNumber(0, 65_535);
  withMetrics(unattended(common(program.command('serve'))))
    .description('Runs the program and serves its window on this machine, for a local browser or over an SSH tunnel.')
    .option('--port <number>', 'port of the window; 0 = any free port', port, DEFAULT_PORT)
    .option('--open', "open the window in the desktop's browser")
    .addOption(passphraseFd())
    .addOption(grace())
    .option('--start <node...>', 'nodes to start, in addition to those that start with the program')
    .action(async ({ start = [], open = false, ...options }: CommonOptions & ServeFlags) => {
      endsInOrder();
      const metrics = metricsListener(options);
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, metrics, window: true, open, nodes: start }, { terminal, clock }));
    });
  withMetrics(unattended(common(program.command('run'))))
    .description('Runs the program without a window.')
    .option('--port <number>', 'port of its contract, for a tunnel; 0 = any free port', port, 0)
    .addOption(passphraseFd())
    .addOption(grace())
    .argument('[node...]', 'nodes to start, by name or id, in addition to those that start with the program')
    .action(async (nodes: string[], options: CommonOptions & EndlessFlags & Pick<ServeFlags, 'port'>) => {
      endsInOrder();
      const metrics = metricsListener(options);
      const { serve } = await import('./serve.ts');
      end(await serve({ ...options, metrics, window: false, open: false, nodes }, { terminal, clock }));
    });
  common(program.command('window'))
    .description("Prints a new address of the running program's window. It works once.")
    .action(async ({ data, json }: CommonOptions) => {
      const { windowAddress } = await import('../../rpc/running-program.ts');
      const address = await windowAddress(data);
      terminal.out(json ? JSON.stringify({ address }) : address);
      end(EXIT.ok);
    });
}
