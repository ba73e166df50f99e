import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GpuCard, gpuIdleSchema, gpuLimitsSchema, gpuScheduleSchema } from '../../contract/gpu.ts';
import { toMonotonic } from '../../protocol/monotonic.ts';
import {
  type AcceptanceInput,
  type AcceptanceMemory,
  acceptance,
  EMPTY_MEMORY,
  parseGpuSettings,
  SAMPLE_MAX_AGE_MS,
} from './acceptance.ts';
import { foreignProcesses, processTree, programName } from './idle.ts';
import { parseNvidiaXml } from './nvidia-xml.ts';
import { card } from './testing/card.ts';
import { composedUuid, recorded } from './testing/compose.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const LIMITS = gpuLimitsSchema.parse({ temperatureC: { pauseAt: 80, resumeAt: 70 } });
const POWER = gpuLimitsSchema.parse({ powerW: { pauseAt: 500, resumeAt: 400 } });
const NO_LIMITS = gpuLimitsSchema.parse({});
const IDLE_ONLY = gpuIdleSchema.parse({ only: true });

function input(given: Partial<AcceptanceInput> & { readonly cards?: readonly GpuCard[] } = {}): AcceptanceInput {
  const { cards = [card({ index: 0 })], ...rest } = given;
  return {
    sample: { atMs: NOW, at: toMonotonic(NOW), cards },
    ids: cards.map((one) => one.id),
    limits: NO_LIMITS,
    schedule: null,
    idle: gpuIdleSchema.parse({}),
    ownPids: new Set(),
    nowMs: NOW,
    now: toMonotonic(NOW),
    timeZone: 'UTC',
    memory: EMPTY_MEMORY,
    ...rest,
  };
}

function codes(given: AcceptanceInput): readonly string[] {
  const decision = acceptance(given);
  return decision.accept ? [] : decision.reasons.map((reason) => reason.code);
}

/** Decides for a series of samples, each with the memory of the previous decision. */
function over<Value>(values: readonly Value[], toInput: (value: Value, i: number) => Partial<AcceptanceInput>): boolean[] {
  let memory: AcceptanceMemory = EMPTY_MEMORY;
  return values.map((value, i) => {
    const decision = acceptance({ ...input(), ...toInput(value, i), memory });
    memory = decision.memory;
    return decision.accept;
  });
}

function atTemperature(temperatureC: number | null): Partial<AcceptanceInput> {
  return { ...input({ cards: [card({ index: 0, temperatureC })] }), limits: LIMITS };
}

describe('limits', () => {
  it('without any limit, every task is accepted, with or without a reading', () => {
    expect(codes(input())).toEqual([]);
    expect(codes(input({ sample: null }))).toEqual([]);
  });

  it('temperature pauses at its limit and resumes well below', () => {
    expect(over([79, 80, 75, 71, 70, 79, 85], atTemperature)).toEqual([true, false, false, false, true, true, false]);
  });

  it('the hottest card counts', () => {
    const cards = [card({ index: 0, temperatureC: 50 }), card({ index: 1, temperatureC: 81 })];
    expect(codes(input({ cards, limits: LIMITS }))).toEqual(['GPU_TOO_HOT']);
  });

  it("power counts for the sum of this node's cards, and other nodes' cards not at all", () => {
    const cards = [250, 250, 250].map((powerW, index) => card({ index, powerW }));
    expect(codes(input({ cards, limits: POWER }))).toEqual(['GPU_TOO_MUCH_POWER']);
    expect(codes(input({ cards, limits: POWER, ids: [composedUuid(0)] }))).toEqual([]);
    const total = (powerW: number) => ({ ...input({ cards: [card({ index: 0, powerW })] }), limits: POWER });
    expect(over([499, 500, 450, 400, 450], total)).toEqual([true, false, false, true, true]);
  });

  it('a limit without a reading counts as reached', () => {
    expect(codes({ ...input(), ...atTemperature(null) })).toEqual(['GPU_NO_READING']);
    expect(codes(input({ limits: POWER, cards: [card({ index: 0 }), card({ index: 1, powerW: null })] }))).toEqual([
      'GPU_NO_READING',
    ]);
    expect(codes(input({ limits: LIMITS, sample: null }))).toEqual(['GPU_NO_READING']);
    expect(codes(input({ limits: LIMITS, ids: ['GPU-gone'] }))).toEqual(['GPU_NO_READING']);
  });

  it('an old reading counts as none', () => {
    const aged = (ageMs: number) => codes(input({ limits: LIMITS, now: toMonotonic(NOW + ageMs) }));
    expect(aged(SAMPLE_MAX_AGE_MS)).toEqual([]);
    expect(aged(SAMPLE_MAX_AGE_MS + 1)).toEqual(['GPU_NO_READING']);
  });

  it('a missing reading does not mean the card has cooled down', () => {
    expect(over([81, null, 75, 70], atTemperature)).toEqual([false, false, false, true]);
  });

  it('resumeAt must be below pauseAt', () => {
    expect(gpuLimitsSchema.safeParse({ temperatureC: { pauseAt: 70, resumeAt: 70 } }).success).toBe(false);
  });

  it('never accepts above pauseAt nor refuses below resumeAt, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 60, max: 90 })), (temperatures) => {
        over(temperatures, atTemperature).forEach((accept, i) => {
          const temperature = temperatures[i] ?? 0;
          if (temperature >= 80) expect(accept).toBe(false);
          if (temperature <= 70) expect(accept).toBe(true);
        });
      }),
    );
  });
});

describe('schedule', () => {
  const schedule = gpuScheduleSchema.parse({ windows: [{ days: ['mon'], from: '13:00', to: '14:00' }] });

  it('reports until when', () => {
    const decision = acceptance(input({ schedule }));
    expect(!decision.accept && decision.reasons.map(({ code, detail }) => [code, detail])).toEqual([
      ['GPU_OUTSIDE_SCHEDULE', 'until 2026-01-05T13:00:00.000Z'],
    ]);
    expect(codes(input({ schedule, nowMs: NOW + 3_600_000 }))).toEqual([]);
  });

  it('reports all reasons at once', () => {
    const hot = card({ index: 0, temperatureC: 90, processes: [{ pid: 5, kind: 'both', name: 'game', memoryMib: 1 }] });
    expect(codes(input({ schedule, limits: LIMITS, idle: IDLE_ONLY, cards: [hot] }))).toEqual([
      'GPU_OUTSIDE_SCHEDULE',
      'GPU_TOO_HOT',
      'GPU_IN_USE',
    ]);
  });
});

describe('settings', () => {
  it('nothing set means no limits', () => {
    expect(parseGpuSettings({})).toEqual({ limits: NO_LIMITS, schedule: null, idle: gpuIdleSchema.parse({}) });
  });

  it.each([
    [null, ''],
    [{ limits: { temperatureC: { pauseAt: 80, resumeAt: 90 } } }, 'limits.temperatureC.resumeAt'],
    [{ schedule: { windows: [{ days: ['mon'], from: '25:00', to: '01:00' }] } }, 'schedule.windows.0.from'],
    [{ schedule: { windows: [] } }, 'schedule.windows'],
    [{ idle: { quietSeconds: -1 } }, 'idle.quietSeconds'],
  ])('%j is refused, naming the field', (value, field) => {
    expect(() => parseGpuSettings(value)).toThrow(expect.objectContaining({ code: 'GPU_BAD_SETTINGS', data: { field } }));
  });
});

describe('idle only', () => {
  const busy = (pid: number, name = 'blender') => card({ index: 0, processes: [{ pid, kind: 'compute', name, memoryMib: 100 }] });

  it('another program keeps the node from tasks, its own engine does not', () => {
    expect(codes(input({ idle: IDLE_ONLY, cards: [busy(77)] }))).toEqual(['GPU_IN_USE']);
    expect(codes(input({ idle: IDLE_ONLY, cards: [busy(77)], ownPids: new Set([77]) }))).toEqual([]);
    expect(codes(input({ cards: [busy(77)] }))).toEqual([]);
  });

  it('waits until the others have been gone for a while', () => {
    const seconds = [0, 5, 10, 64, 65, 70];
    const decisions = over(seconds, (second) => ({
      ...input({ cards: [second === 5 ? busy(77) : card({ index: 0 })] }),
      idle: IDLE_ONLY,
      now: toMonotonic(NOW + second * 1000),
      sample: { atMs: NOW, at: toMonotonic(NOW + second * 1000), cards: [second === 5 ? busy(77) : card({ index: 0 })] },
    }));
    expect(decisions).toEqual([true, false, false, false, true, true]);
  });

  it('unknown processes do not count as none', () => {
    expect(codes(input({ idle: IDLE_ONLY, cards: [card({ index: 0, processes: null })] }))).toEqual(['GPU_NO_READING']);
  });

  it('on the recorded desktops: browser, editor and a Python program count, the desktop does not', async () => {
    const names = async (recording: Parameters<typeof recorded>[0], ignored: string[] = []) => {
      const parsed = await parseNvidiaXml(recorded(recording));
      const processes = parsed.kind === 'cards' ? (parsed.cards[0]?.processes ?? []) : [];
      return foreignProcesses({ processes, ownPids: new Set(), ignored }).map(programName);
    };
    expect(await names('a10g')).toEqual([]);
    expect(await names('tesla-t4')).toEqual(['python']);
    expect(await names('rtx-3080-v12')).toEqual(['msedge', 'firefox', 'code']);
    expect(await names('rtx-4000-sff-ada-v13', ['CODE', 'chromium'])).toEqual(['python']);
  });

  it.each([
    ['/usr/lib/firefox/firefox', 'firefox'],
    ['/opt/visual-studio-code/code --type=gpu-process --x=/y/z', 'code'],
    ['C:\\Program Files\\Epic Games\\Game.exe', 'game.exe'],
    ['python', 'python'],
    ['', ''],
  ])('%j is %j', (name, program) => {
    expect(programName({ name })).toBe(program);
  });

  it('our processes are the engine and all its descendants', () => {
    const table = [
      { pid: 30, parentPid: 20 },
      { pid: 20, parentPid: 10 },
      { pid: 10, parentPid: 1 },
      { pid: 40, parentPid: 1 },
    ];
    expect([...processTree([10], table)].sort()).toEqual([10, 20, 30]);
    expect([...processTree([], table)]).toEqual([]);
  });
});
