import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gpuInventorySchema } from '../../contract/gpu.ts';
import { systemClock } from '../kit/system-clock.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { claimGpus } from './claims.ts';
import { gpuReport, readInventory } from './machine-inventory.ts';
import type { ControllerProbe } from './other-cards.ts';
import { compose, composedUuid } from './testing/compose.ts';
import { fakeNvidiaSmi } from './testing/fake-nvidia-smi.ts';

const INTEGRATED: ControllerProbe = { kind: 'found', controllers: [{ vendor: 'Intel', model: 'UHD Graphics 630', vram: 256 }] };

function read(folder: string, nvidiaSmi: string) {
  const controllers = () => Promise.resolve(INTEGRATED);
  return readInventory({ clock: systemClock, claimsDir: join(folder, 'claims'), nvidiaSmi, controllers });
}

describe('the cards of a machine without a node', () => {
  it.runIf(process.platform !== 'win32')('are all listed, with their users', async () => {
    const folder = tempDir();
    const { command } = fakeNvidiaSmi(folder, compose(['tesla-t4', 'tesla-t4', 'rtx-3090-v12']));
    const claimant = { folder: join(folder, 'claims'), profile: 'alice', pid: process.pid, nowMs: 1 };
    const outcome = claimGpus([composedUuid(0)], claimant);
    const { inventory, usedBy } = await read(folder, command);
    expect(gpuInventorySchema.parse(inventory).cards.map(({ vendor, unusable }) => [vendor, unusable?.code ?? null])).toEqual([
      ['nvidia', null],
      ['nvidia', null],
      ['nvidia', null],
      ['intel', 'GPU_NOT_ISOLATABLE'],
    ]);
    expect(usedBy).toEqual({ [composedUuid(0)]: 'alice' });
    if (outcome.kind === 'claimed') outcome.claim.release();
    expect((await read(folder, command)).usedBy).toEqual({});
    expect(gpuReport({ ids: [composedUuid(2)] }, { cards: inventory.cards, executor: null })).toMatchObject({
      reportedName: expect.stringMatching(/^NVIDIA GeForce RTX 3090\+/),
      reportedVramGib: 24,
    });
  });

  it('are listed with the reason why some could not be read', async () => {
    const { inventory, usedBy } = await read(tempDir(), '/nowhere/nvidia-smi');
    expect(inventory.cards.map(({ vendor }) => vendor)).toEqual(['intel']);
    expect(usedBy).toEqual({});
  });
});
