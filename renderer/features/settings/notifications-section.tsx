import { useTranslation } from 'react-i18next';
import { CHANNEL_NOTICES, CHANNELS, type Channel, type ChannelNotice, NOTICES } from '../../../contract/notify.ts';
import type { Settings } from '../../../contract/settings.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useSettings } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { ChannelsCard } from './channels-card.tsx';
import { QuietHoursCard } from './quiet-hours-card.tsx';
import { useSettingsChange } from './setting-row.tsx';

/** Which events are sent on which channel, and when not. */
export function NotificationsSection() {
  const settings = useSettings();
  const info = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  if (settings === null || info.value === null) return null;
  return (
    <>
      <EventsCard settings={settings} desktop={info.value.features.notifications} />
      <ChannelsCard elsewhere={settings.elsewhere} />
      <QuietHoursCard elsewhere={settings.elsewhere} />
    </>
  );
}

function EventsCard({ settings, desktop }: { readonly settings: Settings; readonly desktop: boolean }) {
  const { t } = useTranslation('settings');
  const change = useSettingsChange();
  const { notifications, elsewhere } = settings;
  const setDesktop = (event: ChannelNotice, on: boolean) => void change.run({ notifications: { [event]: on } });
  const setChannel = (channel: Channel, event: ChannelNotice, on: boolean) => {
    const way = elsewhere[channel];
    void change.run({ elsewhere: { ...elsewhere, [channel]: { ...way, tells: { ...way.tells, [event]: on } } } });
  };
  const isNotice = (event: ChannelNotice): event is (typeof NOTICES)[number] =>
    (NOTICES as readonly ChannelNotice[]).includes(event);
  const columns = [
    { key: 'event', label: t('notifications.event') },
    { key: 'desktop', label: t('notifications.desktop') },
    ...CHANNELS.map((key) => ({ key, label: t(`notifications.ways.${key}.name`) })),
  ];
  return (
    <Card title={t('notifications.events')} flush>
      <p className="px-4 pb-2 text-soft">
        {t('notifications.lead')} {!desktop && t('notifications.unsupported')}
      </p>
      <Table caption={t('notifications.events')} columns={columns}>
        {CHANNEL_NOTICES.map((event) => (
          <Row key={event}>
            <Cell head>{t(`notifications.kinds.${event}`)}</Cell>
            <Cell>
              <EventCheckbox
                label={`${t(`notifications.kinds.${event}`)}: ${t('notifications.desktop')}`}
                checked={desktop && isNotice(event) && notifications[event]}
                disabled={!desktop || !isNotice(event)}
                onChange={(on) => setDesktop(event, on)}
              />
            </Cell>
            {CHANNELS.map((channel) => (
              <Cell key={channel}>
                <EventCheckbox
                  label={`${t(`notifications.kinds.${event}`)}: ${t(`notifications.ways.${channel}.name`)}`}
                  checked={elsewhere[channel].on && elsewhere[channel].tells[event]}
                  disabled={!elsewhere[channel].on}
                  onChange={(on) => setChannel(channel, event, on)}
                />
              </Cell>
            ))}
          </Row>
        ))}
      </Table>
      {change.error && <ErrorNote error={change.error} />}
    </Card>
  );
}

interface EventCheckboxProps {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: (on: boolean) => void;
}

function EventCheckbox({ label, checked, disabled, onChange }: EventCheckboxProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.target.checked)}
      className="size-4 accent-accent disabled:opacity-55"
    />
  );
}
