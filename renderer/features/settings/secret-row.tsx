/** A secret can be set but is never shown. */
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SecretSetting, SecretsView } from '../../../contract/settings.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { TextInput } from '../../ui/field.tsx';

export interface SecretRowProps {
  readonly name: SecretSetting;
  readonly places: SecretsView;
  /** What its value looks like. */
  readonly hint?: string;
}

export function SecretRow({ name, places, hint }: SecretRowProps) {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const id = useId();
  const [value, setValue] = useState('');
  const [saved, setSaved] = useState<SecretsView | null>(null);
  const act = useAct(async (next: string | null) => {
    setSaved(await host().settings.setSecret({ name, value: next }));
    setValue('');
  });
  const place = (saved ?? places)[name];
  return (
    <form
      className="flex flex-col gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(value);
      }}
    >
      <label htmlFor={id} className="font-medium">
        {t(`connection.secrets.${name}`)}
      </label>
      <div className="flex gap-2">
        <TextInput
          id={id}
          type="password"
          autoComplete="new-password"
          aria-describedby={`${id}-note`}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <Button type="submit" busy={act.busy} disabled={value === ''}>
          {t('connection.save')}
        </Button>
        {place !== null && (
          <Button busy={act.busy} onClick={() => void act.run(null)}>
            {t('connection.remove')}
          </Button>
        )}
      </div>
      <p id={`${id}-note`} className="text-[13px] text-faint">
        {t(`connection.places.${place ?? 'none'}`)} {hint}
      </p>
      {act.busy && <AwaitingPersonNote />}
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}
