import { useTranslation } from 'react-i18next';
import type { ChosenPlace, PlaceKind } from '../../contract/host-contract.ts';
import { useAct, useHostRead } from '../rpc/hooks.ts';
import { useHostClient } from '../state/app-context.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { Field, TextInput } from './field.tsx';

export interface FolderFieldProps {
  readonly label: string;
  readonly hint: string;
  /** Shown if no folder can be chosen: the command that sets one. */
  readonly byCommand: string;
  readonly kind: PlaceKind;
  readonly path: string;
  readonly problem?: string | null;
  readonly onChosen: (place: ChosenPlace) => void;
  /** If left out, it cannot be cleared. */
  readonly onCleared?: () => void;
}

/** A folder is chosen in the program's own dialog; the page cannot type one. */
export function FolderField({ label, hint, byCommand, kind, path, problem = null, onChosen, onCleared }: FolderFieldProps) {
  const { t } = useTranslation();
  const host = useHostClient();
  const info = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  const choose = useAct(async () => {
    const { chosen } = await host().places.choose({ kind });
    if (chosen !== null) onChosen(chosen);
  });
  const canChoose = info.value?.features.folders === true;
  return (
    <div className="flex flex-col gap-2">
      <Field label={label} hint={canChoose || info.value === null ? hint : `${hint} ${byCommand}`} problem={problem}>
        {(control) => <TextInput {...control} readOnly value={path} />}
      </Field>
      <div className="flex gap-2">
        {canChoose && (
          <Button busy={choose.busy} onClick={() => void choose.run()}>
            {t('do.chooseFolder')}
          </Button>
        )}
        {onCleared !== undefined && path !== '' && <Button onClick={onCleared}>{t('do.clearFolder')}</Button>}
      </div>
      {choose.error && <ErrorNote error={choose.error} />}
    </div>
  );
}
