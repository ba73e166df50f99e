import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { LogRow } from './log-row.tsx';
import type { LogState } from './use-log.ts';

const LINE_HEIGHT = 29;
const NEAR_EDGE_PX = LINE_HEIGHT * 2;

export interface LogLinesProps {
  readonly log: LogState;
  /** Keeps the newest line in view; scrolling up turns this off. */
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
}

export function LogLines({ log, follow, onFollow }: LogLinesProps) {
  const { t } = useTranslation('logs');
  const { lines, more } = log.list;
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  /** The newest line shown while following. */
  const [seen, setSeen] = useState(-1);
  const getItemKey = useCallback((index: number) => lines[index]?.cursor ?? index, [lines]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
    getItemKey,
  });
  const newest = lines.at(-1)?.cursor ?? -1;
  const oldest = lines[0]?.cursor ?? -1;

  useEffect(() => {
    if (!follow || lines.length === 0) return;
    virtual.scrollToIndex(lines.length - 1, { align: 'end' });
    setSeen(newest);
  }, [follow, lines.length, newest, virtual]);

  // Older lines are added above without moving what is being read.
  const before = useRef({ oldest, size: 0 });
  useLayoutEffect(() => {
    const size = virtual.getTotalSize();
    const grew = before.current.oldest > oldest && oldest >= 0 && !follow;
    if (grew && scroller.current !== null) scroller.current.scrollTop += size - before.current.size;
    before.current = { oldest, size };
  }, [oldest, virtual, follow]);

  const scrolled = () => {
    const element = scroller.current;
    if (element === null) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_EDGE_PX;
    if (element.scrollTop < NEAR_EDGE_PX && !atEnd) log.readOlder();
    if (atEnd && newest > seen) setSeen(newest);
  };
  const stopFollowing = () => follow && onFollow(false);
  const unseen = follow ? 0 : lines.length - 1 - lines.findLastIndex((line) => line.cursor <= seen);
  const toggle = (cursor: number) =>
    setOpen((was) => {
      const next = new Set(was);
      if (!next.delete(cursor)) next.add(cursor);
      return next;
    });
  return (
    <div className="relative flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <section
        ref={scroller}
        aria-label={t('label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        onScroll={scrolled}
        onWheel={(event) => event.deltaY < 0 && stopFollowing()}
        onKeyDown={(event) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && stopFollowing()}
        className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
      >
        <p className="px-4 py-1.5 text-center text-xs text-faint">{more ? t('older') : t('start')}</p>
        <ol className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line !== undefined && (
                <li
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  aria-setsize={lines.length}
                  aria-posinset={item.index + 1}
                  className="absolute inset-x-0 top-0 border-b border-line"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogRow line={line} open={open.has(line.cursor)} onToggle={() => toggle(line.cursor)} />
                </li>
              )
            );
          })}
        </ol>
      </section>
      {unseen > 0 && (
        <div role="status" className="pointer-events-none absolute inset-x-0 bottom-4 flex justify-center">
          <Button small tone="primary" icon={ArrowDown} className="pointer-events-auto shadow-md" onClick={() => onFollow(true)}>
            {t('newer', { count: unseen })}
          </Button>
        </div>
      )}
    </div>
  );
}
