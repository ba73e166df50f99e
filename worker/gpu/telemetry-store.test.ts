import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gpuHistoryPointSchema } from '../../contract/gpu.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { GPU_MIGRATIONS } from './gpu-database.ts';
import { GpuSampler } from './sampler.ts';
import { type CardReading, maxRowsPerCard, RESOLUTIONS, TelemetryStore } from './telemetry-store.ts';
import { card } from './testing/card.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 0, 5);

function database(): DatabaseSync {
  const made = new DatabaseSync(':memory:');
  made.exec(GPU_MIGRATIONS.join(''));
  return made;
}

function rows(made: DatabaseSync, where = '1'): number {
  return Number(made.prepare(`SELECT count(*) AS n FROM gpu_telemetry WHERE ${where}`).get()?.n);
}

function reading(given: Partial<CardReading> = {}): CardReading {
  return { id: 'a', loadPercent: 50, memoryUsedMib: 1000, temperatureC: 60, powerW: 200, ...given };
}

describe('steps', () => {
  it('keep average and maximum', () => {
    const store = new TelemetryStore(database());
    store.record(START, [reading({ temperatureC: 60, powerW: 100 })]);
    store.record(START + 20_000, [reading({ temperatureC: 80, powerW: null })]);
    store.record(START + 40_000, [reading({ temperatureC: null, powerW: null })]);
    const span = { cardId: 'a', fromMs: START, toMs: START + 60_000, points: 1 };
    const [minute, ...more] = store.history(span, START + 40_000);
    expect(more).toEqual([]);
    expect(minute).toEqual({
      atMs: START,
      seconds: 60,
      loadPercent: { average: 50, maximum: 50 },
      memoryUsedMib: { average: 1000, maximum: 1000 },
      temperatureC: { average: 70, maximum: 80 },
      powerW: { average: 100, maximum: 100 },
    });
    expect(gpuHistoryPointSchema.parse(minute)).toEqual(minute);
  });

  it('a value that the card never reports stays null', () => {
    const store = new TelemetryStore(database());
    store.record(START, [reading({ powerW: null })]);
    store.record(START + 1000, [reading({ powerW: null })]);
    const points = store.history({ cardId: 'a', fromMs: START, toMs: START, points: 10 }, START);
    expect(points.map((point) => point.powerW)).toEqual([null]);
  });

  it('agree with any readings', () => {
    const figure = fc.option(fc.integer({ min: 0, max: 500 }), { nil: null });
    fc.assert(
      fc.property(fc.array(figure, { minLength: 1, maxLength: 40 }), (temperatures) => {
        const store = new TelemetryStore(database());
        temperatures.forEach((temperatureC, i) => {
          store.record(START + i * 1000, [reading({ temperatureC })]);
        });
        const [point] = store.history({ cardId: 'a', fromMs: START, toMs: START + 40_000, points: 1 }, START + 40_000);
        const known = temperatures.flatMap((value) => value ?? []);
        if (known.length === 0) expect(point?.temperatureC).toBeNull();
        else {
          expect(point?.temperatureC?.maximum).toBe(Math.max(...known));
          expect(point?.temperatureC?.average).toBeCloseTo(known.reduce((sum, value) => sum + value, 0) / known.length, 9);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('history', () => {
  const made = database();
  const store = new TelemetryStore(made);
  const now = START + 2 * DAY;
  for (let atMs = START; atMs <= now; atMs += 30_000) {
    store.record(atMs, [reading(), reading({ id: 'b', temperatureC: 20 })]);
  }

  it.each([
    ['the last minutes at full resolution', now - 600_000, 1000, 5],
    ['the same in few points', now - 600_000, 20, 30],
    ['hours by the minute', now - 6 * HOUR, 1000, 60],
    ['two days by ten minutes', START, 1000, 600],
    ['two days in seven points', START, 7, 25_200],
  ])('%s', (_what, fromMs, points, seconds) => {
    const steps = store.history({ cardId: 'a', fromMs, toMs: now, points }, now);
    expect(new Set(steps.map((step) => step.seconds))).toEqual(new Set([seconds]));
    expect(steps.length).toBeLessThanOrEqual(points);
    expect(steps[0]?.atMs).toBe(fromMs);
    expect(steps.at(-1)?.atMs).toBeGreaterThanOrEqual(now - Math.max(seconds, 30) * 1000);
    expect(steps.map((step) => step.atMs)).toEqual(steps.map((step) => step.atMs).sort((a, b) => a - b));
    expect(steps.every((step) => step.temperatureC?.maximum === 60)).toBe(true);
  });

  it('never returns more steps than requested, and loses no peak by combining several', () => {
    const peaks = new TelemetryStore(database());
    for (let i = 0; i < 720; i++) peaks.record(START + i * 5000, [reading({ temperatureC: i === 301 ? 99 : 40 })]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 0, max: 1500 }), (points, before) => {
        const steps = peaks.history({ cardId: 'a', fromMs: START + before * 1000, toMs: START + HOUR, points }, START + HOUR);
        expect(steps.length).toBeLessThanOrEqual(points);
        expect(Math.max(...steps.map((step) => step.temperatureC?.maximum ?? 0))).toBe(99);
      }),
    );
  });

  it('is empty for a card that was never read, and for a time in the future', () => {
    expect(store.history({ cardId: 'c', fromMs: START, toMs: now, points: 10 }, now)).toEqual([]);
    expect(store.history({ cardId: 'a', fromMs: now + HOUR, toMs: now, points: 10 }, now)).toEqual([]);
  });
});

describe('size', () => {
  it('is limited: 35 days of two cards, sampled by the clock', async () => {
    const made = database();
    const clock = new ManualClock(START);
    const cards = [card({ index: 0 }), card({ index: 1 })];
    const nvidia = { probe: async () => ({ kind: 'found', cards, problems: [] }) as const };
    // Every minute, for the speed of the test; the next test fills the finest level.
    const sampler = new GpuSampler({ clock, nvidia, store: new TelemetryStore(made), intervalMs: 60_000 });
    const stop = new AbortController();
    const running = sampler.run(stop.signal);
    await clock.tick(31 * DAY);
    const full = rows(made);
    await clock.tick(4 * DAY);
    stop.abort();
    await running;
    expect(rows(made)).toBeLessThanOrEqual(full);
    expect(full).toBeLessThanOrEqual(2 * maxRowsPerCard());
    for (const { seconds, keepSeconds } of RESOLUTIONS.slice(1)) {
      expect(rows(made, `step_seconds = ${seconds}`)).toBe((2 * keepSeconds) / seconds);
      const oldest = Number(made.prepare('SELECT min(at_ms) AS at FROM gpu_telemetry WHERE step_seconds = ?').get(seconds)?.at);
      expect(clock.now() - oldest).toBeGreaterThan((keepSeconds - 2 * seconds) * 1000);
    }
    expect(maxRowsPerCard()).toBe(720 + 1440 + 4320);
  });

  it('is limited on the finest level too, even if readings are more frequent than steps', () => {
    const made = database();
    const store = new TelemetryStore(made);
    for (let atMs = START; atMs < START + 3 * HOUR; atMs += 2500) store.record(atMs, [reading()]);
    expect(rows(made, 'step_seconds = 5')).toBe(720);
  });

  it('a card that no longer exists is deleted', () => {
    const made = database();
    const store = new TelemetryStore(made);
    store.record(START, [reading({ id: 'old' })]);
    store.record(START + 31 * DAY, [reading({ id: 'new' })]);
    expect(rows(made, "card = 'old'")).toBe(0);
  });

  it('a clock that was ahead leaves nothing behind, even across a restart', () => {
    const made = database();
    new TelemetryStore(made).record(START + 900 * DAY, [reading()]);
    new TelemetryStore(made).record(START, [reading()]);
    expect(rows(made, `at_ms > ${START}`)).toBe(0);
  });
});
