/** Commands for profiles; each node has one. */
import path from 'node:path';
import { Option } from 'commander';
import type { GpuInventory } from '../../../contract/gpu.ts';
import { LOG_LEVELS } from '../../../contract/logs.ts';
import { type ProfileDraft, type ProfileDraftInput, profileDraftSchema, REJOIN_POLICIES } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { pickSelfTestModel } from '../../../protocol/models/model-kind.ts';
import { parseCnx } from '../../../protocol/money/wei.ts';
import { suggestSelection } from '../../../worker/gpu/assignment.ts';
import { HeadlessError } from '../../errors.ts';
import { chooseProfile, profilesOf, withHost, withProgram } from '../ask-program.ts';
import { requireConfirmation } from '../confirm.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readJsonArgument } from '../file-argument.ts';
import { nodeFacts, stateText, table } from '../node-text.ts';

interface MachineCards {
  readonly inventory: GpuInventory;
  /** Card id → profile that uses it. */
  readonly usedBy: Readonly<Record<string, string>>;
}

interface CreateOptions extends CommonOptions {
  readonly network?: string;
  readonly key?: string;
  readonly engine?: string;
  readonly card?: readonly string[];
  readonly model?: readonly string[];
  readonly stake?: string;
  readonly autoStart?: boolean;
  readonly file?: string;
}

export function addProfileCommands({ program, terminal, end }: Registry): void {
  const profile = program.command('profile').description('The profiles: one per node, with its key, network, engine and cards.');
  common(profile.command('list'))
    .description('Lists the profiles.')
    .action(async ({ data, json }: CommonOptions) => {
      const views = await withHost(data, profilesOf);
      const rows = views.map((view) => [
        view.profile.id,
        view.profile.name,
        view.profile.networkId,
        view.profile.address,
        stateText(view),
      ]);
      if (json) terminal.out(JSON.stringify({ profiles: views.map((view) => ({ ...nodeFacts(view), profile: view.profile })) }));
      else
        terminal.out(
          rows.length === 0 ? 'There are no profiles yet.' : table(['id', 'name', 'network', 'address', 'state'], rows),
        );
      end(EXIT.ok);
    });
  common(profile.command('create'))
    .description(
      'Creates a profile. On the network `devnet` it only needs a name: key, money and card are made up. With --engine and --model you can rehearse the official worker there.',
    )
    .argument('<name>')
    .option('--network <id>', 'network')
    .option('--key <address>', 'address of its key')
    .option('--engine <path>', 'folder or program of the official worker; by default, the one that was found')
    .option('--card <id...>', 'card ids; by default, those that the official node would choose')
    .option('--model <id...>', 'models it offers, as base:<name>')
    .option('--stake <cnx>', "stake; by default, the network's minimum")
    .option('--auto-start', 'start it with the program')
    .option('--file <path>', 'the whole profile as JSON, instead of the options above')
    .action(async (name: string, { data, json, ...options }: CreateOptions) => {
      const isLocal = options.network === 'devnet' && options.key === undefined && options.file === undefined;
      const view = isLocal
        ? await withProgram(data, ({ host }) => {
            terminal.note('Starting the local network and a node in it; this takes up to a minute …');
            return createLocalNode(name, options, host);
          })
        : await withHost(data, async (host) => host.profiles.create({ draft: await draftOf(name, options, host) }));
      terminal.out(json ? JSON.stringify({ profile: view.profile }) : view.profile.id);
      end(EXIT.ok);
    });
  common(profile.command('change'))
    .description('Changes a profile. A running node applies the change at its next start.')
    .argument('<name>')
    .option('--name <name>', 'new name')
    .option('--model <id...>', 'all models it offers')
    .option('--stake <cnx>', 'stake for its next start')
    .option('--engine <path>', 'folder or program of the official worker')
    .option('--models-folder <path>', 'its models folder; nodes with the same folder share the models')
    .option('--hub <url>', 'where to download models from')
    .option('--mirror <url...>', 'all mirrors to use when the hub fails')
    .option('--auto-start', 'start it with the program')
    .option('--no-auto-start', 'do not start it with the program')
    .addOption(new Option('--rejoin <policy>', 'whether it rejoins automatically').choices(REJOIN_POLICIES))
    .addOption(new Option('--log-level <level>', 'log level').choices(LOG_LEVELS))
    .action(async (name: string, { data, json, ...change }: CommonOptions & ChangeOptions) => {
      const view = await withHost(data, async (host) => {
        const { profile: known } = chooseProfile(await profilesOf(host), name);
        const { id, createdMs: _created, ...draft } = known;
        const engine = change.engine === undefined ? {} : { engine: await engineOf(change.engine, known.networkId, host) };
        return host.profiles.update({ id, draft: parseDraft({ ...draft, ...engine, ...changedFields(change, draft) }) });
      });
      terminal.out(json ? JSON.stringify({ profile: view.profile }) : `Changed ${view.profile.id}.`);
      end(EXIT.ok);
    });
  common(profile.command('remove'))
    .description('Removes a profile. Its records and its key stay on disk.')
    .argument('<name>')
    .option('--yes', 'do not ask for confirmation')
    .action(async (name: string, { data, json, yes = false }: CommonOptions & { yes?: boolean }) => {
      const id = await withHost(data, async (host) => {
        const { profile } = chooseProfile(await profilesOf(host), name);
        await requireConfirmation(`Remove the profile ${profile.name}?`, { yes, terminal });
        await host.profiles.remove({ id: profile.id });
        return profile.id;
      });
      terminal.out(json ? JSON.stringify({ removed: id }) : `Removed ${id}.`);
      end(EXIT.ok);
    });
}

/** On the local network, with the embedded engine, or with the official worker and the models it has on disk. */
async function createLocalNode(
  name: string,
  { engine, model }: CreateOptions | Omit<CreateOptions, keyof CommonOptions>,
  host: HostClient,
) {
  const modelIds = model === undefined ? {} : { modelIds: [...model] };
  if (engine === undefined) return await host.profiles.createOnDevnet({ name, ...modelIds });
  if (model === undefined) {
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'another engine needs --model with models that it has on disk', {
      field: '--model',
    });
  }
  const { config, problem } = await host.engines.inspect({ path: engine });
  if (config === null) throw new HeadlessError('HEADLESS_BAD_ARGUMENT', problem?.message ?? engine, { field: '--engine' });
  return await host.profiles.createOnDevnet({ name, ...modelIds, engine: config });
}

interface ChangeOptions {
  readonly name?: string;
  readonly model?: readonly string[];
  readonly stake?: string;
  readonly engine?: string;
  readonly modelsFolder?: string;
  readonly hub?: string;
  readonly mirror?: readonly string[];
  readonly autoStart?: boolean;
  readonly rejoin?: ProfileDraftInput['rejoin'];
  readonly logLevel?: ProfileDraftInput['logLevel'];
}

/** Only what was named on the command line. */
function changedFields(options: ChangeOptions, { models }: Pick<ProfileDraft, 'models'>): object {
  const { name, model, stake, modelsFolder, hub, mirror, autoStart, rejoin, logLevel } = options;
  const directory = modelsFolder === undefined ? undefined : path.resolve(modelsFolder);
  return withoutUndefined({
    ...{ name, modelIds: model, stakeWei: stake && parseCnx(stake).toString(), autoStart, rejoin, logLevel },
    models: { ...models, ...withoutUndefined({ directory, hubUrl: hub, mirrorUrls: mirror }) },
  });
}

export function withoutUndefined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

async function draftOf(
  name: string,
  options: Omit<CreateOptions, keyof CommonOptions>,
  host: HostClient,
): Promise<ProfileDraftInput> {
  if (options.file !== undefined) return parseDraft({ name, ...readJsonArgument(options.file, '--file') });
  const { network: networkId, key: address, model: modelIds, stake } = options;
  if (networkId === undefined || address === undefined || modelIds === undefined) {
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'a profile needs --network, --key and --model, or --file');
  }
  const { networks } = await host.networks.list({});
  const network = networks.find(({ id }) => id === networkId);
  if (network === undefined)
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `there is no network ${networkId}`, { field: '--network' });
  const ids = options.card ?? chosenCards(await host.gpus.inventory({}));
  const report = await host.gpus.report({ ids: [...ids] });
  return parseDraft({
    name,
    networkId,
    address,
    engine: await engineOf(options.engine, networkId, host),
    gpu: {
      kind: 'cards',
      ids,
      confirmed: { name: report.reportedName, vramGib: report.reportedVramGib },
      selfTestModel: pickSelfTestModel(modelIds),
    },
    modelIds,
    stakeWei: stake === undefined ? (await host.networks.minimumStake({ id: networkId })).minimumWei : parseCnx(stake).toString(),
    autoStart: options.autoStart ?? false,
  });
}

function parseDraft(draft: object): ProfileDraftInput {
  const result = profileDraftSchema.safeParse(draft);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `profile: ${field}: ${issue?.message ?? 'invalid'}`, { field });
}

async function engineOf(place: string | undefined, networkId: string, host: HostClient) {
  const candidates = place === undefined ? (await host.engines.list({})).engines : [await host.engines.inspect({ path: place })];
  const usable = candidates.find(({ config, acceptedBy }) => config !== null && acceptedBy.includes(networkId));
  if (usable?.config != null) return usable.config;
  const why = candidates.flatMap(({ problem }) => problem?.message ?? []).join('; ');
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `no engine here that ${networkId} accepts. ${why}`.trim(), {
    field: '--engine',
  });
}

/** The free cards that the official node would choose. */
export function chosenCards({ inventory, usedBy }: MachineCards): readonly string[] {
  const suggestion = suggestSelection({ cards: inventory.cards, taken: new Set(Object.keys(usedBy)) });
  if (suggestion !== null) return suggestion.ids;
  const why = inventory.cards.flatMap(({ name, unusable }) => (unusable === null ? [] : `${name}: ${unusable.message}`));
  const message = ['this machine has no free card that can be used', ...why].join('; ');
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', message, { field: '--card' });
}
