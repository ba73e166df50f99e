/**
 * What several nodes cost: built workers with their own keys at one relay and one chain, idle, each started as the
 * program starts it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type NetworkPresetInput, networkPresetData } from '../../contract/node-config.ts';
import { createWorkerClient } from '../../contract/worker-client.ts';
import { CHAT_MODEL } from '../../devnet/application/samples.ts';
import { forkWorker } from '../../devnet/fork-worker.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { COIN_WEI, STAKE_WEI, startChainNetwork } from '../../e2e/support/chain-network.ts';
import { startFaultProxy } from '../../e2e/support/fault-proxy.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { thisPlatform } from '../../worker/gpu/platform.ts';
import { type Figures, mean } from './figures.ts';
import { cpuSeconds, pssMib } from './process-figures.ts';

const SETTLE_MS = 15_000;
const WATCH_MS = 120_000;
const ENTRY = path.resolve(import.meta.dirname, '..', '..', 'dist', 'worker', 'main.js');

/** Linux only. @param counts how many nodes, one measurement each */
export async function measureProfiles(counts: readonly number[], figures: Figures, say: (text: string) => void): Promise<void> {
  for (const count of counts) {
    say(`${count} ${count === 1 ? 'node' : 'nodes'} side by side`);
    await measure(count, figures);
  }
}

async function measure(count: number, figures: Figures): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-profiles-'));
  const { devnet, close } = await startChainNetwork();
  const preset = networkPresetData(devnet.network);
  if (preset.chain === undefined) throw new Error('the network has no chain');
  const lines = {
    relay: await startFaultProxy(devnet.relayUrl),
    RPC: await startFaultProxy(String(preset.chain.rpcUrls[0])),
  };
  const keys = Array.from({ length: count }, () => bytesToHex(systemRandom.bytes(32)));
  for (const key of keys) await devnet.fund(addressOf(key), { walletWei: COIN_WEI });
  const nodes = keys.map((key, i) => {
    const client = createWorkerClient(forkWorker({ entry: ENTRY, args: [], logFile: path.join(dataDir, `${i}.log`) }));
    const network = { ...preset, relayUrl: lines.relay.url, chain: { ...preset.chain, rpcUrls: [lines.RPC.url] } };
    const started = client.start(
      {
        dataDir: path.join(dataDir, String(i)),
        network: network as NetworkPresetInput,
        engine: { kind: 'embedded', device: 'cpu' },
        gpu: { name: `Devnet Card 24G+${thisPlatform()}`, vramGib: 24 },
        stakeWei: STAKE_WEI.toString(),
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
    const [cpuBefore, relayBefore, rpcBefore] = [pids.map(cpuSeconds), lines.relay.seen.length, lines.RPC.seen.length];
    await systemClock.sleep(WATCH_MS);
    const cpu = pids.map((pid, i) => ((cpuSeconds(pid) - (cpuBefore[i] ?? 0)) * 100_000) / WATCH_MS);
    const name = `${count} ${count === 1 ? 'node' : 'nodes'}`;
    figures.add(`${name}: memory of a worker`, 'MiB (PSS)', mean(pids.map(pssMib)));
    figures.add(`${name}: CPU of a worker, idle`, '% of a core', mean(cpu));
    const perMinute = (requests: number) => (requests * 60_000) / WATCH_MS / count;
    const each = 'of a node, per idle minute';
    figures.add(`${name}: requests to the relay ${each}`, 'requests', perMinute(lines.relay.seen.length - relayBefore));
    figures.add(`${name}: requests to the RPC ${each}`, 'requests', perMinute(lines.RPC.seen.length - rpcBefore));
  } finally {
    await Promise.all(nodes.map(({ client }) => client.stop({ quitNetwork: false })));
    await Promise.all([lines.relay.close(), lines.RPC.close()]);
    await close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
