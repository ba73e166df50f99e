/** How long something took, in words. Pure. */

const UNITS = { en: ['h', 'min', 's'], zh: ['小时', '分', '秒'] } as const;

/** `1 h 05 min`, `3 min 20 s`, `12.4 s`; the units in the reader's language. */
export function durationText(ms: number, language: string): string {
  const [h, min, s] = language.startsWith('zh') ? UNITS.zh : UNITS.en;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} ${s}`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)} ${min} ${String(whole % 60).padStart(2, '0')} ${s}`;
  return `${Math.floor(whole / 3_600)} ${h} ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')} ${min}`;
}
