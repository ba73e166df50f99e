/** Checks before anything starts; for whole processes see node-gpu.integration.test.ts. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NodeConfigInput, nodeConfigSchema } from '../../contract/node-config.ts';
import { systemClock } from '../kit/system-clock.ts';
import { QUIET_LOG } from '../testing/loop-rig.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeConfig } from '../testing/worker-rig.ts';
import { ownerOf } from './claims.ts';
import { GpuError } from './errors.ts';
import { openNodeGpu } from './node-gpu.ts';
import { compose, composedUuid } from './testing/compose.ts';
import { fakeNvidiaSmi } from './testing/fake-nvidia-smi.ts';

const UUID = composedUuid(0);
const STATED = { name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24, uuids: [UUID] };

/** One Tesla T4, selected. */
function selected(folder: string) {
  const { command } = fakeNvidiaSmi(folder, compose(['tesla-t4']));
  return { kind: 'nvidia' as const, uuids: [UUID], selfTest: null, nvidiaSmi: command };
}

function open(dataDir: string, change: Partial<NodeConfigInput>) {
  const config = nodeConfigSchema.parse({ ...nodeConfig({ dataDir, relayUrl: 'http://127.0.0.1:1' }), ...change });
  return openNodeGpu({ config, clock: systemClock, log: QUIET_LOG });
}

describe('a stated card', () => {
  it('is believed for a devnet program, and if it names no card', async () => {
    const program = await open(tempDir(), { gpu: STATED });
    expect([program.gpu, program.executorMode]).toEqual([
      { ...STATED, diagnosed: { model: 'NVIDIA GeForce RTX 4090', perCardMib: 24_576 } },
      'device_map',
    ]);
    expect(program.history({ cardId: UUID, fromMs: 0, toMs: 1, points: 2 })).toEqual([]);
    const none = await open(tempDir(), { engine: { kind: 'embedded' }, gpu: { ...STATED, uuids: [] } });
    expect(none.gpu.uuids).toEqual([]);
    const sharded = await open(tempDir(), { gpu: { ...STATED, name: '2x NVIDIA GeForce RTX 4090 TP+Linux' } });
    expect(sharded.executorMode).toBe('tensor_parallel');
  });

  it('law 6: is looked up in this machine if it names a card for the official or our own engine', async () => {
    for (const engine of [{ kind: 'embedded' as const }, { kind: 'official' as const, command: 'none' }]) {
      await expect(open(tempDir(), { engine, gpu: STATED })).rejects.toBeInstanceOf(GpuError);
    }
  });

  it.runIf(process.platform !== 'darwin')(
    'law 6: that names no card is refused if only the official engine is accepted',
    async () => {
      const { network } = nodeConfig({ dataDir: tempDir(), relayUrl: 'http://127.0.0.1:1' });
      const change = { engine: { kind: 'official' as const, command: 'none' }, gpu: { ...STATED, uuids: [] } };
      const refused = open(tempDir(), { ...change, network: { ...network, acceptedEngines: ['official'] } });
      await expect(refused).rejects.toMatchObject({ code: 'GPU_REPORT_MISMATCH' });
      const devnet = await open(tempDir(), { ...change, network: { ...network, acceptedEngines: ['embedded', 'official'] } });
      expect(devnet.gpu.uuids).toEqual([]);
    },
  );
});

describe.runIf(process.platform !== 'win32')('selected cards', () => {
  it('law 6: are refused for an engine that is told to use the processor', async () => {
    const folder = tempDir();
    const gpu = selected(folder);
    const refused = open(join(folder, 'alice'), { engine: { kind: 'embedded', device: 'cpu' }, gpu });
    await expect(refused).rejects.toMatchObject({ code: 'GPU_REPORT_MISMATCH' });
  });

  it('are released if something fails after the claim', async () => {
    const folder = tempDir();
    const dataDir = join(folder, 'alice');
    mkdirSync(dataDir);
    const gpu = selected(folder);
    const claims = join(folder, 'gpu-claims');
    const opened = await open(dataDir, { gpu });
    expect(opened.gpu.diagnosed).toEqual({ model: 'Tesla T4', perCardMib: 15_360 });
    expect(opened.history({ cardId: UUID, fromMs: 0, toMs: 1, points: 2 })).toEqual([]);
    expect(ownerOf(UUID, claims)?.label).toMatchObject({ profile: 'alice', pid: process.pid });
    opened.close();
    expect(ownerOf(UUID, claims)).toBeNull();
    rmSync(join(dataDir, 'gpu.sqlite'));
    mkdirSync(join(dataDir, 'gpu.sqlite'));
    await expect(open(dataDir, { gpu })).rejects.toMatchObject({ code: 'STORE_CANNOT_OPEN' });
    expect(ownerOf(UUID, claims)).toBeNull();
  });
});
