import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { type Profile, profileSchema, type WorkerState } from '../../contract/profiles.ts';
import { createNodeClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import { portPair } from '../../contract/rpc-port.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { proxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { openStore } from '../../worker/store/store.ts';
import { QUIET_LOG } from '../../worker/testing/loop-rig.ts';
import { tempDir } from '../../worker/testing/temp-dir.ts';
import type { SupervisionView } from '../supervisor/supervisor.ts';
import { createNodeRecords } from './node-records.ts';

const ADDRESS = `0x${'11'.repeat(20)}`;
const PROFILE: Profile = profileSchema.parse({
  ...{ id: 'heron', createdMs: 0, name: 'Heron', networkId: 'lab', address: ADDRESS, engine: { kind: 'embedded' } },
  ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:a'], stakeWei: '1' },
});
const PRESET = networkPresetSchema.parse({
  ...{ id: 'lab', title: 'Lab', network: 'lab', relayUrl: 'http://127.0.0.1:1', acceptedEngines: ['embedded'] },
  ...{ samplingModulus: 10, minStakeWei: '5' },
});

function rig(dataDir = tempDir()) {
  let worker: WorkerState = { kind: 'stopped' };
  const told: ((view: SupervisionView) => void)[] = [];
  const view = () => ({ profileId: 'heron', revision: 1, worker, node: null });
  const records = createNodeRecords({
    profiles: { list: () => [PROFILE], dataDir: () => dataDir },
    modelsDir: join(dataDir, 'models'),
    networks: { preset: () => PRESET },
    supervisor: {
      view,
      watch(listener) {
        told.push(listener);
        return () => {};
      },
    },
    proxies: async () => proxyPolicy({ setting: { kind: 'none' }, password: '', environment: {} }),
    clock: new ManualClock(0),
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0 },
    log: QUIET_LOG,
  });
  onTestFinished(() => records.close());
  return {
    records,
    becomes(next: WorkerState) {
      worker = next;
      for (const listener of told) listener(view());
    },
  };
}

it('are served while no process has them, and released when one starts', async () => {
  const dataDir = tempDir();
  openStore(dataDir, 0).close();
  const { records, becomes } = rig(dataDir);
  const [near, far] = portPair();
  expect(records.serve('heron', far, 'page')).toBe(true);
  const client = createNodeClient(near);
  expect((await client.tasks.page({ limit: 5 })).total).toBe(0);
  const refused = await client.money.stake({}).then(() => null, errorOf);
  expect(refused?.code).toBe('MONEY_UNSUPPORTED');
  const closed = new Promise<void>((resolve) => near.onClose(() => resolve()));
  becomes({ kind: 'starting', sinceMs: 0 });
  await closed;
  // Now the process can open them.
  openStore(dataDir, 0).close();
  expect(records.serve('heron', portPair()[0], 'page')).toBe(false);
  becomes({ kind: 'backoff', failures: 1, retryAtMs: 5, error: { code: 'X', message: '', data: {} } });
  expect(records.serve('heron', portPair()[0], 'page')).toBe(true);
});

it('do not exist for a node that has never run, nor for an unknown one', () => {
  const { records } = rig();
  expect(records.serve('heron', portPair()[0], 'page')).toBe(false);
  expect(records.serve('crane', portPair()[0], 'page')).toBe(false);
});
