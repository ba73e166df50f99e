/** Two profiles on one machine with two cards: what each reports, and what its engine's process sees. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { GpuCard } from '../../contract/gpu.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { confinedEnvironment } from '../engines/confinement.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { type DerivedGpu, deriveGpu, suggestSelection } from './assignment.ts';
import { claimGpus, ownerOf } from './claims.ts';
import { inventoryReader } from './inventory.ts';
import { reportedGpu } from './isolation.ts';
import { NvidiaSmi } from './nvidia-smi.ts';
import { compose, composedUuid } from './testing/compose.ts';
import { fakeNvidiaSmi } from './testing/fake-nvidia-smi.ts';

const run = promisify(execFile);

async function inventoryOf(folder: string): Promise<readonly GpuCard[]> {
  const { command } = fakeNvidiaSmi(folder, compose(['tesla-t4', 'rtx-3090-v12']));
  const clock = new ManualClock(0);
  const reader = inventoryReader({
    clock,
    machine: { os: 'linux', totalMemoryMib: 32_000 },
    nvidia: new NvidiaSmi({ runner: new SystemProcessRunner({ clock }), commands: [command] }),
    controllers: async () => ({ kind: 'found', controllers: [] }),
  });
  return (await reader.read()).cards;
}

/** Like a profile's start: suggest a free card, claim it, derive report and isolation from it. Null = nothing is free. */
function startProfile(profile: string, folder: string, cards: readonly GpuCard[]): DerivedGpu | null {
  const taken = new Set(cards.map((card) => card.id).filter((id) => ownerOf(id, folder) !== null));
  const selection = suggestSelection({ cards, taken });
  if (selection === null) return null;
  expect(claimGpus(selection.ids, { folder, profile, pid: process.pid, nowMs: 0 }).kind).toBe('claimed');
  return deriveGpu(selection, { cards, platform: 'Linux', executor: null });
}

async function whatAnEngineSees(gpu: DerivedGpu): Promise<string> {
  const env = confinedEnvironment({ gpu, base: { ...process.env, CUDA_VISIBLE_DEVICES: '0,1,2,3' } });
  const { stdout } = await run(process.execPath, ['-p', 'process.env.CUDA_VISIBLE_DEVICES'], { env });
  return stdout.trim();
}

it.runIf(process.platform !== 'win32')('law 6: two profiles report and see one card each, and a third gets none', async () => {
  const folder = tempDir();
  const cards = await inventoryOf(folder);
  const [alice, bob] = [startProfile('alice', folder, cards), startProfile('bob', folder, cards)];
  if (alice === null || bob === null) throw new Error('no card for a profile');

  expect(reportedGpu(alice)).toEqual({ name: 'NVIDIA GeForce RTX 3090+Linux', vramGib: 24, uuids: [composedUuid(1)] });
  expect(await whatAnEngineSees(alice)).toBe(composedUuid(1));
  expect(reportedGpu(bob)).toEqual({ name: 'Tesla T4+Linux', vramGib: 15, uuids: [composedUuid(0)] });
  expect(await whatAnEngineSees(bob)).toBe(composedUuid(0));
  expect(startProfile('carol', folder, cards)).toBeNull();
});
