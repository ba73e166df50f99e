import { useTranslation } from 'react-i18next';
import type { QosDifference } from '../../../contract/standing.ts';

/** Shown if the relay's number differs from the published formula. */
export function FormulaDifference({ difference }: { readonly difference: QosDifference }) {
  const { t } = useTranslation('trust');
  const { number, formula, relay } = difference;
  const text =
    formula === null
      ? t('qos.differsNone', { relay: shortNumber(relay) })
      : t('qos.differs', { relay: shortNumber(relay), formula: shortNumber(formula) });
  return (
    <span>
      <strong className="font-medium">{t(`qos.numbers.${number}`)}:</strong> {text}
    </span>
  );
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** Numbers of the quality of service: 0–1, with two decimals. */
function QosNumber({ value }: { readonly value: number }) {
  return (
    <data value={value} title={String(value)} className="tabular-nums">
      {value.toFixed(2)}
    </data>
  );
}

/** Before and after; an unchanged number is shown once. */
export function QosNumberChange({ before, after }: { readonly before: number; readonly after: number }) {
  if (before.toFixed(2) === after.toFixed(2)) return <QosNumber value={after} />;
  return (
    <span className="whitespace-nowrap">
      <QosNumber value={before} /> → <strong className="font-medium">{<QosNumber value={after} />}</strong>
    </span>
  );
}
