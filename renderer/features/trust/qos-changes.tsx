import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { QosExplanation } from '../../../contract/standing.ts';
import { nodePath } from '../../app/screens.ts';
import { useNode } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { Time } from '../../ui/time.tsx';
import { FormulaDifference, QosNumberChange } from './qos-numbers.tsx';
import { ChangeIcon } from './timeline-view.tsx';

const CELL = 'py-2 pr-3 align-top';

/** Each step that led to the current numbers. */
export function QosChanges({ qos }: { readonly qos: QosExplanation }) {
  const { t } = useTranslation('trust');
  const { profile } = useNode();
  const { tracing, changes } = qos;
  const hint = { told: 'emptyHint', empty: 'forgotten', unsupported: 'unsupported' } as const;
  if (changes.length === 0) {
    return (
      <Card title={t('qos.changes.title')}>
        <EmptyState icon={History} title={t('qos.changes.empty')} hint={t(`qos.changes.${hint[tracing.kind]}`)} />
      </Card>
    );
  }
  return (
    <Card title={t('qos.changes.title')}>
      {tracing.kind === 'told' && tracing.atLimit && (
        <p className="pb-2 text-[13px] text-faint">{t('qos.changes.atLimit', { count: tracing.maxEvents })}</p>
      )}
      <table className="w-full text-[13px]">
        <thead>
          <tr className="border-b border-line text-left text-faint">
            {(['when', 'what', 'health', 'long', 'task'] as const).map((column) => (
              <th key={column} scope="col" className="py-1 pr-3 font-medium">
                {t(`qos.changes.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={`${change.atMs} ${change.event} ${change.commitment}`} className="border-b border-line last:border-0">
              <td className={CELL}>
                <Time atMs={change.atMs} />
              </td>
              <td className={CELL} title={change.event}>
                <span className="inline-flex items-center gap-1.5">
                  <ChangeIcon change={change} />
                  {t(`qos.codes.${change.code}`)}
                  {change.taskScore !== null && (
                    <span className="text-faint">{t('qos.changes.points', { points: change.taskScore })}</span>
                  )}
                </span>
                {change.differences?.map((difference) => (
                  <span key={difference.number} className="block text-faint">
                    <FormulaDifference difference={difference} />
                  </span>
                ))}
              </td>
              <td className={CELL}>
                <QosNumberChange before={change.before.health} after={change.after.health} />
              </td>
              <td className={CELL}>
                <QosNumberChange before={change.before.long} after={change.after.long} />
              </td>
              <td className={CELL}>
                {change.commitment === null ? (
                  <span className="text-faint">—</span>
                ) : (
                  <Link
                    className="font-mono whitespace-nowrap text-accent hover:underline"
                    to={nodePath(profile.profile.id, 'tasks', `task=${change.commitment}`)}
                  >
                    {shortHash(change.commitment)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
