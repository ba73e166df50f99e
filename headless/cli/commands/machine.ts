/** Commands for what this machine provides to nodes: cards, engines, networks, and the local network. */
import { OFFICIAL_PLACES } from '../../../contract/first-run.ts';
import { networkPresetData } from '../../../contract/node-config.ts';
import { CodedError, type ErrorData } from '../../../protocol/errors.ts';
import { formatCnxExact, parseCnx } from '../../../protocol/money/wei.ts';
import { withHost, withProgram } from '../ask-program.ts';
import { requireConfirmation } from '../confirm.ts';
import { addressArgument, type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readPresetArgument } from '../file-argument.ts';
import { table } from '../node-text.ts';

export function addMachineCommands(registry: Registry): void {
  const { program, terminal, end } = registry;
  common(program.command('cards'))
    .description("Lists this machine's cards, and why one cannot be used.")
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
    .description("Lists this machine's engines, and why one cannot be used.")
    .argument('[path]', 'check this folder or program instead')
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
  addOfficial(registry);
  addNetworks(registry);
  addDevnet(registry);
}

function addOfficial({ program, terminal, end }: Registry): void {
  const official = program
    .command('official')
    .description("The official node's package, which contains the worker for public networks.");
  common(official.command('release'))
    .description('Shows the newest release from its release page, and its files for this system.')
    .action(async ({ data, json }: CommonOptions) => {
      const release = await withHost(data, (host) => host.engines.release({}));
      const rows = release.files.map(({ name, sizeBytes, sha256 }) => [name, String(sizeBytes), sha256 ?? 'none']);
      if (json) terminal.out(JSON.stringify({ release, places: OFFICIAL_PLACES }));
      else {
        terminal.out(`Release ${release.version}: ${release.pageUrl}`);
        if (rows.length > 0) terminal.out(table(['file', 'bytes', 'SHA-256'], rows));
        else terminal.out(`It has no package for this system. See the network's guide: ${OFFICIAL_PLACES.guide}`);
      }
      end(EXIT.ok);
    });
  common(official.command('fetch'))
    .description('Downloads a file of the newest release to the data directory, and keeps it if its checksum matches.')
    .argument('<file>', 'its name, as shown by `official release`')
    .action(async (name: string, { data, json }: CommonOptions) => {
      const ended = await withHost(data, async (host) => {
        await host.engines.fetch({ name });
        for await (const state of await host.engines.watchFetch({}, { signal: terminal.signal })) {
          if (state.kind !== 'downloading' && state.kind !== 'verifying') return state;
        }
        await host.engines.stopFetch({});
        return { kind: 'cancelled' as const, name };
      });
      if (ended.kind === 'failed') throw new CodedError(ended.error.code, ended.error.message, ended.error.data as ErrorData);
      if (json) terminal.out(JSON.stringify({ fetch: ended }));
      else if (ended.kind === 'done') terminal.out(`${ended.path}\nIts SHA-256 matches the release page: ${ended.sha256}`);
      else terminal.note('Stopped. What was downloaded is kept.');
      end(ended.kind === 'done' ? EXIT.ok : EXIT.failed);
    });
}

function addNetworks({ program, terminal, end }: Registry): void {
  const networks = program.command('networks').description('The networks that nodes can join.');
  common(networks.command('list'))
    .description('Lists the networks.')
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
    .description('Adds a custom network.')
    .argument('<file>', 'its preset as JSON')
    .action(async (file: string, { data, json }: CommonOptions) => {
      const preset = networkPresetData(readPresetArgument(file, '<file>'));
      const view = await withHost(data, (host) => host.networks.add({ preset }));
      terminal.out(json ? JSON.stringify({ network: view }) : `Added ${view.id}.`);
      end(EXIT.ok);
    });
  common(networks.command('funding'))
    .description('Shows from the chain and the contract what an address has, and what it needs for a stake.')
    .argument('<network>', 'its id')
    .argument('<address>', 'of the node')
    .option('--stake <cnx>', 'stake; by default, the minimum of the contract')
    .action(async (networkId: string, address: string, { data, json, stake = '0' }: CommonOptions & { stake?: string }) => {
      const asked = { networkId, address: addressArgument(address), stakeWei: String(parseCnx(stake)) };
      const { funding } = await withHost(data, (host) => host.networks.funding(asked));
      const cnx = (wei: string) => `${formatCnxExact(BigInt(wei))} CNX`;
      if (json) terminal.out(JSON.stringify({ funding }));
      else if (funding === null) terminal.out('This network has no stake on a chain.');
      else {
        const { neededWei, walletWei, missingWei, minimumWei, chainId } = funding;
        terminal.out(
          table(
            ['chain', 'minimum stake', 'wallet must hold', 'wallet holds', 'missing'],
            [[String(chainId), cnx(minimumWei), cnx(neededWei), cnx(walletWei), cnx(missingWei)]],
          ),
        );
      }
      end(EXIT.ok);
    });
  common(networks.command('remove'))
    .description('Removes a custom network.')
    .argument('<id>')
    .option('--yes', 'do not ask for confirmation')
    .action(async (id: string, { data, json, yes = false }: CommonOptions & { yes?: boolean }) => {
      await requireConfirmation(`Remove the network ${id}?`, { yes, terminal });
      await withHost(data, (host) => host.networks.remove({ id }));
      terminal.out(json ? JSON.stringify({ removed: id }) : `Removed ${id}.`);
      end(EXIT.ok);
    });
}

function addDevnet({ program, terminal, end }: Registry): void {
  const devnet = program
    .command('devnet')
    .description('The local network on this machine, for trying everything without a stake.');
  for (const act of ['start', 'stop'] as const) {
    common(devnet.command(act))
      .description(act === 'start' ? 'Starts it.' : 'Stops it; its nodes have to be stopped first.')
      .action(async ({ data, json }: CommonOptions) => {
        await withProgram(data, ({ host }) => host.devnet[act]({}));
        terminal.out(json ? JSON.stringify({ devnet: act }) : act === 'start' ? 'It is running.' : 'It is stopped.');
        end(EXIT.ok);
      });
  }
}
