import { useTranslation } from 'react-i18next';
import type { ChainAct, ChainActPreview } from '../../../contract/money-acts.ts';
import { useNodeClient } from '../../state/app-context.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { ActFacts } from './act-facts.tsx';
import { Forecast } from './forecast.tsx';
import { TwoStepDialog } from './two-step-dialog.tsx';

export interface ChainActDialogProps {
  readonly act: ChainAct | null;
  readonly title: string;
  readonly confirmLabel: string;
  readonly warning?: string;
  readonly danger?: boolean;
  readonly typeToConfirm?: (preview: ChainActPreview) => string | undefined;
  readonly benefitAddress: string | null;
  readonly onClose: () => void;
  /** Null: nothing was left to do. */
  readonly onDone: (transaction: string | null, act: ChainAct) => void;
}

/** The transaction itself: its recipient, its call, and its maximum cost. */
function TransactionTerms({ terms: { chainId, contract, call, mostGasWei } }: Pick<ChainActPreview, 'terms'>) {
  const { t } = useTranslation('wallet');
  return (
    <Facts>
      <Fact name={t('facts.contract')}>
        <code className="font-mono text-[0.92em] break-all">{contract}</code>{' '}
        {chainId !== null && <span className="text-[13px] text-faint">{t('facts.chain', { id: String(chainId) })}</span>}
      </Fact>
      <Fact name={t('facts.call')}>
        <code className="font-mono text-[0.92em]">{call}</code>
      </Fact>
      <Fact name={t('facts.mostGas')}>
        <Money wei={mostGasWei} /> <span className="text-[13px] text-faint">{t('facts.gas')}</span>
      </Fact>
    </Facts>
  );
}

/** A transaction in two steps, with its exact effect. */
export function ChainActDialog(props: ChainActDialogProps) {
  const { act, title, confirmLabel, warning, danger, typeToConfirm, benefitAddress, onClose, onDone } = props;
  const node = useNodeClient();
  return (
    <TwoStepDialog
      subject={act}
      prepare={(subject) => node().money.prepareChainAct({ act: subject })}
      confirm={(subject, confirmation) => node().money.confirmChainAct({ act: subject, confirmation })}
      onClose={onClose}
      onDone={({ transaction }, subject) => onDone(transaction, subject)}
      title={title}
      confirmLabel={confirmLabel}
      {...(danger === undefined ? {} : { danger })}
      {...(typeToConfirm === undefined ? {} : { typeToConfirm })}
    >
      {(preview) => (
        <>
          {warning !== undefined && preview.problems.length === 0 && <p className="font-medium text-bad">{warning}</p>}
          <ActFacts preview={preview} benefitAddress={benefitAddress} />
          {preview.problems.length === 0 && <TransactionTerms terms={preview.terms} />}
          {preview.weight !== null && preview.problems.length === 0 && <Forecast forecast={preview.weight} />}
        </>
      )}
    </TwoStepDialog>
  );
}
