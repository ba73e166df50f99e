import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gpuConfigSchema } from '../../contract/node-config.ts';
import { confinedEnvironment } from '../engines/confinement.ts';
import { deriveGpu, isTensorParallel, suggestSelection } from './assignment.ts';
import { GpuError, gpuProblem } from './errors.ts';
import { assertReportedGpu, reportedGpu } from './isolation.ts';
import { card } from './testing/card.ts';
import { composedUuid } from './testing/compose.ts';

const PLATFORMS = ['docker', 'Linux', 'Windows', 'Darwin'] as const;
const MIG = gpuProblem('GPU_MIG_ENABLED');

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof GpuError ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('names and memory (RELAY_PROTOCOL 8.9)', () => {
  const cards = [0, 1, 2].map((index) => card({ index }));
  const ids = (count: number) => ({ ids: cards.slice(0, count).map(({ id }) => id) });

  it.each([
    ['one card', 1, 'Linux', null, 'NVIDIA GeForce RTX 4090+Linux', 24],
    ['one card, Windows', 1, 'Windows', null, 'NVIDIA GeForce RTX 4090+Windows', 24],
    ['two cards', 2, 'Linux', null, '2x NVIDIA GeForce RTX 4090 TP+Linux', 48],
    ['three in docker', 3, 'docker', 'tensor_parallel', '3x NVIDIA GeForce RTX 4090 TP+docker', 72],
    ['two, other executor', 2, 'Linux', 'device_map', '2x NVIDIA GeForce RTX 4090+Linux', 48],
    ['two on Windows', 2, 'Windows', 'tensor_parallel', '2x NVIDIA GeForce RTX 4090+Windows', 48],
  ] as const)('%s', (_what, count, platform, executor, name, gib) => {
    expect(deriveGpu(ids(count), { cards, platform, executor })).toMatchObject({ reportedName: name, reportedVramGib: gib });
  });

  it('rounds up the sum, not each card', () => {
    const small = [card({ index: 0, memoryMib: 1500 }), card({ index: 1, memoryMib: 1500 })];
    const gpu = deriveGpu({ ids: small.map(({ id }) => id) }, { cards: small, platform: 'Linux', executor: null });
    expect(gpu.reportedVramGib).toBe(3);
    const exact = [card({ index: 0, memoryMib: 15_360 })];
    expect(deriveGpu({ ids: [composedUuid(0)] }, { cards: exact, platform: 'Linux', executor: null }).reportedVramGib).toBe(15);
  });

  it('a Mac reports the official name by default, the right one on request, and sets no CUDA variable', () => {
    const mac = card({ index: 0, vendor: 'apple', uuid: null, name: 'Apple M2', memoryMib: 24_576 });
    const machine = { cards: [mac], platform: 'Darwin', executor: null } as const;
    const gpu = deriveGpu({ ids: ['apple-0'] }, machine);
    expect(gpu).toMatchObject({ reportedName: 'Apple M2 Type+Darwin', reportedVramGib: 24, uuids: [], cudaVisibleDevices: null });
    expect(deriveGpu({ ids: ['apple-0'] }, { ...machine, macName: 'chipset' }).reportedName).toBe('Apple M2+Darwin');
    expect(confinedEnvironment({ gpu, base: { CUDA_VISIBLE_DEVICES: '3' } })).toEqual({});
  });

  it('tensor parallel requires the executor, the platform and two cards', () => {
    for (const platform of PLATFORMS) {
      for (const executor of [null, 'tensor_parallel', 'device_map', '']) {
        for (const count of [1, 2]) {
          const expected = (executor === null || executor === 'tensor_parallel') && /docker|Linux/.test(platform) && count === 2;
          expect(isTensorParallel({ platform, executor, count })).toBe(expected);
        }
      }
    }
  });
});

describe('an invalid selection', () => {
  const cards = [card({ index: 0 }), card({ index: 1, name: 'Tesla T4' }), card({ index: 2, unusable: MIG })];
  it.each([
    ['empty', [], 'GPU_BAD_SELECTION'],
    ['the same card twice', [0, 0], 'GPU_BAD_SELECTION'],
    ['not there', [7], 'GPU_UNKNOWN_CARD'],
    ['different cards', [0, 1], 'GPU_NOT_IDENTICAL'],
    ['MIG', [2], 'GPU_MIG_ENABLED'],
  ])('%s', (_what, indexes, code) => {
    const ids = indexes.map(composedUuid);
    expect(codeOf(() => deriveGpu({ ids }, { cards, platform: 'Linux', executor: null }))).toBe(code);
  });
});

describe('suggestion (RELAY_PROTOCOL 8.9: most cards, largest per-card memory, lowest index)', () => {
  const suggested = (cards: ReturnType<typeof card>[], taken: string[] = []) =>
    suggestSelection({ cards, taken: new Set(taken) })?.ids.map((id) => cards.findIndex((one) => one.id === id)) ?? null;

  it('most cards take precedence over memory', () => {
    const cards = [
      card({ index: 0, name: 'A', memoryMib: 80_000 }),
      card({ index: 1, name: 'B' }),
      card({ index: 2, name: 'B' }),
    ];
    expect(suggested(cards)).toEqual([1, 2]);
  });

  it('then memory per card', () => {
    const cards = [card({ index: 0, name: 'A', memoryMib: 8000 }), card({ index: 1, name: 'B', memoryMib: 24_000 })];
    expect(suggested(cards)).toEqual([1]);
  });

  it('then the lowest index, whatever the order of the list', () => {
    const cards = [card({ index: 1, name: 'B' }), card({ index: 0, name: 'A' })];
    expect(suggested(cards)).toEqual([1]);
  });

  it('leaves out cards that are unusable or taken', () => {
    const cards = [card({ index: 0 }), card({ index: 1 }), card({ index: 2, unusable: MIG })];
    expect(suggested(cards)).toEqual([0, 1]);
    expect(suggested(cards, [composedUuid(0)])).toEqual([1]);
    expect(suggested(cards, [composedUuid(0), composedUuid(1)])).toBeNull();
  });

  it('can always be derived', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.constantFrom('A', 'B'), memoryMib: fc.nat(90_000) }), { maxLength: 8 }),
        (given) => {
          const cards = given.map((one, index) => card({ index, ...one, unusable: one.memoryMib % 3 === 0 ? MIG : null }));
          const selection = suggestSelection({ cards });
          if (selection === null) expect(cards.every((one) => one.unusable !== null)).toBe(true);
          else
            expect(deriveGpu(selection, { cards, platform: 'Linux', executor: null }).uuids).toHaveLength(selection.ids.length);
        },
      ),
    );
  });
});

describe('law 6: the GPU that is reported is the GPU that executes', () => {
  const machines = fc
    .record({
      cards: fc.array(
        fc.record({ name: fc.constantFrom('NVIDIA A10G', 'Tesla T4'), memoryMib: fc.integer({ min: 1, max: 99_999 }) }),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      picks: fc.array(fc.nat(7), { minLength: 1, maxLength: 8 }),
      platform: fc.constantFrom('docker', 'Linux', 'Windows'),
      executor: fc.constantFrom(null, 'tensor_parallel', 'device_map'),
      base: fc.dictionary(fc.constantFrom('CUDA_VISIBLE_DEVICES', 'Cuda_Visible_Devices', 'GPT_EXECUTOR', 'PATH'), fc.string()),
    })
    .map((given) => {
      const cards = given.cards.map((one, index) => card({ index, ...one }));
      const picked = given.picks.map((pick) => cards[pick % cards.length] ?? card({ index: 0 }));
      const ids = new Set(picked.filter((one) => one.name === picked[0]?.name).map((one) => one.id));
      return { ...given, cards, selection: { ids: [...ids] } };
    });

  it('law 6: name and memory are those of the cards the engine can see, whatever the environment says', () => {
    fc.assert(
      fc.property(machines, ({ cards, selection, platform, executor, base }) => {
        const gpu = deriveGpu(selection, { cards, platform, executor });
        const env = confinedEnvironment({ gpu, base });
        const seen = (env.CUDA_VISIBLE_DEVICES ?? '').split(',').map((uuid) => cards.find((one) => one.uuid === uuid));
        expect(Object.keys(env).filter((name) => name.toUpperCase() === 'CUDA_VISIBLE_DEVICES')).toHaveLength(1);

        const total = seen.reduce((sum, one) => sum + (one?.memoryMib ?? Number.NaN), 0);
        const report = reportedGpu(gpu);
        expect(report.vramGib).toBe(Math.ceil(total / 1024));
        const count = seen.length === 1 ? '' : `${seen.length}x `;
        const marker = env.GPT_EXECUTOR === 'tensor_parallel' ? ' TP' : '';
        expect(report.name).toBe(`${count}${seen[0]?.name}${marker}+${platform}`);
        expect(new Set(seen.map((one) => one?.id))).toEqual(new Set(selection.ids));
        expect(gpuConfigSchema.parse(report)).toEqual(report);
      }),
    );
  });

  it('law 6: a configuration that does not match its cards is refused', () => {
    fc.assert(
      fc.property(machines, fc.constantFrom('name', 'vramGib', 'card'), ({ selection, ...machine }, wrong) => {
        const report = reportedGpu(deriveGpu(selection, machine));
        expect(assertReportedGpu(report, machine)?.uuids).toEqual(report.uuids);
        const bad = {
          name: { ...report, name: `${report.name}!` },
          vramGib: { ...report, vramGib: report.vramGib + 1 },
          card: { ...report, uuids: [...report.uuids, composedUuid(99)] },
        }[wrong];
        expect(codeOf(() => assertReportedGpu(bad, machine))).toBe(wrong === 'card' ? 'GPU_UNKNOWN_CARD' : 'GPU_REPORT_MISMATCH');
      }),
    );
  });

  it('law 6: the fallback setting is used only with tensor parallel', () => {
    const base = { GPT_TP_FALLBACK: '1', PATH: '/bin' };
    expect(confinedEnvironment({ gpu: { cudaVisibleDevices: 'GPU-1', executorMode: 'device_map' }, base })).toEqual({
      PATH: '/bin',
      CUDA_VISIBLE_DEVICES: 'GPU-1',
    });
    expect(confinedEnvironment({ gpu: { cudaVisibleDevices: 'GPU-1,GPU-2', executorMode: 'tensor_parallel' }, base })).toEqual({
      ...base,
      CUDA_VISIBLE_DEVICES: 'GPU-1,GPU-2',
      GPT_EXECUTOR: 'tensor_parallel',
    });
  });
});
