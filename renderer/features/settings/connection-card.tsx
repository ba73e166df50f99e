/** The connection to the internet: the proxy and the two secrets that belong to it. Secrets can be set but are never shown. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProxySetting } from '../../../contract/proxy.ts';
import type { SecretsView, Settings } from '../../../contract/settings.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { SecretRow } from './secret-row.tsx';
import { EffectNote, useSettingsChange } from './setting-row.tsx';

const KINDS = ['environment', 'none', 'address'] as const;
const SECRETS = ['proxyPassword', 'hubToken'] as const;

export function ConnectionCard({ proxy }: Pick<Settings, 'proxy'>) {
  const { t } = useTranslation('settings');
  const change = useSettingsChange();
  const [kind, setKind] = useState<ProxySetting['kind']>(proxy.kind);
  const [address, setAddress] = useState(proxy.kind === 'address' ? proxy.address : '');
  const [noProxy, setNoProxy] = useState(proxy.kind === 'address' ? proxy.noProxy : '');
  // Changing the proxy removes its password.
  const read = useHostRead(`secrets:${JSON.stringify(proxy)}`, (client, signal) => client.settings.secrets({}, { signal }));
  const choose = (next: ProxySetting['kind']) => {
    setKind(next);
    if (next !== 'address') void change.run({ proxy: { kind: next } });
  };
  return (
    <Card title={t('connection.title')}>
      <div className="flex max-w-md flex-col gap-4">
        <Field label={t('connection.proxy')} hint={<EffectNote effect="nextStart" />}>
          {(control) => (
            <Select
              {...control}
              value={kind}
              options={KINDS.map((value) => ({ value, label: t(`connection.kinds.${value}`) }))}
              onChange={choose}
            />
          )}
        </Field>
        {kind === 'address' && (
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              void change.run({ proxy: { kind, address: address.trim(), noProxy } });
            }}
          >
            <Field label={t('connection.address')} hint={t('connection.addressHint')}>
              {(control) => <TextInput {...control} value={address} onChange={(event) => setAddress(event.target.value)} />}
            </Field>
            <Field label={t('connection.noProxy')} hint={t('connection.noProxyHint')}>
              {(control) => <TextInput {...control} value={noProxy} onChange={(event) => setNoProxy(event.target.value)} />}
            </Field>
            <Button type="submit" busy={change.busy} disabled={address.trim() === ''}>
              {t('connection.save')}
            </Button>
          </form>
        )}
        {change.busy && <AwaitingPersonNote />}
        {change.error && <ErrorNote error={change.error} />}
        {read.error && <ErrorNote error={read.error} />}
        {read.value !== null &&
          SECRETS.map((name) => (
            <SecretRow key={`${name}:${JSON.stringify(proxy)}`} name={name} places={read.value as SecretsView} />
          ))}
      </div>
    </Card>
  );
}
