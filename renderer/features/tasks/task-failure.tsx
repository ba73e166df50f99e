import { useTranslation } from 'react-i18next';
import type { TaskDetail } from '../../../contract/tasks.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

/** What went wrong, what the node did about it, and why (law 2 of slash safety). */
export function TaskFailure({ failure }: { readonly failure: NonNullable<TaskDetail['failure']> }) {
  const { t } = useTranslation('tasks');
  return (
    <div className="flex flex-col gap-2">
      <ErrorNote error={failure.error} />
      <p>
        <Badge tone={failure.reaction === 'reported' ? 'info' : 'warn'}>{t(`drawer.errorClass.${failure.reaction}`)}</Badge>
      </p>
      <p>
        <strong className="font-medium">{t(`drawer.reaction.${failure.reaction}`)}</strong> {t(`drawer.why.${failure.reaction}`)}
      </p>
    </div>
  );
}
