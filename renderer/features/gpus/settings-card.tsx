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
import { type FormProblem, type LimitForm, parseSettings, settingsToForm } from './settings-form.ts';
import { useProfileChange } from './use-profile-change.ts';

type CardsGpu = Extract<Profile['gpu'], { kind: 'cards' }>;

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

function SettingsForm({ gpu }: { readonly gpu: CardsGpu }) {
  const { t } = useTranslation(['gpus', 'common']);
  const { modelIds } = useNode().profile.profile;
  const [form, setForm] = useState(() => settingsToForm(gpu.settings));
  const [model, setModel] = useState(gpu.selfTestModel ?? NO_MODEL);
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const change = useProfileChange();
  const edit = (part: Partial<typeof form>) => {
    setProblem(null);
    setForm((was) => ({ ...was, ...part }));
  };
  const save = () => {
    const read = parseSettings(form);
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
      <LimitFields
        name={t('settings.temperature')}
        hint={t('settings.hottest')}
        unit="°C"
        limit={form.temperature}
        onChange={(temperature) => edit({ temperature })}
        invalid={problem === 'temperature'}
      />
      <LimitFields
        name={t('settings.power')}
        hint={t('settings.together')}
        unit="W"
        limit={form.power}
        onChange={(power) => edit({ power })}
        invalid={problem === 'power'}
      />
      <SwitchedFields name={t('settings.schedule')} checked={form.scheduled} onChange={(scheduled) => edit({ scheduled })}>
        <p className="text-[13px] text-faint">{t('settings.scheduleHint')}</p>
        <ScheduleFields windows={form.windows} onChange={(windows) => edit({ windows })} />
        {problem === 'windows' && <ProblemText text={t('settings.bad.windows')} />}
      </SwitchedFields>
      <SwitchedFields name={t('settings.idle')} checked={form.idleOnly} onChange={(idleOnly) => edit({ idleOnly })}>
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
      </SwitchedFields>
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

interface SwitchedFieldsProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}

/** A switch with the fields that belong to it while it is on. */
function SwitchedFields({ name, checked, onChange, children }: SwitchedFieldsProps) {
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

interface LimitFieldsProps {
  readonly name: string;
  readonly hint: string;
  readonly unit: string;
  readonly limit: LimitForm;
  readonly onChange: (limit: LimitForm) => void;
  readonly invalid: boolean;
}

function LimitFields({ name, hint, unit, limit, onChange, invalid }: LimitFieldsProps) {
  const { t } = useTranslation('gpus');
  const fields = [
    ['pauseAt', t('settings.pauseAt')],
    ['resumeAt', t('settings.resumeAt')],
  ] as const;
  return (
    <SwitchedFields name={name} checked={limit.on} onChange={(on) => onChange({ ...limit, on })}>
      <div className="grid grid-cols-2 gap-3">
        {fields.map(([field, label]) => (
          <Field key={field} label={`${label} (${unit})`}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                aria-invalid={invalid || undefined}
                value={limit[field]}
                onChange={(event) => onChange({ ...limit, [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {invalid ? <ProblemText text={t('settings.bad.limit')} /> : <p className="text-[13px] text-faint">{hint}</p>}
    </SwitchedFields>
  );
}

function ProblemText({ text }: { readonly text: string }) {
  return (
    <p role="alert" className="text-[13px] text-bad">
      {text}
    </p>
  );
}
