/** What nodes side by side cost: built workers with keys of their own at one relay, idle, each as its program starts it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createWorkerClient } from '../../contract/worker-client.ts';
import { CHAT_MODEL } from '../../devnet/application/samples.ts';
import { forkWorker } from '../../devnet/fork-worker.ts';
import { createRelay } from '../../devnet/relay/relay.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { startFaultProxy } from '../../e2e/support/fault-proxy.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { type Figures, mean } from './figures.ts';
import { cpuSeconds, pssMib } from './process-figures.ts';

const STAKE_WEI = (400n * WEI_PER_CNX).toString();
const SETTLE_MS = 15_000;
const WATCH_MS = 20_000;
const ENTRY = path.resolve(import.meta.dirname, '..', '..', 'dist', 'worker', 'main.js');

/** Linux alone tells it. @param counts how many nodes, one measurement each */
export async function measureProfiles(counts: readonly number[], figures: Figures, say: (text: string) => void): Promise<void> {
  for (const count of counts) {
    say(`${count} ${count === 1 ? 'node' : 'nodes'} side by side`);
    await measure(count, figures);
  }
}

async function measure(count: number, figures: Figures): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-profiles-'));
  const keys = Array.from({ length: count }, () => bytesToHex(systemRandom.bytes(32)));
  const stakes = keys.map((key) => ({ address: addressOf(key), stakeWei: STAKE_WEI }));
  const relay = createRelay({ clock: systemClock, random: systemRandom, config: { genesis: { stakes } } });
  const line = await startFaultProxy(await relay.listen());
  const nodes = keys.map((key, i) => {
    const client = createWorkerClient(forkWorker({ entry: ENTRY, args: [], logFile: path.join(dataDir, `${i}.log`) }));
    const network = { id: 'devnet', title: 'Bench', network: 'devnet', relayUrl: line.url };
    const started = client.start(
      {
        dataDir: path.join(dataDir, String(i)),
        network: { ...network, acceptedEngines: ['embedded'], samplingModulus: 1_000_000, minStakeWei: STAKE_WEI },
        engine: { kind: 'embedded', device: 'cpu' },
        gpu: { name: 'Devnet Card 24G+Linux', vramGib: 24 },
        stakeWei: STAKE_WEI,
        modelIds: [`base:${CHAT_MODEL}`],
      },
      key,
    );
    return { client, started };
  });
  try {
    await Promise.all(nodes.map(({ started }) => started));
    await systemClock.sleep(SETTLE_MS);
    const pids = nodes.map(({ client }) => client.pid ?? 0);
    const [cpuBefore, seenBefore] = [pids.map(cpuSeconds), line.seen.length];
    await systemClock.sleep(WATCH_MS);
    const cpu = pids.map((pid, i) => ((cpuSeconds(pid) - (cpuBefore[i] ?? 0)) * 100_000) / WATCH_MS);
    const name = `${count} ${count === 1 ? 'node' : 'nodes'}`;
    figures.add(`${name}: memory of a worker`, 'MiB (PSS)', mean(pids.map(pssMib)));
    figures.add(`${name}: processor of a worker, idle`, '% of a core', mean(cpu));
    figures.add(
      `${name}: requests of a node, an idle minute`,
      'requests',
      ((line.seen.length - seenBefore) * 60_000) / WATCH_MS / count,
    );
  } finally {
    await Promise.all(nodes.map(({ client }) => client.stop({ quitNetwork: false })));
    await line.close();
    await relay.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
