/** Turns a profile into its worker process's configuration, and tells why two profiles cannot run at the same time. */
import { type NetworkPreset, type NodeConfigInput, networkPresetData } from '../../contract/node-config.ts';
import type { Profile, ProfileDraft } from '../../contract/profiles.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { HostError } from '../errors.ts';

export interface NodeConfigParts {
  readonly profile: Profile;
  readonly preset: NetworkPreset;
  readonly dataDir: string;
  /** Folder in which all nodes of the machine claim their cards. */
  readonly claimsDir: string;
}

/** @throws HostError PROFILE_ENGINE_REFUSED, PROFILE_STATED_CARD */
export function nodeConfigOf({ profile, preset, dataDir, claimsDir }: NodeConfigParts): NodeConfigInput {
  assertFits(profile, preset);
  const { engine, stakeWei, modelIds, models, rejoin, retention, logLevel, gpu } = profile;
  return {
    dataDir,
    network: networkPresetData(preset),
    engine,
    gpu: gpu.kind === 'stated' ? gpu : cardsConfig(gpu, claimsDir),
    stakeWei,
    modelIds,
    models,
    rejoin,
    retention,
    logLevel,
  };
}

function cardsConfig(gpu: Extract<Profile['gpu'], { kind: 'cards' }>, claimsDir: string): NodeConfigInput['gpu'] {
  const { ids: uuids, confirmed, settings, selfTestModel } = gpu;
  return {
    kind: 'nvidia',
    uuids,
    settings,
    selfTest: selfTestModel === null ? null : { modelId: selfTestModel },
    claimsDir,
    ...(confirmed === null ? {} : { confirmed }),
  };
}

/**
 * What can be checked of a draft before it starts; the worker checks again (law 7).
 * @throws HostError PROFILE_ENGINE_REFUSED, PROFILE_STATED_CARD
 */
export function assertFits({ engine, gpu }: Pick<ProfileDraft, 'engine' | 'gpu'>, preset: NetworkPreset): void {
  if (preset.comingSoon !== undefined) {
    const facts = { network: preset.id, chainId: preset.comingSoon.chainId };
    throw new HostError('PROFILE_NETWORK_COMING_SOON', `${preset.title} has no staking contracts yet`, facts);
  }
  if (!preset.acceptedEngines.includes(engine.kind)) {
    const accepted = preset.acceptedEngines.join(', ');
    throw new HostError('PROFILE_ENGINE_REFUSED', `${preset.title} accepts ${accepted}, not ${engine.kind}`, {
      engine: engine.kind,
      accepted: [...preset.acceptedEngines],
    });
  }
  if (gpu.kind === 'stated' && !isLocalRelay(preset.relayUrl)) {
    throw new HostError('PROFILE_STATED_CARD', `${preset.title} does not run on this machine`, { network: preset.id });
  }
}

export interface PlacedProfile {
  readonly profile: Profile;
  readonly preset: NetworkPreset;
}

/**
 * Why this profile cannot run together with the running ones; null = it can. Networks with the same relay are the same
 * network, whatever their presets are called.
 */
export function conflictWith(own: PlacedProfile, running: readonly PlacedProfile[]): HostError | null {
  const { profile, preset } = own;
  for (const other of running) {
    if (other.profile.id === profile.id) continue;
    const by = { by: other.profile.id };
    if (sameAddress(other.profile.address, profile.address) && isSameNetwork(other.preset, preset)) {
      return new HostError('PROFILE_KEY_TAKEN', `${other.profile.name} is running with this key on this network`, by);
    }
    const shared = cardsOf(profile).find((card) => cardsOf(other.profile).includes(card));
    if (shared === undefined) continue;
    return new HostError('PROFILE_CARD_TAKEN', `${other.profile.name} is running on this card`, { ...by, card: shared });
  }
  return null;
}

function cardsOf({ gpu }: Profile): readonly string[] {
  return gpu.kind === 'cards' ? gpu.ids : gpu.uuids;
}

function isSameNetwork(a: NetworkPreset, b: NetworkPreset): boolean {
  return a.id === b.id || new URL(a.relayUrl).host === new URL(b.relayUrl).host;
}

/** Whether a relay runs on this machine. */
export function isLocalRelay(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
