/**
 * Dialogs. The backdrop is our own element: Radix's overlay locks scrolling with an inline style sheet, which the page's
 * policy forbids, and there is nothing to lock, because the page itself never scrolls.
 */
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { AlertDialog as Alert, Dialog as Plain } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { AwaitingPersonNote } from './awaiting-person-note.tsx';
import { Button, IconButton } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { Field, TextInput } from './field.tsx';
import { Working, type WorkingProps } from './working.tsx';

const BACKDROP = 'fixed inset-0 z-40 bg-veil';
const PANEL = 'fixed z-50 flex flex-col bg-surface shadow-2xl focus:outline-none';
const CENTERED =
  'top-1/2 left-1/2 max-h-[85vh] w-[min(34rem,92vw)] -translate-x-1/2 -translate-y-1/2 rounded-lg border border-line';
/** The whole window except its edges, for a close look. */
const FULL_SIZE = 'inset-3 rounded-lg border border-line';
const DRAWER = 'inset-y-0 right-0 w-[min(44rem,92vw)] border-l border-line';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** Stays visible below the scrolling content. */
  readonly footer?: ReactNode;
  /** At the right edge, at full height. */
  readonly drawer?: boolean;
  /** As large as the window. */
  readonly fullSize?: boolean;
  /** Keys pressed anywhere inside. */
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** Radix returns the focus only to its own trigger; our dialogs are opened from anywhere. */
function useRestoredFocus() {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
    },
  };
}

/** Focus moves in when it opens and returns when it closes; Escape closes it. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  drawer = false,
  fullSize = false,
  onKeyDown,
}: DialogProps) {
  const { t } = useTranslation();
  const focus = useRestoredFocus();
  return (
    <Plain.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Plain.Portal>
        <div aria-hidden className={BACKDROP} />
        <Plain.Content
          {...focus}
          className={clsx(PANEL, fullSize ? FULL_SIZE : drawer ? DRAWER : CENTERED)}
          onKeyDown={onKeyDown}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="flex items-start justify-between gap-3 border-b border-line px-4 py-3">
            <div className="flex min-w-0 flex-col gap-0.5">
              <Plain.Title className="text-base font-semibold">{title}</Plain.Title>
              {description !== undefined && <Plain.Description className="text-soft">{description}</Plain.Description>}
            </div>
            <Plain.Close asChild>
              <IconButton label={t('do.close')} icon={X} />
            </Plain.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer !== undefined && <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>}
        </Plain.Content>
      </Plain.Portal>
    </Plain.Root>
  );
}

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, exactly. */
  readonly children: ReactNode;
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
  /** What must be typeToConfirm first, for irreversible acts. */
  readonly typeToConfirm?: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  /** While it is busy, a person is asked outside the window. */
  readonly awaitsPerson?: boolean;
  /** What is said while it is busy, and the way out of it; left out where it cannot be cancelled. */
  readonly working?: Pick<WorkingProps, 'label' | 'onCancel'>;
  readonly error?: ErrorView | null;
  /** Something inside is not complete yet. */
  readonly disabled?: boolean;
}

/** Asks for confirmation before an act with consequences. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const focus = useRestoredFocus();
  return (
    <Alert.Root open={props.open} onOpenChange={(next) => !next && props.onClose()}>
      <Alert.Portal>
        <div aria-hidden className={BACKDROP} />
        <Alert.Content {...focus} className={clsx(PANEL, CENTERED)}>
          <ConfirmBody {...props} />
        </Alert.Content>
      </Alert.Portal>
    </Alert.Root>
  );
}

function ConfirmBody(props: ConfirmDialogProps) {
  const { title, children, confirmLabel, onConfirm, typeToConfirm, danger, busy, awaitsPerson, working, error, disabled } = props;
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const ready = (typeToConfirm === undefined || text.trim() === typeToConfirm) && disabled !== true;
  return (
    <form
      className="flex min-h-0 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        // The answer must not submit the form that this dialog was opened from: React passes events on to its parent component.
        event.stopPropagation();
        if (ready && busy !== true) onConfirm();
      }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div tabIndex={0} className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4">
        <Alert.Title className="text-base font-semibold">{title}</Alert.Title>
        <Alert.Description asChild>
          <div className="flex flex-col gap-3">{children}</div>
        </Alert.Description>
        {typeToConfirm !== undefined && (
          <Field label={t('type.instruction', { text: typeToConfirm })}>
            {(control) => <TextInput {...control} value={text} onChange={(event) => setText(event.target.value)} />}
          </Field>
        )}
        {awaitsPerson === true && busy === true && <AwaitingPersonNote />}
        {working !== undefined && busy === true && <Working {...working} />}
        {error && <ErrorNote error={error} />}
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">
        <Alert.Cancel asChild>
          <Button disabled={busy === true}>{t('do.cancel')}</Button>
        </Alert.Cancel>
        <Button type="submit" tone={danger === true ? 'danger' : 'primary'} disabled={!ready} busy={busy === true}>
          {confirmLabel}
        </Button>
      </footer>
    </form>
  );
}
