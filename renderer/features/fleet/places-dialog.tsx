import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accessTokenSchema } from '../../../contract/access.ts';
import { type FleetPlace, HERE_PLACE, placeNameSchema } from '../../../contract/fleet.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { AddPlaceGuide } from './add-place-guide.tsx';

export interface PlacesDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly places: readonly FleetPlace[];
}

/** The watched places, and how to add another one. */
export function PlacesDialog({ open, onClose, places }: PlacesDialogProps) {
  const { t } = useTranslation('fleet');
  const others = places.filter(({ place }) => place !== HERE_PLACE);
  return (
    <Dialog open={open} onClose={onClose} title={t('places.title')} description={t('places.text')}>
      <div className="flex flex-col gap-5">
        {others.length > 0 && (
          <ul aria-label={t('places.title')} className="flex flex-col divide-y divide-line rounded-md border border-line">
            {others.map((place) => (
              <PlaceItem key={place.place} place={place} />
            ))}
          </ul>
        )}
        <AddPlaceForm />
        <AddPlaceGuide />
      </div>
    </Dialog>
  );
}

function PlaceItem({ place: { place, url, state } }: { readonly place: FleetPlace }) {
  const { t } = useTranslation('fleet');
  const host = useHostClient();
  const remove = useAct(() => host().fleet.places.remove({ name: place }));
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <p className="min-w-0 flex-1">
        <span className="font-medium">{place}</span>{' '}
        <span className={state.kind === 'away' ? 'text-[13px] text-bad' : 'text-[13px] text-soft'}>
          {t(`places.states.${state.kind}`)}
        </span>
        <span className="block truncate text-[13px] text-faint">{url}</span>
        {remove.error && <ErrorNote error={remove.error} />}
      </p>
      <IconButton label={t('places.remove', { place })} icon={Trash2} disabled={remove.busy} onClick={() => void remove.run()} />
    </li>
  );
}

const EXAMPLE_NAME = 'cellar';
const EXAMPLE_ADDRESS = 'http://127.0.0.1:7421';
const EMPTY_FORM = { name: '', url: '', token: '' };

function AddPlaceForm() {
  const { t } = useTranslation('fleet');
  const host = useHostClient();
  const [form, setForm] = useState(EMPTY_FORM);
  const add = useAct(() =>
    host().fleet.places.add({ ...form, token: form.token.trim(), caFile: null, certFile: null, keyFile: null }),
  );
  const isNamed = placeNameSchema.safeParse(form.name).success;
  const isToken = accessTokenSchema.safeParse(form.token.trim()).success;
  const set = (name: keyof typeof EMPTY_FORM) => (event: { readonly target: { readonly value: string } }) =>
    setForm((was) => ({ ...was, [name]: event.target.value }));
  return (
    <form
      aria-label={t('places.add')}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run().then((added) => added !== null && setForm(EMPTY_FORM));
      }}
    >
      <h3 className="font-semibold">{t('places.add')}</h3>
      <Field label={t('places.name')} problem={form.name === '' || isNamed ? null : t('places.nameProblem')}>
        {(control) => <TextInput {...control} value={form.name} placeholder={EXAMPLE_NAME} onChange={set('name')} />}
      </Field>
      <Field label={t('places.url')} hint={t('places.urlHint')}>
        {(control) => <TextInput {...control} value={form.url} placeholder={EXAMPLE_ADDRESS} onChange={set('url')} />}
      </Field>
      <Field
        label={t('places.token')}
        hint={t('places.tokenHint')}
        problem={form.token === '' || isToken ? null : t('places.tokenProblem')}
      >
        {(control) => <TextInput {...control} type="password" value={form.token} onChange={set('token')} />}
      </Field>
      {add.busy && <AwaitingPersonNote />}
      {add.error && <ErrorNote error={add.error} />}
      <div>
        <Button type="submit" tone="primary" busy={add.busy} disabled={!isNamed || !isToken || form.url === ''}>
          {t('places.add')}
        </Button>
      </div>
    </form>
  );
}
