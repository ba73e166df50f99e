import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { WEEKDAYS, type Weekday } from '../../../contract/gpu.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { newWindow, type WindowForm } from './settings-form.ts';

export interface ScheduleFieldsProps {
  readonly windows: readonly WindowForm[];
  readonly onChange: (windows: readonly WindowForm[]) => void;
}

/** Weekly times, one per row. */
export function ScheduleFields({ windows, onChange }: ScheduleFieldsProps) {
  const { t } = useTranslation('gpus');
  const replace = (next: WindowForm) => onChange(windows.map((window) => (window.key === next.key ? next : window)));
  const nextKey = Math.max(0, ...windows.map(({ key }) => key + 1));
  return (
    <div className="flex flex-col gap-2">
      {windows.map((window) => (
        <WindowFields
          key={window.key}
          window={window}
          onChange={replace}
          onRemove={() => onChange(windows.filter(({ key }) => key !== window.key))}
        />
      ))}
      <Button small icon={Plus} className="self-start" onClick={() => onChange([...windows, newWindow(nextKey)])}>
        {t('settings.addWindow')}
      </Button>
    </div>
  );
}

interface WindowFieldsProps {
  readonly window: WindowForm;
  readonly onChange: (window: WindowForm) => void;
  readonly onRemove: () => void;
}

function WindowFields({ window, onChange, onRemove }: WindowFieldsProps) {
  const { t } = useTranslation('gpus');
  const toggle = (day: Weekday) => {
    const days = WEEKDAYS.filter((each) => (each === day ? !window.days.includes(each) : window.days.includes(each)));
    onChange({ ...window, days });
  };
  return (
    <fieldset className="flex flex-wrap items-center gap-2 rounded-md border border-line p-2">
      <legend className="sr-only">{t('settings.schedule')}</legend>
      <div className="flex gap-1">
        {WEEKDAYS.map((day) => (
          <button
            key={day}
            type="button"
            aria-pressed={window.days.includes(day)}
            className="rounded-md border border-line px-1.5 py-1 text-[13px] text-soft aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
            onClick={() => toggle(day)}
          >
            {t(`settings.days.${day}`)}
          </button>
        ))}
      </div>
      {(['from', 'to'] as const).map((end) => (
        <TextInput
          key={end}
          type="time"
          aria-label={t(`settings.${end}`)}
          className="w-auto!"
          value={window[end]}
          onChange={(event) => onChange({ ...window, [end]: event.target.value })}
        />
      ))}
      <IconButton label={t('settings.removeWindow')} icon={Trash2} onClick={onRemove} />
    </fieldset>
  );
}
