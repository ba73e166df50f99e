import { describe, expect, it } from 'vitest';
import { gpuInventorySchema } from '../../contract/gpu.ts';
import { gpuProblem } from './errors.ts';
import { composeInventory } from './inventory.ts';
import type { NvidiaProbe } from './nvidia-smi.ts';
import { parseNvidiaXml } from './nvidia-xml.ts';
import { type Controller, type Machine, readControllers } from './other-cards.ts';
import { compose } from './testing/compose.ts';

const LINUX: Machine = { os: 'linux', totalMemoryMib: 32_000 };
const MAC: Machine = { os: 'darwin', totalMemoryMib: 24_576 };

/** Hand-written according to the library's type definition, because there are no recordings of such machines. */
const APPLE: Controller = { vendor: 'Apple', model: 'Apple M2', bus: 'Built-In', vram: null, vramDynamic: true };
const AMD: Controller = {
  vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]',
  model: 'Navi 31 [Radeon RX 7900 XTX]',
  bus: 'Onboard',
  busAddress: '03:00.0',
  vram: 256,
  vramDynamic: false,
};
const INTEL: Controller = {
  vendor: 'Intel Corporation',
  model: 'UHD Graphics 770',
  bus: 'Onboard',
  busAddress: '00:02.0',
  vram: 256,
};
const NVIDIA: Controller = {
  vendor: 'NVIDIA Corporation',
  model: 'AD102 [GeForce RTX 4090]',
  busAddress: '01:00.0',
  vram: 32_768,
};

const MISSING: NvidiaProbe = { kind: 'binaryMissing', problem: gpuProblem('GPU_BINARY_MISSING', 'nvidia-smi') };
const NO_DRIVER: NvidiaProbe = { kind: 'noDriver', problem: gpuProblem('GPU_NO_DRIVER', 'exit code 9') };

async function found(): Promise<NvidiaProbe> {
  const xml = await parseNvidiaXml(compose(['tesla-t4', 'a10g']));
  return { kind: 'found', cards: xml.kind === 'cards' ? xml.cards : [], problems: [] };
}

function inventory({
  nvidia,
  controllers,
  machine = LINUX,
}: {
  nvidia: NvidiaProbe;
  controllers: Controller[];
  machine?: Machine;
}) {
  const made = composeInventory({ atMs: 1, machine, nvidia, controllers: { kind: 'found', controllers } });
  expect(gpuInventorySchema.parse(made)).toEqual(made);
  return made;
}

describe('inventory', () => {
  it('lists NVIDIA cards once, then the others, all with an index', async () => {
    const made = inventory({ nvidia: await found(), controllers: [NVIDIA, AMD, INTEL] });
    expect(made.cards.map((card) => [card.index, card.vendor, card.unusable?.code ?? null])).toEqual([
      [0, 'nvidia', null],
      [1, 'nvidia', null],
      [2, 'amd', 'GPU_NOT_ISOLATABLE'],
      [3, 'intel', 'GPU_NOT_ISOLATABLE'],
    ]);
    expect(made.cards.map((card) => card.integrated)).toEqual([false, false, false, true]);
    expect(made.problems).toEqual([]);
  });

  it('lists an NVIDIA card without a driver, with the reason', () => {
    const made = inventory({ nvidia: NO_DRIVER, controllers: [NVIDIA] });
    expect(made.cards.map((card) => [card.name, card.uuid, card.unusable?.code])).toEqual([
      ['AD102 [GeForce RTX 4090]', null, 'GPU_NO_DRIVER'],
    ]);
    expect(made.problems.map((problem) => problem.code)).toEqual(['GPU_NO_DRIVER']);
  });

  it.each([
    ['an AMD machine needs no nvidia-smi', [AMD], []],
    ['an NVIDIA machine reports a missing nvidia-smi', [NVIDIA], ['GPU_BINARY_MISSING']],
    ['a machine without any cards reports what was tried', [], ['GPU_BINARY_MISSING']],
  ])('%s', (_what, controllers, codes) => {
    expect(inventory({ nvidia: MISSING, controllers }).problems.map((problem) => problem.code)).toEqual(codes);
  });

  it("a Mac's GPU is usable and has all of the RAM", () => {
    const [card] = inventory({ nvidia: MISSING, controllers: [APPLE], machine: MAC }).cards;
    expect(card).toMatchObject({
      id: 'apple-0',
      vendor: 'apple',
      name: 'Apple M2',
      memoryMib: 24_576,
      integrated: true,
      unusable: null,
    });
  });

  it('does not mistake a PCI window for the memory', () => {
    expect(inventory({ nvidia: MISSING, controllers: [AMD] }).cards[0]?.memoryMib).toBeNull();
    const windows = inventory({ nvidia: MISSING, controllers: [{ ...AMD, vram: 24_560 }], machine: { ...LINUX, os: 'win32' } });
    expect(windows.cards[0]?.memoryMib).toBe(24_560);
  });

  it('continues with NVIDIA cards if the other source fails', async () => {
    const made = composeInventory({ atMs: 1, machine: LINUX, nvidia: await found(), controllers: readControllers('oops') });
    expect(made.cards).toHaveLength(2);
    expect(made.problems.map((problem) => problem.code)).toEqual(['GPU_PROBE_UNREADABLE']);
  });
});

describe('answers of systeminformation', () => {
  it.each([
    ['garbage', 'oops'],
    ['another shape', '{"controllers":{}}'],
    ['a wrong type', '{"controllers":[{"vendor":1}]}'],
  ])('%s is unreadable', (_what, json) => {
    expect(readControllers(json).kind).toBe('unreadable');
  });

  it('an empty answer is not a failure', () => {
    expect(readControllers('{"controllers":[]}')).toEqual({ kind: 'found', controllers: [] });
  });
});
