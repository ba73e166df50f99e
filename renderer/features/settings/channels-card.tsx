import { Send } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { CHANNELS, type Channel, type ChannelSettings, type ChannelState, type ChannelStates } from '../../../contract/notify.ts';
import type { SecretSetting } from '../../../contract/settings.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { createWatched, feedWatched } from '../../state/watched.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Time } from '../../ui/time.tsx';
import { SecretRow } from './secret-row.tsx';
import { useSettingsChange } from './setting-row.tsx';

const SECRETS = { webhook: 'webhookUrl', telegram: 'telegramToken', ntfy: 'ntfyUrl' } as const satisfies Record<
  Channel,
  SecretSetting
>;
const TONES = { off: 'neutral', incomplete: 'warn', ready: 'good' } as const satisfies Record<ChannelState['kind'], Tone>;

/** Each notification channel: on or off, its destination, its state, and a test. */
export function ChannelsCard({ elsewhere }: { readonly elsewhere: ChannelSettings }) {
  const { t } = useTranslation('settings');
  const states = useChannelStates();
  return (
    <Card title={t('notifications.elsewhere')}>
      <p className="mb-3 text-soft">{t('notifications.elsewhereLead')}</p>
      <div className="flex max-w-xl flex-col divide-y divide-line">
        {CHANNELS.map((channel) => (
          <ChannelSection key={channel} channel={channel} elsewhere={elsewhere} state={states?.[channel] ?? null} />
        ))}
      </div>
    </Card>
  );
}

interface ChannelSectionProps {
  readonly channel: Channel;
  readonly elsewhere: ChannelSettings;
  readonly state: ChannelState | null;
}

function ChannelSection({ channel, elsewhere, state }: ChannelSectionProps) {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const change = useSettingsChange();
  const secrets = useHostRead('secrets', (client, signal) => client.settings.secrets({}, { signal }));
  const { on } = elsewhere[channel];
  const name = t(`notifications.ways.${channel}.name`);
  const [sent, setSent] = useState(false);
  const test = useAct(async () => {
    setSent(false);
    await host().notify.test({ channel });
    setSent(true);
  });
  return (
    <section aria-label={name} className="flex flex-col gap-3 py-4 first:pt-0">
      <div className="flex items-center justify-between gap-4">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {state !== null && <Badge tone={TONES[state.kind]}>{t(`notifications.state.${state.kind}`)}</Badge>}
        </h3>
        <Switch
          aria-label={t('notifications.use', { way: name })}
          checked={on}
          onChange={(next) => void change.run({ elsewhere: { ...elsewhere, [channel]: { ...elsewhere[channel], on: next } } })}
        />
      </div>
      {change.error && <ErrorNote error={change.error} />}
      {on && (
        <>
          {secrets.value !== null && (
            <SecretRow name={SECRETS[channel]} places={secrets.value} hint={t(`notifications.ways.${channel}.hint`)} />
          )}
          {channel === 'telegram' && <TelegramChatForm elsewhere={elsewhere} />}
          {state !== null && <ChannelStatus state={state} />}
          <div className="flex items-center gap-3">
            <Button icon={Send} busy={test.busy} onClick={() => void test.run()}>
              {t('notifications.test')}
            </Button>
            {sent && (
              <p role="status" className="text-good">
                {t('notifications.sent')}
              </p>
            )}
          </div>
          {test.error && <ErrorNote error={test.error} />}
        </>
      )}
    </section>
  );
}

/** A new chat means new readers, so a person must confirm it. */
function TelegramChatForm({ elsewhere }: { readonly elsewhere: ChannelSettings }) {
  const { t } = useTranslation('settings');
  const change = useSettingsChange();
  const { telegram } = elsewhere;
  const [chatId, setChatId] = useState(telegram.chatId);
  const isValid = /^(?:-?\d{1,20}|@\w{4,40})?$/.test(chatId);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) void change.run({ elsewhere: { ...elsewhere, telegram: { ...telegram, chatId } } });
      }}
    >
      <Field
        label={t('notifications.chat')}
        hint={t('notifications.chatHint')}
        problem={isValid ? null : t('notifications.chatProblem')}
      >
        {(control) => <TextInput {...control} value={chatId} onChange={(event) => setChatId(event.target.value.trim())} />}
      </Field>
      <Button type="submit" className="self-start" busy={change.busy} disabled={!isValid || chatId === telegram.chatId}>
        {t('connection.save')}
      </Button>
      {change.busy && <AwaitingPersonNote />}
      {change.error && <ErrorNote error={change.error} />}
    </form>
  );
}

function ChannelStatus({ state }: { readonly state: ChannelState }) {
  const { t } = useTranslation('settings');
  const { waiting, lastSentMs, failure } = state;
  return (
    <>
      <p className="text-[13px] text-faint">
        {lastSentMs === null ? (
          t('notifications.neverSent')
        ) : (
          <>
            {t('notifications.lastSent')} <Time atMs={lastSentMs} />
          </>
        )}
        {waiting > 0 && ` · ${t('notifications.waiting', { count: waiting })}`}
      </p>
      {failure !== null && (
        <div className="flex flex-col gap-1">
          <ErrorNote error={{ code: failure.code, message: failure.message, data: { status: failure.status } }} />
          <p className="text-[13px] text-faint">
            <Time atMs={failure.atMs} />
            {failure.status !== null && ` · HTTP ${failure.status}`}
            {failure.again && ` · ${t('notifications.again')}`}
          </p>
        </div>
      )}
    </>
  );
}

function useChannelStates(): ChannelStates | null {
  const { host } = useApp();
  const [store] = useState(() => createWatched<ChannelStates>());
  useEffect(() => feedWatched(store, host, (client, signal) => client.notify.watch({}, { signal })), [store, host]);
  return useStore(store, ({ value }) => value);
}
