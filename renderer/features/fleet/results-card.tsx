import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { FleetOrder, SteerResult } from '../../../contract/fleet.ts';
import { fleetKey } from '../../../contract/fleet-merge.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { IconButton } from '../../ui/button.tsx';

export interface OrderOutcome {
  readonly order: FleetOrder;
  readonly results: readonly SteerResult[];
}

/** The outcome of an order, node by node; shown until dismissed. */
export function ResultsCard({ outcome, onClose }: { readonly outcome: OrderOutcome; readonly onClose: () => void }) {
  const { t } = useTranslation(['fleet', 'common']);
  const textOf = useHostText();
  const { order, results } = outcome;
  const refused = results.filter(({ error }) => error !== null);
  const taken = results.length - refused.length;
  const Icon = refused.length === 0 ? CircleCheck : CircleAlert;
  return (
    <section
      role="status"
      aria-label={t('results.label')}
      className="flex gap-3 rounded-lg border border-line bg-surface px-4 py-2.5"
    >
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${refused.length === 0 ? 'text-good' : 'text-warn'}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="font-medium">
          {t(`orders.${order}`)}: {t('results.taken', { count: taken })}
          {refused.length > 0 && `, ${t('results.refused', { count: refused.length })}`}
        </p>
        {refused.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          <ul tabIndex={0} aria-label={t('results.refusals')} className="max-h-32 overflow-y-auto text-[13px] text-soft">
            {refused.map((result) => (
              <li key={fleetKey(result)}>
                <span className="font-medium text-ink">
                  {result.place}/{result.node}
                </span>
                : {result.error === null ? '' : (textOf(result.error).meaning ?? result.error.message)}
              </li>
            ))}
          </ul>
        )}
      </div>
      <IconButton label={t('common:do.close')} icon={X} onClick={onClose} />
    </section>
  );
}
