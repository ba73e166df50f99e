/**
 * Checks a page's acts before they are carried out. A page cannot name programs or folders: a profile's engine must be
 * one that this program found, that a profile already uses, or that is in a folder chosen by a person. The same goes
 * for the models folder. Exporting or archiving a key, and sending requests, downloads or secrets to another place,
 * needs a person's confirmation, which is requested in a way that no page can fake.
 */
import type { z } from 'zod';
import type { ActQuestion } from '../../contract/act-questions.ts';
import { ContractError } from '../../contract/errors.ts';
import type { PlaceDraft } from '../../contract/fleet.ts';
import type { exportConfirmSchema } from '../../contract/keys.ts';
import { modelSettingsSchema } from '../../contract/model-settings.ts';
import type { EngineConfig, NetworkPreset } from '../../contract/node-config.ts';
import { CHANNELS, type ChannelSettings } from '../../contract/notify.ts';
import type { ProfileDraft } from '../../contract/profiles.ts';
import type { ProxySetting } from '../../contract/proxy.ts';
import type { ActCall, ActGuard } from '../../contract/rpc-server.ts';
import type { SecretSetting, secretChangeSchema } from '../../contract/settings.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import type { EngineDirectory } from '../app/engines.ts';
import type { StakePermissions } from '../app/stake-permissions.ts';
import { readPlaceUrl } from '../fleet/places.ts';
import { CHANNEL_SECRETS } from '../notices/announcer.ts';
import { originOf } from '../notices/requests.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { ChosenPlaces } from './chosen-places.ts';
import { guardModels } from './model-sources.ts';
import type { PendingActs } from './pending-acts.ts';

const DEFAULT_HUB = modelSettingsSchema.parse({}).hubUrl;

export interface PageGuardOptions {
  readonly engines: Pick<EngineDirectory, 'list'>;
  readonly profiles: Pick<ProfileStore, 'list'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly places: Pick<ChosenPlaces, 'holds' | 'take'>;
  readonly stakePermissions: Pick<StakePermissions, 'allowBy'>;
  readonly ask: PendingActs['ask'];
}

/** By path in the contract. A test checks that every act of the host has exactly one rule. */
export const PAGE_RULES: Readonly<Record<string, (call: ActCall, options: PageGuardOptions) => Promise<void>>> = {
  'profiles.start': ({ input }, { stakePermissions, ask }) =>
    stakePermissions.allowBy((input as { id: string }).id, (question) => requireConfirmation(question, ask)),
  'profiles.allowStake': refusePage,
  'profiles.create': knownDraft,
  'profiles.update': knownDraft,
  // Without an engine, the embedded one is used.
  'profiles.createOnDevnet': async ({ input }, options) => {
    const { engine } = input as { engine?: EngineConfig };
    if (engine !== undefined) await knownEngine(engine, options);
  },
  // The node's key will sign whatever this relay asks for.
  'networks.add': ({ input }, { ask }) => {
    const { title, relayUrl, chain: staking, taskChain } = (input as { preset: NetworkPreset }).preset;
    const chain = staking ?? taskChain;
    const facts = { title, relayUrl, rpcUrls: chain?.rpcUrls.join(', ') ?? null, chainId: chain?.chainId ?? null };
    return requireConfirmation({ name: 'addNetwork', address: null, facts }, ask);
  },
  'settings.change': async ({ input }, { settings, ask }) => {
    const { proxy, elsewhere } = input as { proxy?: ProxySetting; elsewhere?: ChannelSettings };
    const { proxy: before, elsewhere: told } = settings.get();
    // Messages would go to somebody else.
    const chatId = elsewhere?.telegram.chatId ?? told.telegram.chatId;
    if (chatId !== told.telegram.chatId) {
      const facts = { chatId, chatIdBefore: told.telegram.chatId === '' ? null : told.telegram.chatId };
      await requireConfirmation({ name: 'changeChat', address: null, facts }, ask);
    }
    if (proxy === undefined || canonicalJson(proxy) === canonicalJson(before)) return;
    const facts = { proxy: proxyText(proxy), noProxy: proxy.kind === 'address' ? proxy.noProxy : null };
    await requireConfirmation({ name: 'changeProxy', address: null, facts: { ...facts, proxyBefore: proxyText(before) } }, ask);
  },
  'settings.setSecret': ({ input }, { settings, profiles, ask }) => {
    const { name, value } = input as z.output<typeof secretChangeSchema>;
    const proxy = proxyText(settings.get().proxy);
    const hubs = new Set([DEFAULT_HUB, ...profiles.list().map(({ models }) => models.hubUrl)]);
    const facts = { secret: name, goesTo: secretRecipient(name, value, { proxy, hubs }) };
    return requireConfirmation({ name: value === null ? 'removeSecret' : 'setSecret', address: null, facts }, ask);
  },
  'engines.inspect': async ({ path, input }, { places }) => {
    const { chosen, path: named } = input as { chosen?: string; path?: string };
    if (named === undefined && chosen !== undefined && places.holds(chosen, 'engine')) return;
    throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named a place that nobody has chosen', { path });
  },
  'keys.confirmExport': ({ input }, { ask }) =>
    requireConfirmation({ name: 'exportKey', address: (input as z.output<typeof exportConfirmSchema>).address, facts: {} }, ask),
  'keys.archive': ({ input }, { ask }) =>
    requireConfirmation({ name: 'archiveKey', address: (input as { address: string }).address, facts: {} }, ask),
  // The token is sent there, and so are this window's orders for its nodes.
  'fleet.places.add': async ({ path, input }, { ask }) => {
    const { name, url, caFile, certFile, keyFile } = input as PlaceDraft;
    if (caFile !== null || certFile !== null || keyFile !== null) {
      throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named a file', { path });
    }
    const goesTo = readPlaceUrl(url).origin;
    await requireConfirmation({ name: 'addPlace', address: null, facts: { place: name, goesTo } }, ask);
  },
  'access.list': refusePage,
  'access.create': refusePage,
  'access.revoke': refusePage,
  'acts.pending': refusePage,
  'acts.confirm': refusePage,
};

export function createPageGuard(options: PageGuardOptions): ActGuard {
  return async (call) => {
    const rule = PAGE_RULES[call.path];
    if (rule === undefined) throw new ContractError('ACT_NOT_FOR_PAGES', `${call.path} is not for a page`, { path: call.path });
    await rule(call, { ...options, ask: (question) => options.ask(question, call.signal) });
  };
}

/** For acts that a page may never call. */
function refusePage({ path }: ActCall): Promise<void> {
  return Promise.reject(new ContractError('ACT_NOT_FOR_PAGES', `${path} is not for a page`, { path }));
}

/** Who will receive a secret. If the secret is itself an address, only its origin, never the secret. */
function secretRecipient(
  name: SecretSetting,
  value: string | null,
  known: { readonly proxy: string; readonly hubs: ReadonlySet<string> },
) {
  if (name === 'proxyPassword') return known.proxy;
  if (name === 'hubToken') return [...known.hubs].join(', ');
  const channel = CHANNELS.find((one) => CHANNEL_SECRETS[one] === name);
  return channel === undefined || value === null ? null : originOf(channel, value);
}

function proxyText(proxy: ProxySetting): string {
  return proxy.kind === 'address' ? proxy.address : proxy.kind;
}

async function knownDraft({ input }: ActCall, options: PageGuardOptions): Promise<void> {
  const { id, draft, chosen } = input as { id?: string; draft: ProfileDraft; chosen?: string };
  await knownEngine(draft.engine, options);
  const { profiles, places, ask } = options;
  await guardModels(
    { id: id ?? null, name: draft.name, models: draft.models, chosen: chosen ?? null },
    { profiles, places, confirmed: (question) => requireConfirmation(question, ask) },
  );
}

async function requireConfirmation(question: ActQuestion, ask: PendingActs['ask']): Promise<void> {
  if (await ask(question)) return;
  throw new ContractError('ACT_NOT_CONFIRMED', `${question.name} was not confirmed`, {
    name: question.name,
    address: question.address,
  });
}

async function knownEngine(engine: EngineConfig, { engines, profiles }: PageGuardOptions): Promise<void> {
  // Our own engine with the default hub; only its device can be chosen.
  if (engine.kind === 'embedded' && engine.hubUrl === undefined) return;
  const same = (other: EngineConfig | null) => other !== null && canonicalJson(other) === canonicalJson(engine);
  if (profiles.list().some((profile) => same(profile.engine))) return;
  if ((await engines.list()).some(({ config }) => same(config))) return;
  throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named an engine that is not known here', { kind: engine.kind });
}
