import { useTranslation } from 'react-i18next';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useSettings } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ConnectionCard } from './connection-card.tsx';
import { SwitchRow, useSettingsChange } from './setting-row.tsx';

export function ProgramSection() {
  const { t } = useTranslation('settings');
  const settings = useSettings();
  const change = useSettingsChange();
  const read = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  const info = read.value;
  if (settings === null || info === null) return read.error && <ErrorNote error={read.error} />;
  const unsupportedUnless = (there: boolean) => (there ? null : t('program.unsupported'));
  return (
    <>
      <Card title={t('sections.program')}>
        <div className="max-w-lg divide-y divide-line">
          <SwitchRow
            label={t('program.startAtLogin')}
            setting="startAtLogin"
            unavailable={unsupportedUnless(info.features.startAtLogin)}
            checked={settings.startAtLogin}
            onChange={(startAtLogin) => void change.run({ startAtLogin })}
          />
          <SwitchRow
            label={t('program.keepRunning')}
            setting="keepRunningInTray"
            unavailable={unsupportedUnless(info.features.tray)}
            checked={settings.keepRunningInTray}
            onChange={(keepRunningInTray) => void change.run({ keepRunningInTray })}
          />
        </div>
        {change.error && <ErrorNote error={change.error} />}
      </Card>
      <ConnectionCard proxy={settings.proxy} />
      <LogOutCard />
      <Card title={t('program.about')}>
        <Facts>
          <Fact name={t('program.version')}>{info.version}</Fact>
          <Fact name={t('program.shell')}>{t(`program.shells.${info.shell}`)}</Fact>
          <Fact name={t('program.platform')}>{info.platform}</Fact>
          <Fact name={t('program.dataDir')}>
            <code className="font-mono text-[13px] break-all">{info.dataDir}</code>
          </Fact>
        </Facts>
      </Card>
    </>
  );
}

/** A window in a browser has a session that it can end; the desktop window has none. */
function LogOutCard() {
  const { t } = useTranslation('settings');
  const { logOut } = useApp();
  const act = useAct(async () => logOut?.());
  if (logOut === null) return null;
  return (
    <Card title={t('program.session')}>
      <div className="flex flex-col items-start gap-3">
        <p>{t('program.sessionText')}</p>
        <Button onClick={() => void act.run()} busy={act.busy}>
          {t('program.logOut')}
        </Button>
        {act.error && <ErrorNote error={act.error} />}
      </div>
    </Card>
  );
}
