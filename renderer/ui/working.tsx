import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { durationText } from './duration.ts';
import { Progress } from './progress.tsx';

export interface WorkingProps {
  /** What is in progress. */
  readonly label: string;
  /** 0–1; left out if unknown. */
  readonly value?: number | null;
  /** Left out if it cannot be cancelled. */
  readonly onCancel?: (() => void) | undefined;
}

/** An operation in progress, with its elapsed time and a way to cancel it. */
export function Working({ label, value = null, onCancel }: WorkingProps) {
  const { t, i18n } = useTranslation();
  const [startedMs] = useState(() => performance.now());
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - startedMs) / 1_000)), 500);
    return () => clearInterval(timer);
  }, [startedMs]);
  return (
    <div className="flex flex-col gap-1.5">
      <Progress value={value} label={label} />
      <div className="flex min-h-7 items-center justify-between gap-3 text-[13px] text-soft">
        <p role="status">{label}</p>
        <span className="flex items-center gap-3">
          {seconds >= 2 && (
            <span aria-hidden className="tabular-nums">
              {durationText(seconds * 1_000, i18n.language)}
            </span>
          )}
          {onCancel !== undefined && (
            <Button small icon={X} onClick={onCancel}>
              {t('do.cancel')}
            </Button>
          )}
        </span>
      </div>
    </div>
  );
}
