/** What the built worker and the built command line cost: memory, CPU, and the time of an answer. Linux only. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { systemClock } from '../../devnet/system.ts';
import { startTestNetwork } from '../../e2e/support/test-network.ts';
import type { Figures } from './figures.ts';
import { cpuSeconds, pssMib } from './process-figures.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const SETTLE_MS = 20_000;
const WATCH_MS = 30_000;
const ANSWERS = 7;

export async function measureIdle(runs: number, figures: Figures): Promise<void> {
  if (process.platform === 'linux') await measureWorker(runs, figures);
  const command = path.join(root, 'dist', 'headless', 'main.js');
  for (let run = 0; run < runs; run++) {
    figures.add('crynux-node --version, built', 'ms', fastest(command, '--version'));
    figures.add('crynux-node --help, built', 'ms', fastest(command, '--help'));
    figures.add('only the runtime', 'ms', fastest('-e', '0'));
  }
}

function fastest(...args: string[]): number {
  const times = Array.from({ length: ANSWERS }, () => {
    const began = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - began;
  });
  return Math.min(...times);
}

async function measureWorker(runs: number, figures: Figures): Promise<void> {
  const network = await startTestNetwork({
    times: { scan: 0.02, executionMin: 60, executionMax: 60 },
    samplingModulus: 1_000_000,
  });
  try {
    const worker = network.startWorker({ program: { entry: path.join(root, 'dist', 'worker', 'main.js'), args: [] } });
    await worker.started;
    await network.runTask();
    await systemClock.sleep(SETTLE_MS);
    const pid = worker.client.pid ?? 0;
    for (let run = 0; run < runs; run++) {
      const before = cpuSeconds(pid);
      await systemClock.sleep(WATCH_MS);
      figures.add('worker, built, idle: CPU', '% of a core', ((cpuSeconds(pid) - before) * 100_000) / WATCH_MS);
      figures.add('worker, built, idle: memory', 'MiB (PSS)', pssMib(pid));
    }
    await worker.client.stop({ quitNetwork: false });
  } finally {
    await network.close();
  }
}
