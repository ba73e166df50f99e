import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GpuSchedule, gpuScheduleSchema, WEEKDAYS } from '../../contract/gpu.ts';
import { isInSchedule, nextScheduleChange } from './schedule.ts';

const MINUTE = 60_000;
/** Nights on weekdays, and all of the weekend. */
const NIGHTS: GpuSchedule = {
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '22:00', to: '06:00' },
    { days: ['sat', 'sun'], from: '00:00', to: '00:00' },
  ],
};

const at = (text: string) => Date.parse(text);
const inside = (schedule: GpuSchedule, text: string, timeZone = 'UTC') => isInSchedule({ schedule, nowMs: at(text), timeZone });

describe('schedule', () => {
  it.each([
    // 2026-01-05 is a Monday.
    ['2026-01-05T21:59:59Z', false],
    ['2026-01-05T22:00:00Z', true],
    ['2026-01-06T05:59:00Z', true],
    ['2026-01-06T06:00:00Z', false],
    ['2026-01-10T00:00:00Z', true],
    ['2026-01-11T23:59:00Z', true],
    ['2026-01-12T00:00:00Z', false],
    ['2026-01-12T05:00:00Z', false],
  ])('%s → %s', (text, expected) => {
    expect(inside(NIGHTS, text)).toBe(expected);
  });

  it("uses the host's local time, in summer and winter", () => {
    const evening: GpuSchedule = { windows: [{ days: [...WEEKDAYS], from: '18:00', to: '19:00' }] };
    expect(inside(evening, '2026-01-05T17:30:00Z', 'Europe/Zurich')).toBe(true);
    expect(inside(evening, '2026-07-06T16:30:00Z', 'Europe/Zurich')).toBe(true);
    expect(inside(evening, '2026-07-06T17:30:00Z', 'Europe/Zurich')).toBe(false);
    expect(inside(evening, '2026-01-05T12:30:00Z', 'Asia/Kolkata')).toBe(true);
  });

  it.each([
    ['24:00', '06:00'],
    ['6:00', '07:00'],
    ['', '07:00'],
  ])('a window from %j to %j is refused', (from, to) => {
    expect(gpuScheduleSchema.safeParse({ windows: [{ days: ['mon'], from, to }] }).success).toBe(false);
  });
});

describe('next change', () => {
  const next = (schedule: GpuSchedule, text: string, timeZone = 'UTC') => {
    const change = nextScheduleChange({ schedule, nowMs: at(text), timeZone });
    return change === null ? null : new Date(change).toISOString();
  };

  it.each([
    ['2026-01-05T12:34:56Z', '2026-01-05T22:00:00.000Z'],
    ['2026-01-05T22:00:00Z', '2026-01-06T06:00:00.000Z'],
    // Friday night continues into the weekend: one long period.
    ['2026-01-09T23:00:00Z', '2026-01-12T00:00:00.000Z'],
  ])('after %s: %s', (text, expected) => {
    expect(next(NIGHTS, text)).toBe(expected);
  });

  it('never, if the schedule covers the whole week', () => {
    expect(next({ windows: [{ days: [...WEEKDAYS], from: '08:00', to: '08:00' }] }, '2026-01-05T12:00:00Z')).toBeNull();
  });

  it('is exact across the change to summer time', () => {
    const morning: GpuSchedule = { windows: [{ days: ['sun'], from: '03:30', to: '09:00' }] };
    expect(next(morning, '2026-03-28T23:00:00Z', 'Europe/Zurich')).toBe('2026-03-29T01:30:00.000Z');
    // The clock skips 02:30, so the window begins with the first minute afterwards.
    const gap: GpuSchedule = { windows: [{ days: ['sun'], from: '02:30', to: '09:00' }] };
    expect(next(gap, '2026-03-28T23:00:00Z', 'Europe/Zurich')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('is the first minute at which a minute-by-minute check sees a change', () => {
    const quarter = fc
      .nat(95)
      .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
    const schedules = fc.record({
      windows: fc.array(
        fc.record({ days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 4 }), from: quarter, to: quarter }),
        { minLength: 1, maxLength: 2 },
      ),
    });
    const starts = fc.nat(3 * 24 * 60).map((minutes) => at('2026-03-27T12:00:00Z') + minutes * MINUTE);
    fc.assert(
      fc.property(schedules, starts, fc.constantFrom('UTC', 'Europe/Zurich'), (schedule, nowMs, timeZone) => {
        const now = isInSchedule({ schedule, nowMs, timeZone });
        const change = nextScheduleChange({ schedule, nowMs, timeZone });
        const until = Math.min(change ?? Number.POSITIVE_INFINITY, nowMs + 6 * 60 * MINUTE);
        for (let ms = nowMs; ms < until; ms += MINUTE) expect(isInSchedule({ schedule, nowMs: ms, timeZone })).toBe(now);
        if (change !== null) expect(isInSchedule({ schedule, nowMs: change, timeZone })).toBe(!now);
      }),
      { numRuns: 25 },
    );
  });
});
