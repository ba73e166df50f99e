import { useTranslation } from 'react-i18next';
import { type Grouping, LEDGER_KINDS } from '../../../contract/money.ts';
import { TASK_TYPE, type TaskType } from '../../../protocol/tasks/status.ts';

const isTaskType = (value: string): value is TaskType => Object.hasOwn(TASK_TYPE, value);

/** The display name of a group of earnings. */
export function useGroupText(by: Grouping): (group: string | null) => string {
  const { t } = useTranslation(['earnings', 'common']);
  return (group) => {
    if (by === 'none') return t('chart.title');
    if (group === null) return t('chart.unknownGroup');
    if (by === 'taskType' && isTaskType(group)) return t(`common:taskType.${group}`);
    const kind = LEDGER_KINDS.find((known) => known === group);
    if (by === 'kind' && kind !== undefined) return t(`kinds.${kind}`);
    return group;
  };
}
