import { useTranslation } from 'react-i18next';
import type { QosDifference } from '../../../contract/standing.ts';

/** Shown if the relay's number differs from the published formula. */
export function Difference({ difference }: { readonly difference: QosDifference }) {
  const { t } = useTranslation('trust');
  const { number, formula, relay } = difference;
  const text =
    formula === null
      ? t('qos.differsNone', { relay: short(relay) })
      : t('qos.differs', { relay: short(relay), formula: short(formula) });
  return (
    <span>
      <strong className="font-medium">{t(`qos.numbers.${number}`)}:</strong> {text}
    </span>
  );
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
