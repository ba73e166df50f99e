import { Progress as Primitive } from 'radix-ui';

export interface ProgressProps {
  /** 0–1; null = in progress with unknown completion. */
  readonly value: number | null;
  readonly label: string;
}

export function Progress({ value, label }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <Primitive.Root value={percent} aria-label={label} className="h-1.5 w-full overflow-hidden rounded-full bg-raised">
      <Primitive.Indicator
        className={percent === null ? 'h-full w-1/3 animate-pulse bg-accent' : 'h-full bg-accent transition-[width]'}
        style={percent === null ? {} : { width: `${percent}%` }}
      />
    </Primitive.Root>
  );
}
