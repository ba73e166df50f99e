/** A real worker process under the supervisor: after a kill it is restarted and continues with its own store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WORKER_ENTRY } from '../../demo/programs.ts';
import { createRelay } from '../../devnet/relay/relay.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { logPage } from '../logs/log-reader.ts';
import { createLogWriter } from '../logs/log-writer.ts';
import { forkChannel } from './fork-channel.ts';
import type { NodeOrder } from './supervised-node.ts';
import { createSupervisor, type SupervisionView } from './supervisor.ts';

const STAKE = 400n * WEI_PER_CNX;

it('a worker killed by its process id is back, has its engine again, and leaves a log without its key', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'host-supervisor-'));
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const stakes = [{ address: addressOf(privateKey), stakeWei: STAKE }];
  const relay = createRelay({ clock: systemClock, random: systemRandom, config: { genesis: { stakes } } });
  const relayUrl = await relay.listen();
  onTestFinished(async () => {
    await supervisor.stopAll({ patienceMs: 0, graceMs: 5_000 });
    await relay.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const network = {
    ...{ id: 'devnet', title: 'Test network', network: 'devnet', relayUrl, acceptedEngines: ['embedded' as const] },
    ...{ samplingModulus: 1_000_000, minStakeWei: STAKE.toString() },
  };
  const config: NodeOrder['config'] = {
    ...{ dataDir, network, engine: { kind: 'embedded', device: 'cpu' }, gpu: { name: 'Devnet Card 24G+Linux', vramGib: 24 } },
    ...{ stakeWei: STAKE.toString(), modelIds: ['base:crynux/tiny-chat'] },
  };
  const logs = path.join(dataDir, 'logs');
  const supervisor = createSupervisor({
    clock: systemClock,
    random: systemRandom,
    limits: { baseMs: 10, capMs: 100, stableMs: 60_000 },
    order: async () => ({ config, privateKey }),
    open: ({ secrets }) => {
      const log = createLogWriter({ folder: logs, clock: systemClock, secrets });
      const channel = forkChannel({ entry: WORKER_ENTRY, onOutput: log.write });
      channel.onExit(log.close);
      return channel;
    },
  });
  const until = (fits: (view: SupervisionView) => boolean) =>
    new Promise<SupervisionView>((resolve) => {
      const end = supervisor.watch((view) => {
        if (!fits(view)) return;
        end();
        resolve(view);
      });
    });
  const ready = ({ worker, node }: SupervisionView) => worker.kind === 'running' && node?.engine === 'ready';
  const pidOf = ({ worker }: SupervisionView) => (worker.kind === 'running' ? worker.pid : expect.fail('it is not running'));

  const first = until(ready);
  await supervisor.start('a');
  const killed = pidOf(await first);
  const backoff = until(({ worker }) => worker.kind === 'backoff');
  const second = until((view) => ready(view) && pidOf(view) !== killed);
  process.kill(killed, 'SIGKILL');
  expect((await backoff).worker).toMatchObject({ failures: 1, error: { code: 'WORKER_EXITED', data: { signal: 'SIGKILL' } } });
  const back = await second;
  expect(back.node?.address).toBe(addressOf(privateKey));
  await supervisor.stopAll();
  expect(supervisor.view('a').worker).toEqual({ kind: 'stopped' });
  expect(() => process.kill(pidOf(back), 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  const query = { level: 'debug', text: '', task: null, limit: 2_000, before: null } as const;
  const { lines } = logPage({ folder: logs, query });
  expect(lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).not.toContain(privateKey.slice(2));
});
