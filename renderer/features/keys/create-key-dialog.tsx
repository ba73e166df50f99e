import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { chosenStore, NO_STORE_CHOICE, StoreFields } from './store-choice.tsx';

interface CreatedKey {
  readonly key: KeyView;
  readonly words: readonly string[];
  readonly ask: readonly number[];
}

export interface CreateKeyDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** The key exists, whether or not its backup has been verified. */
  readonly onCreated: (key: KeyView) => void;
}

/** A new key, its words, and the check that they were written down. The words exist only in this dialog. */
export function CreateKeyDialog({ open, onClose, onCreated }: CreateKeyDialogProps) {
  const { t } = useTranslation('keys');
  return (
    <Dialog open={open} onClose={onClose} title={t('create.title')}>
      <Steps onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

function Steps({ onClose, onCreated }: Omit<CreateKeyDialogProps, 'open'>) {
  const [created, setCreated] = useState<CreatedKey | null>(null);
  const [written, setWritten] = useState(false);
  if (created === null) {
    const take = (next: CreatedKey) => {
      setCreated(next);
      onCreated(next.key);
    };
    return <CreateStep onDone={take} />;
  }
  if (!written) return <WordsStep words={created.words} onDone={() => setWritten(true)} />;
  const proved = (key: KeyView) => {
    onCreated(key);
    onClose();
  };
  return <VerifyStep created={created} onAgain={() => setWritten(false)} onLater={onClose} onDone={proved} />;
}

function CreateStep({ onDone }: { readonly onDone: (created: CreatedKey) => void }) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [choice, setChoice] = useState(NO_STORE_CHOICE);
  const chosen = chosenStore(choice);
  const create = useAct(async () => {
    if (chosen !== null) onDone(await host().keys.create(chosen));
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void create.run();
      }}
    >
      <StoreFields value={choice} onChange={setChoice} />
      {create.error && <ErrorNote error={create.error} />}
      <Button type="submit" tone="primary" className="self-end" disabled={chosen === null} busy={create.busy}>
        {t('create.action')}
      </Button>
    </form>
  );
}

function WordsStep({ words, onDone }: { readonly words: readonly string[]; readonly onDone: () => void }) {
  const { t } = useTranslation('keys');
  return (
    <div className="flex flex-col gap-4">
      <p>{t('create.words')}</p>
      <ol aria-label={t('create.wordsLabel')} className="grid grid-cols-3 gap-2">
        {words.map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice; its place is what it is.
          <li key={index} className="flex gap-2 rounded-md bg-raised px-2.5 py-1.5 font-mono">
            <span className="w-5 text-right text-faint">{index + 1}</span>
            <span>{word}</span>
          </li>
        ))}
      </ol>
      <p className="text-[13px] text-faint">{t('create.laterNote')}</p>
      <Button tone="primary" className="self-end" onClick={onDone}>
        {t('create.written')}
      </Button>
    </div>
  );
}

interface VerifyStepProps {
  readonly created: CreatedKey;
  readonly onAgain: () => void;
  readonly onLater: () => void;
  readonly onDone: (key: KeyView) => void;
}

function VerifyStep({ created, onAgain, onLater, onDone }: VerifyStepProps) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [answers, setAnswers] = useState<readonly string[]>(() => created.ask.map(() => ''));
  const prove = useAct(async () => onDone(await host().keys.proveBackup({ address: created.key.address, words: [...answers] })));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void prove.run();
      }}
    >
      <p>{t('create.prove')}</p>
      {created.ask.map((position, index) => (
        <Field key={position} label={t('create.word', { number: position + 1 })}>
          {(control) => (
            <TextInput
              {...control}
              value={answers[index] ?? ''}
              onChange={(event) => setAnswers(answers.with(index, event.target.value.trim().toLowerCase()))}
            />
          )}
        </Field>
      ))}
      {prove.error && <ErrorNote error={prove.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="quiet" onClick={onAgain}>
          {t('create.again')}
        </Button>
        <Button onClick={onLater}>{t('create.later')}</Button>
        <Button type="submit" tone="primary" disabled={answers.some((word) => word === '')} busy={prove.busy}>
          {t('create.check')}
        </Button>
      </div>
    </form>
  );
}
