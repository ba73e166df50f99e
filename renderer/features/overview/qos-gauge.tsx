/** A quality from 0 to 1 on a scale, with the network's marks. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

interface Mark {
  readonly at: number;
  readonly name: string;
}

interface QosGaugeProps {
  readonly name: string;
  /** Null = unknown. */
  readonly value: number | null;
  readonly marks: readonly Mark[];
  readonly hint: string;
}

/** Bad below the first mark; recovering below the last. */
export function QosGauge({ name, value, marks, hint }: QosGaugeProps) {
  const { t } = useTranslation('overview');
  const first = marks[0]?.at ?? 0;
  const last = marks.at(-1)?.at ?? 0;
  const tone = value === null ? 'bg-edge' : value < first ? 'bg-bad' : value < last ? 'bg-warn' : 'bg-good';
  const shown = value === null ? t('scores.unknown') : value.toFixed(2);
  const description = [`${name}: ${shown}`, ...marks.map((mark) => `${mark.name}: ${mark.at.toFixed(2)}`)].join('; ');
  return (
    <div className="flex flex-col gap-1">
      <p className="flex items-baseline justify-between gap-4">
        <span className="font-medium">{name}</span>
        <span className={clsx('tabular-nums', value === null ? 'text-faint' : 'text-lg font-semibold')}>{shown}</span>
      </p>
      <div role="img" aria-label={description} className="relative h-2.5 rounded-full bg-raised">
        {value !== null && (
          <div className={clsx('h-full rounded-full', tone)} style={{ width: `${Math.min(1, Math.max(0, value)) * 100}%` }} />
        )}
        {marks.map((mark) => (
          <span
            key={mark.name}
            aria-hidden
            className="absolute -top-0.5 h-3.5 w-0.5 bg-ink"
            style={{ left: `calc(${mark.at * 100}% - 1px)` }}
          />
        ))}
      </div>
      <ul aria-hidden className="flex flex-wrap gap-x-4 text-xs text-faint">
        {marks.map((mark) => (
          <li key={mark.name} className="tabular-nums">
            {mark.at.toFixed(2)} {mark.name}
          </li>
        ))}
      </ul>
      <p className="text-[13px] text-faint">{hint}</p>
    </div>
  );
}
