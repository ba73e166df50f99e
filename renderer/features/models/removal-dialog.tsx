import { useTranslation } from 'react-i18next';
import type { ModelView, Removal } from '../../../contract/models.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { modelKeyText } from '../../state/models.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useListText, useProfileName, useTaskTypesText } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { modelKey, useModelsRequest } from './use-models.ts';

export interface RemovalDialogProps {
  /** Null = closed. */
  readonly model: ModelView | null;
  readonly onClose: () => void;
}

/** Shows the effect of deleting a model, then deletes it. */
export function RemovalDialog({ model, onClose }: RemovalDialogProps) {
  const { t } = useTranslation('models');
  const read = useNodeRead(`removal ${model === null ? '' : modelKeyText(model)}`, async (client, signal) => {
    if (model === null) return null;
    return (await client.models.ask({ type: 'removal', ...modelKey(model) }, { signal })).removal;
  });
  const act = useModelsRequest();
  const removal = read.value;
  const name = model?.modelId ?? '';
  const close = () => {
    if (act.busy) return;
    act.clear();
    onClose();
  };
  const confirm = async () => {
    if (model === null || removal === null) return;
    const said = t('said.removed', { model: name, size: sizeText(removal.freedBytes) });
    if ((await act.run({ type: 'remove', ...modelKey(model) }, said)) !== null) onClose();
  };
  return (
    <ConfirmDialog
      open={model !== null}
      onClose={close}
      title={t('removal.title', { model: name })}
      confirmLabel={t('removal.confirm')}
      onConfirm={() => void confirm()}
      danger
      busy={act.busy}
      error={act.error}
      disabled={removal === null || removal.refusal !== null}
    >
      {read.error && <ErrorNote error={read.error} />}
      {removal === null && read.error === null && <Progress value={null} label={t('removal.reading')} />}
      {removal !== null && <Consequences removal={removal} />}
    </ConfirmDialog>
  );
}

function Consequences({ removal: { modelIds, freedBytes, profiles, refusal } }: { readonly removal: Removal }) {
  const { t } = useTranslation('models');
  const nameOf = useProfileName();
  const list = useListText();
  const typesText = useTaskTypesText();
  return (
    <>
      {refusal !== null && (
        <>
          <p>{t('removal.refused')}</p>
          <ErrorNote error={refusal} />
        </>
      )}
      <Facts>
        <Fact name={t('removal.frees')}>{sizeText(freedBytes)}</Fact>
        {modelIds.length > 1 && (
          <Fact name={t('removal.together')}>
            {modelIds.map((id) => (
              <span key={id} className="block break-all">
                {id}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
      {profiles.length === 0 && <p className="text-soft">{t('removal.nobody')}</p>}
      <ul className="flex flex-col gap-1">
        {profiles.map((loss) => (
          <li key={loss.profile}>
            <span className="font-medium">{t('removal.loses', { profile: nameOf(loss.profile) })}</span> {list(loss.modelIds)}{' '}
            {loss.taskTypes.length === 0 ? (
              <span className="text-faint">{t('removal.keepsTypes')}</span>
            ) : (
              <span className="text-warn">{t('removal.losesTypes', { types: typesText(loss.taskTypes) })}</span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
