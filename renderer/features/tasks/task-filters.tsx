import { FilterX } from 'lucide-react';
import { memo, type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { isTerminal, TASK_STATUSES } from '../../../protocol/tasks/status.ts';
import { Button } from '../../ui/button.tsx';
import { Select, TextInput } from '../../ui/field.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useThrottledText } from '../../ui/use-throttled-text.ts';
import { MultiSelect } from './multi-select.tsx';
import { ALL_TASKS, isUnfiltered, PERIODS, type PeriodKind, TASK_TYPES, type TaskView } from './task-filter.ts';

export interface TaskFiltersProps {
  readonly view: TaskView;
  readonly onChange: (view: TaskView) => void;
  /** Behind the controls. */
  readonly children: ReactNode;
}

export function TaskFilters({ children, ...rest }: TaskFiltersProps) {
  const { t } = useTranslation('tasks');
  return (
    <search aria-label={t('filter.label')} className="flex flex-wrap items-center gap-2">
      <MemoizedControls {...rest} />
      {children}
    </search>
  );
}

/** Not re-rendered for each page of rows: its options alone are forty texts. */
const MemoizedControls = memo(FilterControls);

function FilterControls({ view, onChange }: Omit<TaskFiltersProps, 'children'>) {
  const { t } = useTranslation(['tasks', 'common']);
  const [model, setModel] = useThrottledText(view.model, (value) => onChange({ ...view, model: value }));
  const types = useMemo(
    () => [{ title: null, options: TASK_TYPES.map((value) => ({ value, label: t(`common:taskType.${value}`) })) }],
    [t],
  );
  const states = useMemo(() => {
    const options = (ended: boolean) =>
      TASK_STATUSES.filter((status) => isTerminal(status) === ended).map((value) => ({
        value,
        label: t(`common:taskStatus.${value}`),
      }));
    return [
      { title: t('filter.groups.open'), options: options(false) },
      { title: t('filter.groups.ended'), options: options(true) },
    ];
  }, [t]);
  const choosePeriod = (kind: PeriodKind) => {
    const { period } = view;
    onChange({ ...view, period: kind !== 'between' ? { kind } : period.kind === kind ? period : { kind, from: '', to: '' } });
  };
  return (
    <>
      <SearchField
        label={t('filter.text')}
        hint={t('filter.textHint')}
        width="w-56"
        value={view.text}
        onChange={(text) => onChange({ ...view, text })}
      />
      <MultiSelect
        label={t('filter.type')}
        all={t('filter.allTypes')}
        summary={(count) => t('filter.some', { count })}
        value={view.types}
        groups={types}
        onChange={(types) => onChange({ ...view, types })}
      />
      <MultiSelect
        label={t('filter.state')}
        all={t('filter.allStates')}
        summary={(count) => t('filter.some', { count })}
        value={view.statuses}
        groups={states}
        onChange={(statuses) => onChange({ ...view, statuses })}
      />
      <TextInput
        aria-label={t('filter.model')}
        placeholder={t('filter.modelHint')}
        className="w-40!"
        value={model}
        onChange={(event) => setModel(event.target.value)}
      />
      <Select
        aria-label={t('filter.period')}
        className="w-auto!"
        value={view.period.kind}
        options={PERIODS.map((value) => ({ value, label: t(`filter.periods.${value}`) }))}
        onChange={choosePeriod}
      />
      {view.period.kind === 'between' &&
        (['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            type="date"
            aria-label={t(`filter.${end}`)}
            className="w-auto!"
            value={view.period.kind === 'between' ? view.period[end] : ''}
            onChange={(event) => {
              if (view.period.kind === 'between') onChange({ ...view, period: { ...view.period, [end]: event.target.value } });
            }}
          />
        ))}
      {!isUnfiltered(view) && (
        <Button tone="quiet" icon={FilterX} onClick={() => onChange(ALL_TASKS)}>
          {t('clear')}
        </Button>
      )}
    </>
  );
}
