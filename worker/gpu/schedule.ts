/** A weekly schedule in the host's own time zone, by local time. */
import { type GpuSchedule, WEEKDAYS } from '../../contract/gpu.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const STRIDE_MINUTES = 15;

/** IANA name, for example `Europe/Zurich`. */
export type TimeZone = string;

interface Moment {
  readonly schedule: GpuSchedule;
  readonly nowMs: number;
  readonly timeZone: TimeZone;
}

export function isInSchedule({ schedule, nowMs, timeZone }: Moment): boolean {
  return covers(schedule, wallClock(timeZone)(nowMs));
}

/** When {@link isInSchedule} next changes, to the minute; null = never. */
export function nextScheduleChange({ schedule, nowMs, timeZone }: Moment): number | null {
  const wall = wallClock(timeZone);
  const edges = windowsInMinutes(schedule).flatMap(({ start, minutes }) => [start, (start + minutes) % WEEK_MINUTES]);
  const inside = covers(schedule, wall(nowMs));
  let atMs = nowMs - (nowMs % MINUTE_MS);
  const endMs = nowMs + (WEEK_MINUTES + DAY_MINUTES) * MINUTE_MS;
  while (atMs < endMs) {
    const minute = wall(atMs);
    const untilEdge = Math.min(...edges.map((edge) => ((edge - minute + WEEK_MINUTES - 1) % WEEK_MINUTES) + 1));
    // In short steps, because a change to or from summer time in between shifts the result by an hour.
    atMs += Math.min(untilEdge, STRIDE_MINUTES) * MINUTE_MS;
    if (covers(schedule, wall(atMs)) === inside) continue;
    while (atMs - MINUTE_MS > nowMs && covers(schedule, wall(atMs - MINUTE_MS)) !== inside) atMs -= MINUTE_MS;
    return atMs;
  }
  return null;
}

/** Minutes of the week since Monday 00:00. A window whose end is not after its start ends on the next day. */
function windowsInMinutes(schedule: GpuSchedule): { start: number; minutes: number }[] {
  return schedule.windows.flatMap(({ days, from, to }) => {
    const [start, end] = [minuteOfDay(from), minuteOfDay(to)];
    const minutes = end > start ? end - start : end - start + DAY_MINUTES;
    return days.map((day) => ({ start: WEEKDAYS.indexOf(day) * DAY_MINUTES + start, minutes }));
  });
}

function covers(schedule: GpuSchedule, minute: number): boolean {
  return windowsInMinutes(schedule).some(({ start, minutes }) => (minute - start + WEEK_MINUTES) % WEEK_MINUTES < minutes);
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function wallClock(timeZone: TimeZone): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const names: readonly string[] = WEEKDAYS;
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const day = names.indexOf(parts.get('weekday')?.toLowerCase() ?? '');
    return day * DAY_MINUTES + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  };
}
