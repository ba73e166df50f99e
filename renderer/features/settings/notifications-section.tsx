import { useTranslation } from 'react-i18next';
import { NOTICES } from '../../../contract/settings.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useSettings } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { SwitchRow, useSettingsChange } from './setting-row.tsx';

export function NotificationsSection() {
  const { t } = useTranslation('settings');
  const settings = useSettings();
  const change = useSettingsChange();
  const info = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  if (settings === null || info.value === null) return null;
  const unavailable = info.value.features.notifications ? null : t('notifications.unsupported');
  return (
    <Card title={t('sections.notifications')}>
      <p className="mb-2 text-soft">{t('notifications.lead')}</p>
      <div className="max-w-lg divide-y divide-line">
        {NOTICES.map((notice) => (
          <SwitchRow
            key={notice}
            label={t(`notifications.kinds.${notice}`)}
            setting="notifications"
            unavailable={unavailable}
            checked={settings.notifications[notice]}
            onChange={(on) => void change.run({ notifications: { ...settings.notifications, [notice]: on } })}
          />
        ))}
      </div>
      {change.error && <ErrorNote error={change.error} />}
    </Card>
  );
}
