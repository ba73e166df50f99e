import { UserCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';

/** Where a person confirms what a page may not do alone. */
export function AwaitingPersonNote() {
  const { t } = useTranslation();
  // The desktop program asks in its own dialog; only it gives its page a bridge.
  const where = 'crynux' in globalThis ? 'dialog' : 'terminal';
  return (
    <p role="status" className="flex items-start gap-2 text-soft">
      <UserCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t(`person.${where}`)}
    </p>
  );
}
