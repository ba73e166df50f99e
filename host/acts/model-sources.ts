/**
 * Checks where a page wants models to be stored and downloaded from: unchanged, chosen in a dialog, or confirmed by a
 * person.
 */
import type { ActQuestion } from '../../contract/act-questions.ts';
import { ContractError } from '../../contract/errors.ts';
import { type ModelSettings, modelSettingsSchema } from '../../contract/model-settings.ts';
import { hostAndPort } from '../../contract/proxy.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { ChosenPlaces } from './chosen-places.ts';

export interface ModelSourcesChange {
  /** Profile being changed; null = a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly models: ModelSettings;
  /** Token of a folder chosen in a dialog. */
  readonly chosen: string | null;
}

export interface ModelsGuardOptions {
  readonly profiles: Pick<ProfileStore, 'list'>;
  readonly places: Pick<ChosenPlaces, 'holds' | 'take'>;
  /** Throws if nobody confirms it. */
  readonly confirmed: (question: ActQuestion) => Promise<void>;
}

export async function guardModels(
  change: ModelSourcesChange,
  { profiles, places, confirmed }: ModelsGuardOptions,
): Promise<void> {
  const { id, name, models, chosen } = change;
  const all = profiles.list();
  const own = all.find((profile) => profile.id === id)?.models ?? modelSettingsSchema.parse({});
  const { directory } = models;
  // The default folder needs no choice, and a folder that a node already uses is known.
  const known = directory === undefined || all.some((profile) => profile.models.directory === directory);
  if (!known && (chosen === null || !places.holds(chosen, 'models') || places.take(chosen, 'models') !== directory)) {
    throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named a models folder that nobody has chosen', { directory });
  }
  if (canonicalJson(sourcesOf(models)) === canonicalJson(sourcesOf(own))) return;
  const { hubUrl, mirrorUrls, proxy } = models;
  const facts = {
    node: name,
    hubUrl,
    mirrorUrls: mirrorUrls.length === 0 ? 'none' : mirrorUrls.join(', '),
    proxy: proxy === null ? 'environment' : `${proxy.username === '' ? '' : `${proxy.username}@`}${hostAndPort(proxy)}`,
  };
  await confirmed({ name: 'changeModelSources', address: null, facts });
}

function sourcesOf({ hubUrl, mirrorUrls, proxy }: ModelSettings) {
  return { hubUrl, mirrorUrls, proxy: proxy === null ? null : { ...proxy } };
}
