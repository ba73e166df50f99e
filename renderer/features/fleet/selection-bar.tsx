import { CirclePause, CirclePlay, CircleStop, type LucideIcon, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FLEET_ORDERS, type FleetOrder } from '../../../contract/fleet.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { type FleetLine, linesAccepting } from './fleet-lines.ts';

const ICONS: Readonly<Record<FleetOrder, LucideIcon>> = { pause: CirclePause, resume: CirclePlay, drain: CircleStop };

export interface SelectionBarProps {
  /** All selected nodes, inside or outside the filter. */
  readonly lines: readonly FleetLine[];
  /** Those of them in the filtered list. */
  readonly shown: number;
  readonly busy: boolean;
  readonly onOrder: (order: FleetOrder, lines: readonly FleetLine[]) => void;
  readonly onClear: () => void;
}

/** The orders for the selected nodes. Each order goes to the nodes that can take it; the others stay as they are. */
export function SelectionBar({ lines, shown, busy, onOrder, onClear }: SelectionBarProps) {
  const { t } = useTranslation(['fleet', 'common']);
  const [asked, setAsked] = useState<FleetOrder | null>(null);
  const fits = asked === null ? [] : linesAccepting(lines, asked);
  const hidden = lines.length - shown;
  return (
    <section
      aria-label={t('selection.label')}
      className="flex flex-wrap items-center gap-2 sticky bottom-0 z-20 rounded-lg border border-accent bg-accent-wash px-4 py-2 shadow-md"
    >
      <p role="status" className="mr-auto font-medium tabular-nums">
        {t('selection.count', { count: lines.length })}
        {hidden > 0 && <span className="font-normal text-soft"> {t('selection.hidden', { count: hidden })}</span>}
      </p>
      {FLEET_ORDERS.map((order) => {
        const count = linesAccepting(lines, order).length;
        return (
          <Button key={order} icon={ICONS[order]} disabled={count === 0} busy={busy} onClick={() => setAsked(order)}>
            {t(`orders.${order}`)} <span className="font-normal text-soft tabular-nums">{count}</span>
          </Button>
        );
      })}
      <Button tone="quiet" icon={X} onClick={onClear}>
        {t('selection.clear')}
      </Button>
      <ConfirmDialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === null ? '' : t(`confirm.${asked}.title`, { count: fits.length })}
        confirmLabel={asked === null ? '' : t(`orders.${asked}`)}
        danger={asked === 'drain'}
        onConfirm={() => {
          if (asked !== null) onOrder(asked, fits);
          setAsked(null);
        }}
      >
        <p>{asked === null ? '' : t(`confirm.${asked}.text`)}</p>
        {fits.length < lines.length && <p className="text-soft">{t('confirm.rest', { count: lines.length - fits.length })}</p>}
      </ConfirmDialog>
    </section>
  );
}
