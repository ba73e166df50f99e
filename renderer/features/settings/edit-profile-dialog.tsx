import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOG_LEVELS } from '../../../contract/logs.ts';
import { type Profile, type ProfileView, REJOIN_POLICIES } from '../../../contract/profiles.ts';
import { NodeProvider } from '../../app/node-provider.tsx';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx';
import { FolderField } from '../../ui/folder-field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { type FormField, type ProfileForm, parseForm, profileToForm } from './profile-form.ts';
import { RetentionFields } from './retention-fields.tsx';
import { EffectNote } from './setting-row.tsx';
import { StoredResults } from './stored-results.tsx';

/** The host's settings for one node. */
export function EditProfileDialog({ view, onClose }: { readonly view: ProfileView | null; readonly onClose: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Dialog
      drawer
      open={view !== null}
      onClose={onClose}
      title={t('nodes.edit', { name: view?.profile.name ?? '' })}
      description={<EffectNote effect="nextStart" />}
    >
      {view !== null && (
        <NodeProvider profile={view}>
          <Form profile={view.profile} onSaved={onClose} />
        </NodeProvider>
      )}
    </Dialog>
  );
}

interface FormFieldsProps {
  readonly form: ProfileForm;
  readonly change: (part: Partial<ProfileForm>) => void;
  /** Why a field is invalid. */
  readonly problemOf: (field: FormField) => string | null;
}

function Form({ profile, onSaved }: { readonly profile: Profile; readonly onSaved: () => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const { toasts } = useApp();
  const host = useHostClient();
  const [form, setForm] = useState(() => profileToForm(profile));
  const read = parseForm(profile, form);
  const save = useAct(async () => {
    if (read.kind !== 'draft') return;
    const chosen = form.chosen === null ? {} : { chosen: form.chosen };
    await host().profiles.update({ id: profile.id, draft: read.draft, ...chosen });
    toasts.getState().push({ tone: 'good', text: `${t('saved')} ${t('common:effect.nextStart')}` });
    onSaved();
  });
  const problemText = (field: FormField, problem: string) => {
    if (field === 'stake') return t('profile.stakeProblem');
    return field === 'proxy' ? t('profile.proxyProblem') : problem;
  };
  const part: FormFieldsProps = {
    form,
    change: (next) => setForm((was) => ({ ...was, ...next })),
    problemOf: (field) => (read.kind === 'problem' && read.field === field ? problemText(field, read.problem) : null),
  };
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <NodeFields {...part} />
      <RetentionFields form={form} before={profile.retention} change={part.change}>
        <StoredResults />
      </RetentionFields>
      <FolderFields {...part} />
      <p className="text-[13px] text-faint">{t('profile.limits')}</p>
      {save.busy && <AwaitingPersonNote />}
      {save.error && <ErrorNote error={save.error} />}
      <Button type="submit" tone="primary" className="self-end" disabled={read.kind !== 'draft'} busy={save.busy}>
        {t('common:do.save')}
      </Button>
    </form>
  );
}

function NodeFields({ form, change, problemOf }: FormFieldsProps) {
  const { t } = useTranslation('settings');
  return (
    <div className="flex flex-col gap-4">
      <Field label={t('profile.name')} problem={problemOf('name')}>
        {(control) => <TextInput {...control} value={form.name} onChange={(event) => change({ name: event.target.value })} />}
      </Field>
      <Field label={t('profile.stake')} problem={problemOf('stake')}>
        {(control) => (
          <TextInput
            {...control}
            inputMode="decimal"
            value={form.stake}
            onChange={(event) => change({ stake: event.target.value })}
          />
        )}
      </Field>
      <Field label={t('profile.models')} hint={t('profile.modelsHint')} problem={problemOf('modelIds')}>
        {(control) => (
          <TextArea {...control} value={form.modelIds} onChange={(event) => change({ modelIds: event.target.value })} />
        )}
      </Field>
      <div className="flex items-center justify-between gap-4">
        <label htmlFor="profile-auto-start" className="font-medium">
          {t('profile.autoStart')}
        </label>
        <Switch id="profile-auto-start" checked={form.autoStart} onChange={(autoStart) => change({ autoStart })} />
      </div>
      <Field label={t('profile.rejoin')} hint={t('profile.rejoinHint')}>
        {(control) => (
          <Select
            {...control}
            value={form.rejoin}
            options={REJOIN_POLICIES.map((value) => ({ value, label: t(`profile.rejoinOptions.${value}`) }))}
            onChange={(rejoin) => change({ rejoin })}
          />
        )}
      </Field>
      <Field label={t('profile.logLevel')}>
        {(control) => (
          <Select
            {...control}
            value={form.logLevel}
            options={LOG_LEVELS.map((value) => ({ value, label: t(`profile.logLevels.${value}`) }))}
            onChange={(logLevel) => change({ logLevel })}
          />
        )}
      </Field>
    </div>
  );
}

function FolderFields({ form, change, problemOf }: FormFieldsProps) {
  const { t } = useTranslation('settings');
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-3 font-semibold">{t('profile.folders')}</legend>
      <FolderField
        label={t('profile.directory')}
        hint={t('profile.directoryHint')}
        byCommand={t('profile.directoryByCommand')}
        kind="models"
        path={form.directory}
        problem={problemOf('directory')}
        onChosen={({ token, path }) => change({ directory: path, chosen: token })}
        onCleared={() => change({ directory: '', chosen: null })}
      />
      <Field label={t('profile.hub')} hint={t('profile.sourcesHint')} problem={problemOf('hubUrl')}>
        {(control) => <TextInput {...control} value={form.hubUrl} onChange={(event) => change({ hubUrl: event.target.value })} />}
      </Field>
      <Field label={t('profile.mirrors')} hint={t('profile.mirrorsHint')} problem={problemOf('mirrors')}>
        {(control) => (
          <TextArea {...control} rows={2} value={form.mirrors} onChange={(event) => change({ mirrors: event.target.value })} />
        )}
      </Field>
      <Field label={t('profile.proxy')} hint={t('profile.proxyHint')} problem={problemOf('proxy')}>
        {(control) => <TextInput {...control} value={form.proxy} onChange={(event) => change({ proxy: event.target.value })} />}
      </Field>
      <Field label={t('profile.reserve')} problem={problemOf('reserveGib')}>
        {(control) => (
          <TextInput
            {...control}
            inputMode="decimal"
            value={form.reserveGib}
            onChange={(event) => change({ reserveGib: event.target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}
