/** Commands about what a machine has for its nodes: cards, engines, networks, and the network of its own. */
import { networkPresetData, networkPresetSchema } from '../../../contract/node-config.ts';
import { HeadlessError } from '../../errors.ts';
import { withHost, withProgram } from '../ask-program.ts';
import { confirmed } from '../confirm.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readJsonArgument } from '../file-argument.ts';
import { table } from '../node-text.ts';

export function addMachineCommands(registry: Registry): void {
  const { program, terminal, end } = registry;
  common(program.command('cards'))
    .description('Lists the cards of this machine, and why one cannot be used.')
    .action(async ({ data, json }: CommonOptions) => {
      const answer = await withHost(data, (host) => host.gpus.inventory({}));
      const rows = answer.inventory.cards.map(({ id, name, memoryMib, unusable }) => {
        const memory = memoryMib === null ? '?' : `${memoryMib} MiB`;
        return [id, name, memory, unusable === null ? (answer.usedBy[id] ?? 'free') : `${unusable.message} → ${unusable.remedy}`];
      });
      if (json) terminal.out(JSON.stringify(answer));
      else terminal.out(rows.length === 0 ? 'No card was found.' : table(['id', 'name', 'memory', 'used by'], rows));
      end(EXIT.ok);
    });
  common(program.command('engines'))
    .description('Lists the engines of this machine, and why one cannot be used.')
    .argument('[path]', 'looks at this folder or program instead')
    .action(async (place: string | undefined, { data, json }: CommonOptions) => {
      const engines = await withHost(data, async (host) =>
        place === undefined ? (await host.engines.list({})).engines : [await host.engines.inspect({ path: place })],
      );
      const rows = engines.map(({ title, version, path, problem, acceptedBy }) => [
        title,
        version ?? '?',
        path ?? 'part of this program',
        problem === null ? acceptedBy.join(' ') : `${problem.message} (${problem.code})`,
      ]);
      if (json) terminal.out(JSON.stringify({ engines }));
      else terminal.out(table(['engine', 'version', 'place', 'accepted by'], rows));
      end(EXIT.ok);
    });
  addNetworks(registry);
  addDevnet(registry);
}

function addNetworks({ program, terminal, end }: Registry): void {
  const networks = program.command('networks').description('The networks that nodes can join.');
  common(networks.command('list'))
    .description('Lists them.')
    .action(async ({ data, json }: CommonOptions) => {
      const answer = await withHost(data, (host) => host.networks.list({}));
      const rows = answer.networks.map(({ id, title, origin, relayUrl, comingSoon }) => [
        id,
        title,
        origin,
        comingSoon ? 'announced only' : relayUrl,
      ]);
      if (json) terminal.out(JSON.stringify(answer));
      else terminal.out(table(['id', 'title', 'origin', 'relay'], rows));
      for (const { message, code } of answer.problems) terminal.note(`${message} (${code})`);
      end(EXIT.ok);
    });
  common(networks.command('add'))
    .description("Adds a network of the host's own.")
    .argument('<file>', 'its preset as JSON')
    .action(async (file: string, { data, json }: CommonOptions) => {
      const preset = networkPresetSchema.safeParse(readJsonArgument(file, '<file>'));
      if (!preset.success) {
        const issue = preset.error.issues[0];
        throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${file}: ${issue?.path.join('.')}: ${issue?.message ?? 'invalid'}`);
      }
      const view = await withHost(data, (host) => host.networks.add({ preset: networkPresetData(preset.data) }));
      terminal.out(json ? JSON.stringify({ network: view }) : `Added ${view.id}.`);
      end(EXIT.ok);
    });
  common(networks.command('remove'))
    .description("Removes a network of the host's own.")
    .argument('<id>')
    .option('--yes', 'do not ask')
    .action(async (id: string, { data, json, yes = false }: CommonOptions & { yes?: boolean }) => {
      await confirmed(`Remove the network ${id}?`, { yes, terminal });
      await withHost(data, (host) => host.networks.remove({ id }));
      terminal.out(json ? JSON.stringify({ removed: id }) : `Removed ${id}.`);
      end(EXIT.ok);
    });
}

function addDevnet({ program, terminal, end }: Registry): void {
  const devnet = program.command('devnet').description('The network on this machine, to try everything without a stake.');
  for (const act of ['start', 'stop'] as const) {
    common(devnet.command(act))
      .description(act === 'start' ? 'Starts it.' : 'Stops it; nodes of it have to be stopped first.')
      .action(async ({ data, json }: CommonOptions) => {
        await withProgram(data, ({ host }) => host.devnet[act]({}));
        terminal.out(json ? JSON.stringify({ devnet: act }) : act === 'start' ? 'It runs.' : 'It is stopped.');
        end(EXIT.ok);
      });
  }
}
