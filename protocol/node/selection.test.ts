import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandidateNode, DispatchPolicy, NodeFilterName, TaskDemand } from './selection.ts';
import {
  baseModelsOf,
  evaluateFilters,
  parseVersion,
  pickWeighted,
  selectionWeight,
  stakingScore,
  versionServes,
} from './selection.ts';

const NODE: CandidateNode = {
  status: 'Available',
  hasCurrentTask: false,
  excluded: false,
  version: '3.5.0',
  gpuName: 'NVIDIA GeForce RTX 4090+Linux',
  gpuVramGib: 24,
  onDiskModelIds: ['base:qwen/qwen3-8b'],
  sameNamedNodes: 1,
};
const TASK: TaskDemand = {
  type: 'Llm',
  version: '3.0.0',
  requiredGpu: '',
  requiredGpuVramGib: 0,
  minVramGib: 24,
  modelIds: ['base:Qwen/Qwen3-8B', 'lora:someone/style'],
};
const OPEN: DispatchPolicy = { minimumNodeNameNumber: 0, nodeNameWhitelist: null };

function failing(
  node: Partial<CandidateNode>,
  task: Partial<TaskDemand> = {},
  policy: Partial<DispatchPolicy> = {},
): NodeFilterName[] {
  return evaluateFilters({ ...NODE, ...node }, { ...TASK, ...task }, { ...OPEN, ...policy })
    .filter((result) => !result.passed)
    .map((result) => result.filter);
}

describe('the hard filters', () => {
  it('let a suitable node pass, and each report their own reason', () => {
    expect(failing({})).toEqual([]);
    for (const status of ['Quit', 'Busy', 'PendingPause', 'PendingQuit', 'Paused'] as const) {
      expect(failing({ status })).toEqual(['available']);
    }
    expect(failing({ hasCurrentTask: true })).toEqual(['available']);
    expect(failing({ excluded: true })).toEqual(['health']);
    expect(failing({ version: '2.9.9' })).toEqual(['version']);
    expect(failing({ gpuVramGib: 23 })).toEqual(['vram']);
    expect(failing({ onDiskModelIds: ['lora:someone/style'] })).toEqual(['baseModels']);
    expect(failing({}, {}, { minimumNodeNameNumber: 10 })).toEqual(['nodeName']);
    expect(failing({ sameNamedNodes: 10 }, {}, { minimumNodeNameNumber: 10 })).toEqual([]);
  });

  it('keep unpinned LLM tasks from Macs and from names without a platform, but no other tasks', () => {
    expect(failing({ gpuName: 'Apple M2 Type+Darwin' })).toEqual(['gpu']);
    expect(failing({ gpuName: 'Some GPU' })).toEqual(['gpu']);
    expect(failing({ gpuName: 'Apple M2 Type+Darwin' }, { type: 'StableDiffusion' })).toEqual([]);
  });

  it('compare a pinned GPU exactly, in name and VRAM, and then ignore the platform', () => {
    const pinned = { requiredGpu: ' NVIDIA  GeForce RTX 4090+Linux', requiredGpuVramGib: 24, minVramGib: 99 };
    expect(failing({}, pinned)).toEqual([]);
    expect(failing({ gpuVramGib: 48 }, pinned)).toEqual(['vram']);
    expect(failing({ gpuName: 'NVIDIA GeForce RTX 4090+docker' }, pinned)).toEqual(['gpu']);
    expect(failing({ gpuName: 'Apple M2+Darwin' }, { ...pinned, requiredGpu: 'Apple M2+Darwin' })).toEqual([]);
  });

  it('honour a whitelist of names', () => {
    const listed = { gpuName: NODE.gpuName, gpuVramGib: 24, version: '3.5.0' };
    expect(failing({}, {}, { nodeNameWhitelist: [listed] })).toEqual([]);
    expect(failing({}, {}, { nodeNameWhitelist: [{ ...listed, version: '3.5.1' }] })).toEqual(['nodeName']);
    expect(failing({}, {}, { nodeNameWhitelist: [] })).toEqual(['nodeName']);
  });

  it('require base models only', () => {
    expect(failing({ onDiskModelIds: [] }, { modelIds: ['lora:someone/style'] })).toEqual([]);
    expect(baseModelsOf(['base:A', 'BASE:a', 'base:a', 'lora:b'])).toEqual(['base:a']);
  });
});

describe('versions', () => {
  it.each([
    ['3.5.0', '3.5.0', true],
    ['3.5.1', '3.5.0', true],
    ['3.6.0', '3.5.9', true],
    ['3.5.0', '3.5.1', false],
    ['3.4.9', '3.5.0', false],
    ['4.0.0', '3.0.0', false],
    ['3.10.0', '3.9.0', true],
    ['3.5', '3.5.0', false],
  ])('a node of %s serves a task of %s: %s', (node, task, serves) => {
    expect(versionServes(node, task)).toBe(serves);
  });

  it('are three whole numbers', () => {
    expect(parseVersion('3.5.0')).toEqual([3, 5, 0]);
    for (const bad of ['', '3.5', '3.5.0.1', 'v3.5.0', '3.5.x', '3.-5.0']) expect(parseVersion(bad)).toBeNull();
  });
});

describe('the weight', () => {
  const weight = (change: Partial<Parameters<typeof selectionWeight>[0]>) =>
    selectionWeight({ staking: 1, qos: 1, inUseBaseModels: [], taskBaseModels: [], ...change });

  it('combines staking and quality, zero if either is', () => {
    expect(weight({})).toBe(0.5);
    expect(weight({ staking: 0.5, qos: 1 })).toBeCloseTo(1 / 3, 12);
    expect(weight({ staking: 0 })).toBe(0);
    expect(weight({ qos: 0 })).toBe(0);
  });

  it('rises by up to 30 % with the base models in use', () => {
    expect(weight({ taskBaseModels: ['base:a', 'base:b'], inUseBaseModels: ['base:A'] })).toBeCloseTo(0.5 * 1.15, 12);
    expect(weight({ taskBaseModels: ['base:a'], inUseBaseModels: ['base:a', 'base:b'] })).toBeCloseTo(0.65, 12);
  });

  it('takes the square root of the share of the highest stake', () => {
    expect(stakingScore(25n * 10n ** 18n, 100n * 10n ** 18n)).toBe(0.5);
    expect(stakingScore(0n, 10n)).toBe(0);
    expect(stakingScore(0n, 0n)).toBe(0);
  });
});

describe('the weighted pick', () => {
  const candidates = [
    { id: 'a', weight: 1 },
    { id: 'none', weight: 0 },
    { id: 'b', weight: 3 },
  ];

  it('divides [0, 1) in proportion', () => {
    expect(pickWeighted(candidates, 0)?.id).toBe('a');
    expect(pickWeighted(candidates, 0.2499)?.id).toBe('a');
    expect(pickWeighted(candidates, 0.25)?.id).toBe('b');
    expect(pickWeighted(candidates, 0.9999)?.id).toBe('b');
  });

  it('takes the first candidate if none has weight, and none if there are none', () => {
    expect(
      pickWeighted(
        [
          { weight: 0, id: 1 },
          { weight: 0, id: 2 },
        ],
        0.9,
      ),
    ).toEqual({ weight: 0, id: 1 });
    expect(pickWeighted([], 0.5)).toBeUndefined();
  });

  it('never picks a weightless candidate while another has weight', () => {
    const weights = fc.array(fc.constantFrom(0, 0.1, 0.7, 1e-9, 3), { minLength: 1 });
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, fraction) => {
        const picked = pickWeighted(
          list.map((weight) => ({ weight })),
          fraction,
        );
        expect((picked?.weight ?? 0) > 0).toBe(list.some((weight) => weight > 0));
      }),
    );
  });
});
