import { clsx } from 'clsx';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_WIDTH, MIN_WIDTH, type SizedColumn } from '../../contract/column-widths.ts';
import type { ColumnWidths } from './use-column-widths.ts';

const KEY_STEP_PX = 8;

export interface ColumnResizerProps {
  readonly column: SizedColumn;
  readonly label: string;
  /** Columns before the flexible one are resized at their right edge, those after it at their left. */
  readonly side: 'left' | 'right';
  readonly widths: ColumnWidths;
}

/** The edge of a column in its heading: dragged, or moved with the arrow keys; a double click or Delete restores the original width. */
export function ColumnResizer({ column, label, side, widths }: ColumnResizerProps) {
  const { t } = useTranslation();
  const edge = useRef<HTMLDivElement>(null);
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const changed = useRef(false);
  const [shown, setShown] = useState<number | undefined>();
  const widthNow = () => edge.current?.parentElement?.getBoundingClientRect().width ?? MIN_WIDTH;
  const set = (width: number | null) => {
    changed.current = true;
    widths.set(column, width);
  };
  const finish = () => {
    if (changed.current) widths.save();
    changed.current = false;
    from.current = null;
    setShown(Math.round(widthNow()));
  };
  const outwards = side === 'right' ? 1 : -1;
  const move = (event: PointerEvent) => {
    if (from.current !== null) set(from.current.width + outwards * (event.clientX - from.current.x));
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: KEY_STEP_PX, ArrowLeft: -KEY_STEP_PX }[event.key];
    if (step !== undefined) set(widthNow() + outwards * step);
    else if (event.key === 'Delete') set(null);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule is not moved.
    <div
      ref={edge}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('table.width', { column: label })}
      aria-valuemin={MIN_WIDTH}
      aria-valuemax={MAX_WIDTH}
      aria-valuenow={shown ?? MIN_WIDTH}
      title={t('table.widthHint')}
      onFocus={() => setShown(Math.round(widthNow()))}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width: widthNow() };
      }}
      onPointerMove={move}
      onPointerUp={finish}
      onLostPointerCapture={finish}
      onDoubleClick={() => {
        set(null);
        finish();
      }}
      onKeyDown={keys}
      onKeyUp={finish}
      onBlur={finish}
      className={clsx(
        'absolute inset-y-0 w-2 cursor-col-resize touch-none select-none border-line hover:border-edge',
        side === 'right' ? '-right-2 border-r' : '-left-2 border-l',
      )}
    />
  );
}
