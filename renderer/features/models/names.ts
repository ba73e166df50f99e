import { useTranslation } from 'react-i18next';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import { useProfiles } from '../../state/app-context.ts';

/** A profile's name by its id; an id that is not on this host is shown as it is. */
export function useProfileName(): (id: string) => string {
  const profiles = useProfiles() ?? [];
  return (id) => profiles.find(({ profile }) => profile.id === id)?.profile.name ?? id;
}

export function useList(): (items: readonly string[]) => string {
  const { i18n } = useTranslation();
  return (items) => new Intl.ListFormat(i18n.language).format(items);
}

export function useTaskTypes(): (types: readonly TaskType[]) => string {
  const { t } = useTranslation();
  const list = useList();
  return (types) => list(types.map((type) => t(`taskType.${type}`)));
}
