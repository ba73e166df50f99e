import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GpuCard } from '../../contract/gpu.ts';
import { nodeConfigSchema } from '../../contract/node-config.ts';
import { systemClock } from '../kit/system-clock.ts';
import { QUIET_LOG } from '../testing/loop-rig.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeConfig } from '../testing/worker-rig.ts';
import { gpuProblem } from './errors.ts';
import { assertMac, macCards, namesMac } from './mac.ts';
import { gpuConfigOf } from './machine-inventory.ts';
import { openNodeGpu } from './node-gpu.ts';
import { controllerCard } from './other-cards.ts';
import { card } from './testing/card.ts';

const MAC = { os: 'darwin', totalMemoryMib: 16_384 } as const;
const apple = (model: string): GpuCard =>
  controllerCard({ controller: { vendor: 'Apple', model }, index: 0, machine: MAC, nvidiaProblem: null });
const amd = card({ index: 1, uuid: null, id: 'amd-1', vendor: 'amd', name: 'AMD Radeon Pro 5500M' });
const M2 = { name: 'Apple M2 Type+Darwin', vramGib: 16, uuids: [] };

describe("8.9 a Mac's GPU", () => {
  it("is selected by its ID, and reported with the official node's spelling", () => {
    const machine = { cards: [apple('Apple M2')], platform: 'Darwin', executor: null } as const;
    const gpu = gpuConfigOf({ ids: ['apple-0'] }, machine);
    const { name, vramGib } = M2;
    expect(gpu).toEqual({ kind: 'nvidia', uuids: ['apple-0'], confirmed: { name, vramGib }, selfTest: null });
    expect(namesMac(M2)).toBe(true);
    expect(namesMac({ ...M2, name: 'NVIDIA GeForce RTX 4090+Linux' })).toBe(false);
  });

  it('is read, claimed and watched like any card, but cannot be isolated', async () => {
    const controllers = [
      { vendor: 'AMD', model: 'Radeon Pro 5500M' },
      { vendor: 'Apple', model: 'Apple M2' },
    ];
    const probed = macCards({ kind: 'found', controllers }, MAC);
    const dataDir = tempDir();
    const gpu = { kind: 'nvidia' as const, uuids: ['apple-1'], selfTest: null, claimsDir: join(dataDir, 'claims') };
    const config = nodeConfigSchema.parse({ ...nodeConfig({ dataDir, relayUrl: 'http://127.0.0.1:1' }), gpu });
    const options = { config, clock: systemClock, log: QUIET_LOG, probe: { probe: () => Promise.resolve(probed) } };
    const opened = await openNodeGpu(options);
    expect(opened.gpu).toMatchObject({ vramGib: 16, uuids: [], name: expect.stringMatching(/^Apple M2 Type\+/) });
    await expect(openNodeGpu(options)).rejects.toMatchObject({ code: 'GPU_TAKEN' });
    opened.close();
  });

  it('reports why it could not be read', () => {
    const problem = gpuProblem('GPU_PROBE_TIMED_OUT');
    expect(macCards({ kind: 'timedOut', problem }, MAC)).toEqual({ kind: 'failed', problem });
  });

  it("law 6: is compared at every start, with the official node's spelling or the right one", () => {
    const cards = [amd, apple('Apple M2')];
    expect(assertMac(M2, cards)).toMatchObject({ uuids: [], cudaVisibleDevices: null });
    expect(assertMac({ ...M2, name: 'Apple M2+Darwin' }, cards)).toMatchObject({ model: 'Apple M2' });
    for (const other of [{ name: 'Apple M3 Type+Darwin' }, { vramGib: 32 }, { name: 'NVIDIA GeForce RTX 4090+Linux' }]) {
      expect(() => assertMac({ ...M2, ...other }, cards)).toThrow(expect.objectContaining({ code: 'GPU_REPORT_MISMATCH' }));
    }
    expect(() => assertMac(M2, [amd])).toThrow(expect.objectContaining({ code: 'GPU_UNKNOWN_CARD' }));
  });
});

describe('a selection as configuration', () => {
  it('names NVIDIA cards by UUID, with what the host must confirm', () => {
    const cards = [card({ index: 0 }), card({ index: 1 })];
    const gpu = gpuConfigOf({ ids: cards.map(({ id }) => id) }, { cards, platform: 'Linux', executor: null });
    expect(gpu).toEqual({
      kind: 'nvidia',
      uuids: cards.map(({ uuid }) => uuid),
      confirmed: { name: '2x NVIDIA GeForce RTX 4090 TP+Linux', vramGib: 48 },
      selfTest: null,
    });
  });

  it('of another vendor is refused with the reason', () => {
    const radeon = controllerCard({
      controller: { vendor: 'Advanced Micro Devices', model: 'Radeon RX 7900', vram: 24_000 },
      index: 0,
      machine: { os: 'linux', totalMemoryMib: 64_000 },
      nvidiaProblem: null,
    });
    const machine = { cards: [radeon], platform: 'Linux', executor: null } as const;
    expect(() => gpuConfigOf({ ids: [radeon.id] }, machine)).toThrow(expect.objectContaining({ code: 'GPU_NOT_ISOLATABLE' }));
  });
});
