import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Tick = (nowMs: number) => void;
/** Interval → listeners: one timer and one render for all of them. */
const tickers = new Map<number, Set<Tick>>();

function tickEvery(everyMs: number, tick: Tick): () => void {
  const listeners = tickers.get(everyMs) ?? startTicking(everyMs);
  listeners.add(tick);
  return () => void listeners.delete(tick);
}

function startTicking(everyMs: number): Set<Tick> {
  const listeners = new Set<Tick>();
  tickers.set(everyMs, listeners);
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const tick of listeners) tick(nowMs);
    if (listeners.size > 0) return;
    clearInterval(timer);
    tickers.delete(everyMs);
  }, everyMs);
  return listeners;
}

/** The current time, updated every `everyMs`, the first time possibly sooner. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => tickEvery(everyMs, setNow), [everyMs]);
  return now;
}

/** Formatters are expensive to create, and long lists show many times. */
function cachedPerLanguage<Format>(make: (language: string) => Format): (language: string) => Format {
  const made = new Map<string, Format>();
  return (language) => {
    const format = made.get(language) ?? make(language);
    made.set(language, format);
    return format;
  };
}

const relativeFormat = cachedPerLanguage(
  (language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
);
const exactFormat = cachedPerLanguage(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }),
);
const clockFormat = cachedPerLanguage(
  (language) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
);

/** `21:04:33`. */
export function clockTime(atMs: number, language: string): string {
  return clockFormat(language).format(atMs);
}

/** `3 minutes ago`, `in 2 hours`; days at most. */
export function relativeTime(atMs: number, nowMs: number, language: string): string {
  const format = relativeFormat(language);
  const away = atMs - nowMs;
  const size = Math.abs(away);
  if (size < MINUTE) return format.format(Math.round(away / 1_000), 'second');
  if (size < HOUR) return format.format(Math.round(away / MINUTE), 'minute');
  if (size < DAY) return format.format(Math.round(away / HOUR), 'hour');
  return format.format(Math.round(away / DAY), 'day');
}

export function exactTime(atMs: number, language: string): string {
  return exactFormat(language).format(atMs);
}

/** Relative; the exact time on hover. Null = unknown. */
export function Time({ atMs }: { readonly atMs: number | null }) {
  const { i18n } = useTranslation();
  const now = useNow(10_000);
  if (atMs === null) return <span className="text-faint">—</span>;
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={exactTime(atMs, i18n.language)}
      className="whitespace-nowrap tabular-nums"
    >
      {relativeTime(atMs, now, i18n.language)}
    </time>
  );
}
