/** Names, in the reader's language, for what ships with this program; other networks and engines keep their own names. */

import { useTranslation } from 'react-i18next';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { useProfiles } from '../state/app-context.ts';

/** The id of the local network (host/networks). */
const LOCAL_NETWORK_ID = 'devnet';

export function useNetworkName(): (network: { readonly id: string; readonly title: string }) => string {
  const { t } = useTranslation();
  return ({ id, title }) => (id === LOCAL_NETWORK_ID ? t('ownName.devnet') : title);
}

export function useEngineName(): (engine: { readonly kind: 'embedded' | 'official' }) => string {
  const { t } = useTranslation();
  return ({ kind }) => t(`ownName.${kind}`);
}

/** A profile's name by its id; an id that is not on this host is shown as it is. */
export function useProfileName(): (id: string) => string {
  const profiles = useProfiles() ?? [];
  return (id) => profiles.find(({ profile }) => profile.id === id)?.profile.name ?? id;
}

export function useListText(): (items: readonly string[]) => string {
  const { i18n } = useTranslation();
  return (items) => new Intl.ListFormat(i18n.language).format(items);
}

export function useTaskTypesText(): (types: readonly TaskType[]) => string {
  const { t } = useTranslation();
  const list = useListText();
  return (types) => list(types.map((type) => t(`taskType.${type}`)));
}
