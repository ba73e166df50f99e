import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { durationText } from '../../ui/duration.ts';
import { useNow } from '../../ui/time.tsx';

export interface CountdownProps {
  /** The text before the time left. */
  readonly text: string;
  readonly untilMs: number;
  readonly onEnd: () => void;
}

export function Countdown({ text, untilMs, onEnd }: CountdownProps) {
  const { t, i18n } = useTranslation('wallet');
  const left = untilMs - useNow();
  const over = left <= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again once when the time is over.
  useEffect(() => {
    if (over) onEnd();
  }, [over]);
  if (over) return <p className="text-soft">{t('leave.forceSoon')}</p>;
  return (
    <p className="text-soft">
      {text} <span className="font-semibold text-ink tabular-nums">{durationText(left, i18n.language)}</span>.
    </p>
  );
}
