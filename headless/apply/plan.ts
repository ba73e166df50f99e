/** Works out the steps that make everything match a nodes file; performs none of them. */
import path from 'node:path';
import { networkPresetData } from '../../contract/node-config.ts';
import { plainText } from '../../contract/plain-text.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { Settings, SettingsChange } from '../../contract/settings.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { profilesOf } from '../cli/ask-program.ts';
import { SECRET_KEYS, SETTING_KEYS, settingChange, settingsOf } from '../cli/commands/settings.ts';
import { readPresetArgument } from '../cli/file-argument.ts';
import { HeadlessError } from '../errors.ts';
import { type PlannedKey, planKeys } from './key-plan.ts';
import { type NetworkFacts, planNode } from './node-plan.ts';
import type { DeclaredNode } from './nodes-file.ts';
import { planRemovals } from './prune.ts';
import type { FieldPath } from './read-nodes-file.ts';
import { tryOrRefuse } from './secret-reader.ts';
import type { Plan, PlanOptions, Refuse, Step } from './step.ts';

/** @throws HeadlessError HEADLESS_APPLY_WRONG or HEADLESS_APPLY_REFUSED with every problem */
export async function planOf(options: PlanOptions): Promise<Plan> {
  const { host, file } = options;
  const problems: string[] = [];
  const refuse: Refuse = (field, message) => void problems.push(plainText(`${file.place(field)}: ${message}`));
  let isWrong = false;
  const wrong: Refuse = (field, message) => {
    isWrong = true;
    refuse(field, message);
  };
  const networks = await planNetworks(options, refuse);
  const keys = await planKeys(options, refuse);
  const settings = await planSettings(options, wrong);
  const secrets = await planSecrets(options, { refuse, otherProxy: settings.some(({ name }) => name === 'proxy') });
  const views = await profilesOf(host);
  const nodes: Step[] = [];
  const planned: PlannedNode[] = [];
  const shared = { ...options, refuse, views, networks: networks.facts, newKey: keys.newKey, claimed: new Map<string, string>() };
  for (const [at, declared] of file.content.nodes.entries()) {
    const field = ['nodes', at];
    const key = keys.nodeKeys[at] ?? null;
    if (key === null) continue;
    const { step, view } = await planNode({ declared, field, key }, shared);
    const node = { declared, field, key, view };
    const twin = planned.find((other) => isSameNode(node, other));
    if (twin !== undefined)
      wrong(field, `${declared.name} has the key and network of ${file.place(twin.field)}, ${twin.declared.name}`);
    else planned.push(node);
    if (step !== null) nodes.push(step);
  }
  const others = views.filter((view) => !planned.some((node) => node.view === view));
  const removals = options.prune ? await planRemovals(others, options) : { steps: [], kept: [] };
  const staying = options.prune ? removals.kept.map(({ node }) => node) : others.map(({ profile }) => profile.name);
  for (const { declared, field, view } of planned) {
    const isRenamed = view !== null && view.profile.name !== declared.name;
    if (isRenamed && staying.includes(declared.name))
      refuse([...field, 'name'], `a node that is not in the file is called ${declared.name}`);
  }
  if (problems.length > 0) {
    throw new HeadlessError(isWrong ? 'HEADLESS_APPLY_WRONG' : 'HEADLESS_APPLY_REFUSED', problems.join('\n'), { problems });
  }
  return { steps: [...networks.steps, ...keys.steps, ...settings, ...secrets, ...nodes, ...removals.steps], kept: removals.kept };
}

interface PlannedNode {
  readonly declared: DeclaredNode;
  readonly field: FieldPath;
  readonly key: PlannedKey;
  /** Null = it has no profile yet, or it was refused. */
  readonly view: ProfileView | null;
}

/**
 * Compares what never changes in a profile. If two entries meant one profile, each run would flip its name and fields.
 */
function isSameNode(one: PlannedNode, other: PlannedNode): boolean {
  if (one.view !== null && one.view === other.view) return true;
  if (one.declared.network !== other.declared.network || one.key.kind === 'made' || other.key.kind === 'made') return false;
  return sameAddress(one.key.address, other.key.address);
}

async function planNetworks({ host, file, applied }: PlanOptions, refuse: Refuse) {
  const { networks } = await host.networks.list({});
  const facts = new Map<string, NetworkFacts>(networks.map((network) => [network.id, network]));
  const steps: Step[] = [];
  for (const [at, { file: preset }] of file.content.networks.entries()) {
    const field = ['networks', at, 'file'];
    const read = readPreset(path.resolve(file.folder, preset));
    if (typeof read === 'string') {
      refuse(field, read);
      continue;
    }
    const { id, title, relayUrl, acceptedEngines } = read;
    const known = networks.find((one) => one.id === id);
    const data = networkPresetData(read);
    const text = canonicalJson(JSON.parse(JSON.stringify(data)));
    facts.set(id, { id, title, relayUrl, acceptedEngines, comingSoon: read.comingSoon !== undefined });
    const isSame = known?.relayUrl === relayUrl && known.title === title && applied.isSameNetwork(id, text);
    if (isSame) continue;
    steps.push({
      ...{ what: 'network', act: known === undefined ? 'add' : 'change', name: id },
      changes: [{ field: 'relay', from: known?.relayUrl ?? null, to: relayUrl }],
      async perform() {
        await host.networks.add({ preset: data });
        applied.keepNetwork(id, text);
      },
    });
  }
  return { facts, steps };
}

/** @returns what is wrong with it, if anything */
function readPreset(file: string) {
  try {
    return readPresetArgument(file, 'file');
  } catch (error) {
    if (error instanceof HeadlessError) return error.message;
    throw error;
  }
}

async function planSettings({ host, file }: PlanOptions, wrong: Refuse): Promise<Step[]> {
  let settings = await settingsOf(host);
  const steps: Step[] = [];
  for (const [name, value] of Object.entries(file.content.settings)) {
    const key = SETTING_KEYS[name];
    if (key === undefined || value === undefined) continue;
    try {
      // Later settings build on earlier ones: a notification channel has both a switch and a chat.
      const next = merged(settings, settingChange(name, value, settings));
      const [from, to] = [key.shown(settings), key.shown(next)];
      settings = next;
      if (from === to) continue;
      steps.push({
        ...{ what: 'setting', act: 'change', name, changes: [{ field: name, from, to }] },
        perform: async () => void (await host.settings.change(settingChange(name, value, await settingsOf(host)))),
      });
    } catch (error) {
      if (!(error instanceof HeadlessError)) throw error;
      // The place already includes the name.
      wrong(['settings', name], error.message.replace(`${name}: `, ''));
    }
  }
  return steps;
}

function merged(settings: Settings, change: SettingsChange): Settings {
  return { ...settings, ...change, notifications: { ...settings.notifications, ...change.notifications } } as Settings;
}

/** @param otherProxy the proxy address changed, which drops the proxy password, so it has to be set again */
async function planSecrets(
  { host, file, reader, applied }: PlanOptions,
  { refuse, otherProxy }: { readonly refuse: Refuse; readonly otherProxy: boolean },
): Promise<Step[]> {
  const places = await host.settings.secrets({});
  const steps: Step[] = [];
  for (const [name, source] of Object.entries(file.content.secrets)) {
    const secret = SECRET_KEYS[name];
    if (secret === undefined || source === undefined) continue;
    const value = await tryOrRefuse(() => reader.line(source), { field: ['secrets', name], refuse });
    if (value === null) continue;
    const isGone = places[secret] === null || (secret === 'proxyPassword' && otherProxy);
    if (!isGone && applied.isSameSecret(name, value)) continue;
    steps.push({
      ...{ what: 'secret', act: 'change', name },
      changes: [{ field: name, from: places[secret] === null ? 'not set' : 'another', to: 'set' }],
      async perform() {
        await host.settings.setSecret({ name: secret, value });
        applied.keepSecret(name, value);
      },
    });
  }
  return steps;
}
