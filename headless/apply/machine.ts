/** Resolves the cards and engines that a nodes file names on this machine. */
import path from 'node:path';
import type { GpuCard } from '../../contract/gpu.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import type { ProfileDraft, ProfileDraftInput } from '../../contract/profiles.ts';
import type { HostClient } from '../../contract/rpc-client.ts';
import { pickSelfTestModel } from '../../protocol/models/model-kind.ts';
import { HeadlessError } from '../errors.ts';
import type { DeclaredEngine, DeclaredGpu } from './nodes-file.ts';

/** @throws HeadlessError HEADLESS_APPLY_REFUSED */
export async function engineOf(
  declared: DeclaredEngine,
  context: {
    readonly host: HostClient;
    readonly network: { readonly id: string; readonly acceptedEngines: readonly string[] };
    readonly folder: string;
  },
): Promise<EngineConfig> {
  const { host, network, folder } = context;
  const candidates =
    typeof declared === 'object'
      ? [await host.engines.inspect({ path: path.resolve(folder, declared.official) })]
      : (await host.engines.list({})).engines.filter(({ kind }) => declared === 'found' || kind === declared);
  // Checked against the preset itself, because the network may only be added by this same file.
  const usable = candidates.find(({ config }) => config !== null && network.acceptedEngines.includes(config.kind));
  if (usable?.config != null) return usable.config;
  const why = candidates.flatMap(({ problem }) => problem?.message ?? []).join('; ');
  throw refusal(`no engine here that ${network.id} accepts. ${why}`.trim());
}

/** @throws HeadlessError HEADLESS_APPLY_REFUSED */
export async function gpuOf(
  declared: DeclaredGpu,
  context: {
    readonly host: HostClient;
    /** The profile's current value. */
    readonly known: ProfileDraft['gpu'] | null;
    readonly modelIds: readonly string[];
  },
): Promise<ProfileDraftInput['gpu']> {
  const { host, known, modelIds } = context;
  if (typeof declared === 'object' && declared.stated !== undefined) return { kind: 'stated', ...declared.stated };
  const { cards, problems } = (await host.gpus.inventory({})).inventory;
  const ids = idsOf(declared, cards);
  if (typeof ids === 'string') throw refusal([ids, ...problems.map(({ message }) => message)].join('; '));
  // Keep what a person has confirmed: if the card reports something else since then, a person has to look at it.
  if (known?.kind === 'cards' && known.ids.length === ids.length && ids.every((id) => known.ids.includes(id))) return known;
  const { reportedName, reportedVramGib } = await host.gpus.report({ ids: [...ids] });
  const settings = known?.kind === 'cards' ? { settings: known.settings } : {};
  return {
    ...{ kind: 'cards' as const, ids: [...ids], confirmed: { name: reportedName, vramGib: reportedVramGib } },
    ...{ selfTestModel: pickSelfTestModel(modelIds), ...settings },
  };
}

/** @returns the ids, or a text that says why there are none */
function idsOf(declared: DeclaredGpu, cards: readonly GpuCard[]): readonly string[] | string {
  const usable = cards.filter(({ unusable }) => unusable === null);
  const list = cards.map(({ index, id, name }) => `${index}: ${name} (${id})`).join(', ') || 'none';
  if (declared === 'only') {
    const [first, second] = usable;
    if (first !== undefined && second === undefined) return [first.id];
    return `"only" needs a machine with exactly one usable card, but there are ${usable.length}; cards here: ${list}`;
  }
  const { uuid, index, ids } = declared;
  const wanted = ids ?? (uuid === undefined ? cards.filter((card) => card.index === index).map(({ id }) => id) : [uuid]);
  const found = wanted.map((id) => cards.find((card) => card.id === id || card.uuid === id));
  const missing = found.includes(undefined) || found.length === 0;
  if (missing) return `there is no such card; cards here: ${list}`;
  const bad = found.find((card) => card?.unusable != null);
  return bad == null ? found.flatMap((card) => card?.id ?? []) : `${bad.name} cannot be used: ${bad.unusable?.message ?? ''}`;
}

function refusal(message: string): HeadlessError {
  return new HeadlessError('HEADLESS_APPLY_REFUSED', message);
}
