import { useTranslation } from 'react-i18next';
import type { ChannelSettings } from '../../../contract/notify.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { SwitchRow, useSettingsChange } from './setting-row.tsx';

/** The quiet hours, and the time of the daily summary. */
export function QuietHoursCard({ elsewhere }: { readonly elsewhere: ChannelSettings }) {
  const { t } = useTranslation('settings');
  const change = useSettingsChange();
  const { quiet, summaryAt } = elsewhere;
  const set = (part: Partial<ChannelSettings>) => void change.run({ elsewhere: { ...elsewhere, ...part } });
  return (
    <Card title={t('notifications.times')}>
      <div className="flex max-w-xl flex-col gap-3">
        <SwitchRow
          label={t('notifications.quiet')}
          setting="elsewhere"
          checked={quiet.on}
          onChange={(on) => set({ quiet: { ...quiet, on } })}
        >
          {t('notifications.quietHint')}
        </SwitchRow>
        {quiet.on && (
          <>
            <div className="grid grid-cols-2 gap-4">
              <TimeField
                label={t('notifications.from')}
                value={quiet.from}
                onChange={(from) => set({ quiet: { ...quiet, from } })}
              />
              <TimeField label={t('notifications.to')} value={quiet.to} onChange={(to) => set({ quiet: { ...quiet, to } })} />
            </div>
            <SwitchRow
              label={t('notifications.urgent')}
              setting="elsewhere"
              checked={quiet.urgentAnyway}
              onChange={(urgentAnyway) => set({ quiet: { ...quiet, urgentAnyway } })}
            >
              {t('notifications.urgentHint')}
            </SwitchRow>
          </>
        )}
        <TimeField
          label={t('notifications.summaryAt')}
          hint={t('notifications.summaryHint')}
          value={summaryAt}
          onChange={(at) => set({ summaryAt: at })}
        />
        {change.error && <ErrorNote error={change.error} />}
      </div>
    </Card>
  );
}

interface TimeFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (at: string) => void;
}

/** A time of day on this machine; saved once it is valid. */
function TimeField({ label, hint, value, onChange }: TimeFieldProps) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <TextInput
          {...control}
          type="time"
          className="max-w-40"
          value={value}
          onChange={(event) => {
            if (/^\d\d:\d\d$/.test(event.target.value)) onChange(event.target.value);
          }}
        />
      )}
    </Field>
  );
}
