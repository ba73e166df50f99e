import { useTranslation } from 'react-i18next';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useNodeClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';

export interface AcknowledgeDialogProps {
  /** The difference; null = closed. */
  readonly byWei: string | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** On the host's confirmation, a difference in the wallet becomes a ledger entry. */
export function AcknowledgeDialog({ byWei, onClose, onDone }: AcknowledgeDialogProps) {
  const { t } = useTranslation('earnings');
  const { toasts } = useApp();
  const node = useNodeClient();
  const act = useAct((wei: string) => node().money.acknowledgeTransfer({ byWei: wei }));
  const by = BigInt(byWei ?? '0');
  const amount = formatCnxExact(by < 0n ? -by : by);
  const confirm = async () => {
    if (byWei === null || (await act.run(byWei)) === null) return;
    toasts.getState().push({ tone: 'good', text: t('check.transferDone') });
    onDone();
  };
  return (
    <ConfirmDialog
      open={byWei !== null}
      onClose={() => {
        act.clear();
        onClose();
      }}
      title={t('check.transferTitle')}
      confirmLabel={t('check.transferConfirm')}
      onConfirm={() => void confirm()}
      busy={act.busy}
      error={act.error}
    >
      <p>{t(by < 0n ? 'check.transferOut' : 'check.transferIn', { amount })}</p>
      <p className="text-soft">{t('check.transferNote')}</p>
    </ConfirmDialog>
  );
}
