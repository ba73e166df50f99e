import { RefreshCw } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorView } from '../../../contract/worker-channel.ts';
import { type Act, useAct } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useNow } from '../../ui/time.tsx';

/** The answer of every act's first step. */
interface PreparedAct {
  readonly problems: readonly ErrorView[];
  readonly confirmation: { readonly id: string; readonly expiresMs: number } | null;
}

export interface TwoStepDialogProps<Subject, Preview extends PreparedAct, Done> {
  /** The act to perform; null = the dialog is closed. */
  readonly subject: Subject | null;
  readonly prepare: (subject: Subject) => Promise<Preview>;
  readonly confirm: (subject: Subject, confirmation: string) => Promise<Done>;
  /** Renders the preview: what exactly will happen. */
  readonly children: (preview: Preview) => ReactNode;
  readonly onClose: () => void;
  readonly onDone: (done: Done, subject: Subject) => void;
  readonly title: string;
  readonly confirmLabel: string;
  readonly danger?: boolean;
  /** What must be typed before the second step. */
  readonly typeToConfirm?: (preview: Preview) => string | undefined;
}

/** First shows what will happen, as the node itself reports it; then performs exactly that. */
export function TwoStepDialog<Subject, Preview extends PreparedAct, Done>(props: TwoStepDialogProps<Subject, Preview, Done>) {
  const { subject, children, onClose, onDone, title, confirmLabel, danger = false } = props;
  const prepare = useAct(props.prepare);
  const confirm = useAct(props.confirm);
  const { look, preview, forget } = usePreview(subject, prepare);
  const expired = useExpired(preview?.confirmation?.expiresMs ?? null);
  const close = () => {
    if (confirm.busy) return;
    confirm.clear();
    forget();
    onClose();
  };
  const act = async () => {
    const id = preview?.confirmation?.id;
    if (subject === null || id === undefined) return;
    const done = await confirm.run(subject, id);
    if (done === null) return;
    forget();
    onDone(done, subject);
  };
  const again = () => {
    confirm.clear();
    look();
  };
  const typeToConfirm = preview === null ? undefined : props.typeToConfirm?.(preview);
  return (
    <ConfirmDialog
      open={subject !== null}
      onClose={close}
      title={title}
      confirmLabel={confirmLabel}
      onConfirm={() => void act()}
      danger={danger}
      busy={confirm.busy}
      awaitsPerson
      error={confirm.error}
      disabled={preview === null || preview.confirmation === null || expired || confirm.error !== null}
      {...(typeToConfirm === undefined ? {} : { typeToConfirm })}
    >
      <PreviewBody
        preview={preview}
        prepare={prepare}
        failed={expired || confirm.error !== null || prepare.error !== null}
        expired={expired}
        onAgain={again}
      >
        {preview !== null && children(preview)}
      </PreviewBody>
    </ConfirmDialog>
  );
}

interface PreviewBodyProps {
  readonly preview: PreparedAct | null;
  readonly prepare: { readonly busy: boolean; readonly error: ErrorView | null };
  readonly failed: boolean;
  readonly expired: boolean;
  readonly onAgain: () => void;
  readonly children: ReactNode;
}

function PreviewBody({ preview, prepare, failed, expired, onAgain, children }: PreviewBodyProps) {
  const { t } = useTranslation('wallet');
  return (
    <>
      {preview === null && prepare.error === null && <Progress value={null} label={t('forecast.working')} />}
      {children}
      {preview?.problems.map((problem) => (
        <ErrorNote key={problem.code} error={problem} />
      ))}
      {prepare.error && <ErrorNote error={prepare.error} />}
      {preview?.confirmation != null && !expired && <Expiry expiresMs={preview.confirmation.expiresMs} />}
      {expired && <p role="alert">{t('facts.expired')}</p>}
      {failed && (
        <Button small icon={RefreshCw} className="self-start" busy={prepare.busy} onClick={onAgain}>
          {t('facts.again')}
        </Button>
      )}
    </>
  );
}

/** Requests the preview when there is a subject, and again on demand. */
function usePreview<Subject, Preview>(subject: Subject | null, prepare: Act<[Subject], Preview>) {
  const [shown, setShown] = useState<{ subject: Subject; preview: Preview } | null>(null);
  const { run } = prepare;
  const look = () => {
    if (subject === null) return;
    void run(subject).then((preview) => setShown(preview === null ? null : { subject, preview }));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again only for another subject.
  useEffect(look, [subject]);
  const preview = subject !== null && shown?.subject === subject ? shown.preview : null;
  return { look, preview, forget: () => setShown(null) };
}

function useExpired(expiresMs: number | null): boolean {
  const now = useNow();
  return expiresMs !== null && now >= expiresMs;
}

function Expiry({ expiresMs }: { readonly expiresMs: number }) {
  const { t } = useTranslation('wallet');
  const now = useNow();
  const seconds = Math.max(0, Math.ceil((expiresMs - now) / 1_000));
  return <p className="text-[13px] text-faint tabular-nums">{t('facts.expires', { seconds })}</p>;
}
