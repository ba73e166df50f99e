import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { UpdateState } from '../../../contract/host-contract.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useSettings } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Time } from '../../ui/time.tsx';
import { EffectNote, useSettingsChange } from './setting-row.tsx';

const UPDATE_MODES = ['ask', 'off'] as const;

export function UpdatesSection() {
  const { t } = useTranslation('settings');
  const settings = useSettings();
  const host = useHostClient();
  const change = useSettingsChange();
  const state = useStore(useApp().updates, ({ value }) => value);
  const info = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  const check = useAct(() => host().updates.check({}));
  if (settings === null || info.value === null) return null;
  if (!info.value.features.updates) {
    return (
      <Card title={t('sections.updates')}>
        <p>{t('updates.unsupported')}</p>
      </Card>
    );
  }
  return (
    <Card title={t('sections.updates')}>
      <div className="flex max-w-md flex-col gap-4">
        <Field label={t('updates.mode')} hint={<EffectNote effect="now" />}>
          {(control) => (
            <Select
              {...control}
              value={settings.updates}
              options={UPDATE_MODES.map((value) => ({ value, label: t(`updates.modes.${value}`) }))}
              onChange={(updates) => void change.run({ updates })}
            />
          )}
        </Field>
        {state !== null && <UpdateStatus state={state} />}
        {settings.updates !== 'off' && (
          <Button icon={RefreshCw} className="self-start" busy={check.busy} onClick={() => void check.run()}>
            {t('updates.check')}
          </Button>
        )}
        {check.error && <ErrorNote error={check.error} />}
        {change.error && <ErrorNote error={change.error} />}
      </div>
    </Card>
  );
}

function UpdateStatus({ state }: { readonly state: UpdateState }) {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const [asking, setAsking] = useState(false);
  const install = useAct(async () => {
    await host().updates.install({});
    return true;
  });
  const version = 'version' in state ? state.version : '';
  const percent = state.kind === 'downloading' ? Math.round(state.percent) : 0;
  return (
    <div role="status" className="flex flex-col gap-2">
      <p>{t(`updates.state.${state.kind}`, { version, percent })}</p>
      {state.kind === 'current' && (
        <p className="text-[13px] text-faint">
          {t('updates.checked')}: <Time atMs={state.checkedMs} />
        </p>
      )}
      {state.kind === 'downloading' && (
        <Progress value={state.percent / 100} label={t('updates.state.downloading', { version, percent })} />
      )}
      {state.kind === 'failed' && <ErrorNote error={state.error} />}
      {state.kind === 'ready' && (
        <Button tone="primary" className="self-start" onClick={() => setAsking(true)}>
          {t('updates.install')}
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('updates.installTitle', { version })}
        confirmLabel={t('updates.install')}
        busy={install.busy}
        error={install.error}
        onConfirm={() => void install.run().then((done) => done && setAsking(false))}
      >
        <p>{t('updates.installText')}</p>
      </ConfirmDialog>
    </div>
  );
}
