import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkView } from '../../../contract/host-contract.ts';
import { type NetworkPresetInput, networkPresetSchema } from '../../../contract/node-config.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextArea } from '../../ui/field.tsx';

type Parsed =
  | { readonly kind: 'preset'; readonly preset: NetworkPresetInput }
  | { readonly kind: 'badJson' }
  | { readonly kind: 'badPreset'; readonly field: string; readonly problem: string };

/** The parsed preset, or the first problem in its text. */
function parsePreset(text: string): Parsed {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { kind: 'badJson' };
  }
  const parsed = networkPresetSchema.safeParse(raw);
  if (parsed.success) return { kind: 'preset', preset: raw as NetworkPresetInput };
  const issue = parsed.error.issues[0];
  return { kind: 'badPreset', field: issue?.path.join('.') ?? '', problem: issue?.message ?? '' };
}

export interface AddNetworkDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onAdded: (network: NetworkView) => void;
}

export function AddNetworkDialog({ open, onClose, onAdded }: AddNetworkDialogProps) {
  const { t } = useTranslation('settings');
  return (
    <Dialog open={open} onClose={onClose} title={t('networks.addTitle')}>
      <AddForm onAdded={onAdded} />
    </Dialog>
  );
}

function AddForm({ onAdded }: Pick<AddNetworkDialogProps, 'onAdded'>) {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const [text, setText] = useState('');
  const parsed = text.trim() === '' ? null : parsePreset(text);
  const add = useAct(async () => {
    if (parsed?.kind === 'preset') onAdded(await host().networks.add({ preset: parsed.preset }));
  });
  const problem =
    parsed === null || parsed.kind === 'preset'
      ? null
      : parsed.kind === 'badJson'
        ? t('networks.badJson')
        : t('networks.badPreset', { field: parsed.field, problem: parsed.problem });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <Field label={t('networks.preset')} hint={t('networks.presetHint')} problem={problem}>
        {(control) => (
          <TextArea
            {...control}
            rows={12}
            className="font-mono text-[13px]"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {add.busy && <AwaitingPersonNote />}
      {add.error && <ErrorNote error={add.error} />}
      <Button type="submit" tone="primary" className="self-end" disabled={parsed?.kind !== 'preset'} busy={add.busy}>
        {t('networks.add')}
      </Button>
    </form>
  );
}
