import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MODEL_ENGINES, type ModelEngine } from '../../../contract/models.ts';
import { normaliseModelIdNode } from '../../../protocol/models/model-id.ts';
import { TASK_TYPE, type TaskType } from '../../../protocol/tasks/status.ts';
import { useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { useModelsRequest } from './use-models.ts';

const TASK_TYPES = Object.keys(TASK_TYPE) as TaskType[];

/** The id in the node's form; null = not a valid id. */
function parseModelId(text: string): string | null {
  try {
    return normaliseModelIdNode(text.trim());
  } catch {
    return null;
  }
}

export function AddModelDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation('models');
  return (
    <Dialog open={open} onClose={onClose} title={t('addDialog.title')}>
      <AddModelForm onDone={onClose} />
    </Dialog>
  );
}

function AddModelForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation(['models', 'common']);
  const { engine: own } = useNode().profile.profile;
  const [text, setText] = useState('base:');
  const [engine, setEngine] = useState<ModelEngine>(own.kind === 'official' ? 'official' : 'embedded');
  const [taskType, setTaskType] = useState<TaskType>('Llm');
  const [submitted, setSubmitted] = useState(false);
  const act = useModelsRequest();
  const modelId = parseModelId(text);
  const submit = async () => {
    setSubmitted(true);
    if (modelId === null) return;
    const said = t('said.added', { model: modelId });
    if ((await act.run({ type: 'download', engine, modelId, taskType }, said)) !== null) onDone();
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={t('addDialog.id')}
        hint={t('addDialog.idHint')}
        problem={submitted && modelId === null ? t('addDialog.idBad') : null}
      >
        {(control) => (
          <TextInput {...control} className="font-mono" value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <Field label={t('addDialog.engine')} hint={t('addDialog.engineHint')}>
        {(control) => (
          <Select
            {...control}
            value={engine}
            options={MODEL_ENGINES.map((value) => ({ value, label: t(`engine.${value}`) }))}
            onChange={setEngine}
          />
        )}
      </Field>
      <Field label={t('addDialog.taskType')}>
        {(control) => (
          <Select
            {...control}
            value={taskType}
            options={TASK_TYPES.map((value) => ({ value, label: t(`common:taskType.${value}`) }))}
            onChange={setTaskType}
          />
        )}
      </Field>
      {act.error && <ErrorNote error={act.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t('common:do.cancel')}</Button>
        <Button type="submit" tone="primary" busy={act.busy}>
          {t('addDialog.confirm')}
        </Button>
      </div>
    </form>
  );
}
