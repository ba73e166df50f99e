import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../contract/profiles.ts';
import { useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { type FormProblem, formOf, type LimitForm, settingsOf } from './settings-form.ts';
import { useProfileChange } from './use-profile-change.ts';

type CardsOf = Extract<Profile['gpu'], { kind: 'cards' }>;

export function SettingsCard() {
  const { t } = useTranslation('gpus');
  const { gpu } = useNode().profile.profile;
  return (
    <Card title={t('settings.title')}>
      {gpu.kind === 'cards' ? <SettingsForm gpu={gpu} /> : <p className="text-soft">{t('settings.forStated')}</p>}
    </Card>
  );
}

const NO_MODEL = '';

function SettingsForm({ gpu }: { readonly gpu: CardsOf }) {
  const { t } = useTranslation(['gpus', 'common']);
  const { modelIds } = useNode().profile.profile;
  const [form, setForm] = useState(() => formOf(gpu.settings));
  const [model, setModel] = useState(gpu.selfTestModel ?? NO_MODEL);
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const change = useProfileChange();
  const edit = (part: Partial<typeof form>) => {
    setProblem(null);
    setForm((was) => ({ ...was, ...part }));
  };
  const save = () => {
    const read = settingsOf(form);
    if ('problem' in read) return setProblem(read.problem);
    const next = { ...gpu, settings: read.settings, selfTestModel: model === NO_MODEL ? null : model };
    void change.run({ gpu: next }, t('settings.saved'));
  };
  const models = [...new Set([...modelIds.filter((id) => id.startsWith('base:')), ...(model === NO_MODEL ? [] : [model])])];
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Limit
        name={t('settings.temperature')}
        hint={t('settings.hottest')}
        unit="°C"
        limit={form.temperature}
        onChange={(temperature) => edit({ temperature })}
        bad={problem === 'temperature'}
      />
      <Limit
        name={t('settings.power')}
        hint={t('settings.together')}
        unit="W"
        limit={form.power}
        onChange={(power) => edit({ power })}
        bad={problem === 'power'}
      />
      <Option name={t('settings.schedule')} checked={form.scheduled} onChange={(scheduled) => edit({ scheduled })}>
        <p className="text-[13px] text-faint">{t('settings.scheduleHint')}</p>
        <ScheduleFields windows={form.windows} onChange={(windows) => edit({ windows })} />
        {problem === 'windows' && <Problem text={t('settings.bad.windows')} />}
      </Option>
      <Option name={t('settings.idle')} checked={form.idleOnly} onChange={(idleOnly) => edit({ idleOnly })}>
        <Field
          label={t('settings.quiet')}
          hint={t('settings.quietHint')}
          problem={problem === 'quiet' ? t('settings.bad.quiet') : null}
        >
          {(control) => (
            <TextInput
              {...control}
              className="max-w-28"
              inputMode="numeric"
              value={form.quietSeconds}
              onChange={(event) => edit({ quietSeconds: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('settings.ignored')} hint={t('settings.ignoredHint')}>
          {(control) => (
            <TextInput {...control} value={form.ignored} onChange={(event) => edit({ ignored: event.target.value })} />
          )}
        </Field>
      </Option>
      <Field label={t('settings.reference')} hint={t('settings.referenceHint')}>
        {(control) => (
          <Select
            {...control}
            value={model}
            options={[
              { value: NO_MODEL, label: t('settings.referenceOff') },
              ...models.map((value) => ({ value, label: value })),
            ]}
            onChange={setModel}
          />
        )}
      </Field>
      {change.error && <ErrorNote error={change.error} />}
      <div className="flex items-center justify-end gap-3">
        <span className="text-[13px] text-faint">{t('common:effect.nextStart')}</span>
        <Button type="submit" tone="primary" busy={change.busy}>
          {t('settings.save')}
        </Button>
      </div>
    </form>
  );
}

interface OptionProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}

/** A switch with the fields that belong to it while it is on. */
function Option({ name, checked, onChange, children }: OptionProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2 border-b border-line pb-4">
      <div className="flex items-center justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {name}
        </label>
        <Switch id={id} checked={checked} onChange={onChange} />
      </div>
      {checked && children}
    </div>
  );
}

interface LimitProps {
  readonly name: string;
  readonly hint: string;
  readonly unit: string;
  readonly limit: LimitForm;
  readonly onChange: (limit: LimitForm) => void;
  readonly bad: boolean;
}

function Limit({ name, hint, unit, limit, onChange, bad }: LimitProps) {
  const { t } = useTranslation('gpus');
  const fields = [
    ['pauseAt', t('settings.pauseAt')],
    ['resumeAt', t('settings.resumeAt')],
  ] as const;
  return (
    <Option name={name} checked={limit.on} onChange={(on) => onChange({ ...limit, on })}>
      <div className="grid grid-cols-2 gap-3">
        {fields.map(([field, label]) => (
          <Field key={field} label={`${label} (${unit})`}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                aria-invalid={bad || undefined}
                value={limit[field]}
                onChange={(event) => onChange({ ...limit, [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {bad ? <Problem text={t('settings.bad.limit')} /> : <p className="text-[13px] text-faint">{hint}</p>}
    </Option>
  );
}

function Problem({ text }: { readonly text: string }) {
  return (
    <p role="alert" className="text-[13px] text-bad">
      {text}
    </p>
  );
}
