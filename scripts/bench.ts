/**
 * Speed, as ratios to the official node's known figures (RELAY_PROTOCOL 8.10), measured on a devnet in this process tree:
 * one real worker with the embedded engine, one application, one task at a time, every answer of the relay 50 ms late.
 * Then the window: how soon it answers, and what it costs while nobody touches it.
 *
 *   npm run bench [-- --tasks N]
 */
import { cpus } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { systemClock } from '../devnet/system.ts';
import { kindOf } from '../e2e/support/fault-proxy.ts';
import { startTestNetwork } from '../e2e/support/test-network.ts';
import { STORE_FILE } from '../worker/store/store.ts';
import { measureWindow } from './bench-window.ts';
import { buildDesktop } from './build-desktop.ts';

/** The official node polls pointer and events once a second each, and its status every five seconds. */
const OFFICIAL = { noticeMeanMs: 500, requestsPerIdleMinute: 132 } as const;
const IDLE_SECONDS = 30;
const ROUND_TRIP_MS = 50;

/** Milliseconds that the engine itself took, from the node's own record. */
function computeMs(dataDir: string, commitment: string): number {
  const db = new DatabaseSync(path.join(dataDir, STORE_FILE), { readOnly: true });
  try {
    const row = db
      .prepare("SELECT ended_ms - started_ms AS ms FROM executions WHERE commitment = ? AND outcome = 'scored'")
      .get(commitment);
    return Number(row?.ms);
  } finally {
    db.close();
  }
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function summary(values: readonly number[]): { mean: number; median: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

const { values } = parseArgs({ options: { tasks: { type: 'string', default: '30' } } });
const taskCount = Math.max(1, Number.parseInt(values.tasks, 10));
const print = (text: string) => process.stdout.write(`${text}\n`);

const network = await startTestNetwork({ times: { scan: 0.02, executionMin: 60, executionMax: 60 }, samplingModulus: 1_000_000 });
try {
  const worker = network.startWorker();
  await worker.started;
  await network.runTask();

  const noticed: number[] = [];
  const overhead: number[] = [];
  network.line.setPlan(() => ({ kind: 'late', ms: ROUND_TRIP_MS }));
  for (let i = 0; i < taskCount; i++) {
    // A pause of its own length each time, so that a task's start meets the node's rhythm at every phase.
    await systemClock.sleep(1_000 + ((i * 613) % 1_000));
    const outcome = await network.runTask();
    const commitment = outcome.tasks[0]?.commitment ?? '';
    const row = network.relay.task(commitment);
    if (row?.startTimeMs == null || row.deliveredTimeMs === null || row.scoreReadyTimeMs === null)
      throw new Error('a task was not delivered');
    noticed.push(row.deliveredTimeMs - row.startTimeMs);
    overhead.push(row.scoreReadyTimeMs - row.startTimeMs - computeMs(network.dataDir, commitment));
  }

  await systemClock.sleep(5_000);
  const before = network.line.seen.length;
  await systemClock.sleep(IDLE_SECONDS * 1_000);
  const idle = network.line.seen.slice(before);
  const perMinute = (idle.length * 60) / IDLE_SECONDS;
  const kinds = Map.groupBy(idle, (request) => kindOf(request.path));

  const notice = summary(noticed);
  const beyond = summary(overhead);
  print(
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${taskCount} tasks, tiny model on the CPU`,
  );
  print('');
  print(
    `start on the network → this node reads the task: mean ${notice.mean.toFixed(0)} ms, median ${notice.median} ms, p99 ${notice.p99} ms`,
  );
  print(
    `  ratio to the official node's mean of ${OFFICIAL.noticeMeanMs} ms: ${(notice.mean / OFFICIAL.noticeMeanMs).toFixed(2)}`,
  );
  print(
    `start → score accepted, beyond the engine's own time: mean ${beyond.mean.toFixed(0)} ms, median ${beyond.median} ms, p99 ${beyond.p99} ms`,
  );
  print(`  median in round trips of ${ROUND_TRIP_MS} ms: ${(beyond.median / ROUND_TRIP_MS).toFixed(1)}`);
  print(`requests per idle minute: ${perMinute.toFixed(0)}`);
  print(
    `  ratio to the official node's ${OFFICIAL.requestsPerIdleMinute}: ${(perMinute / OFFICIAL.requestsPerIdleMinute).toFixed(2)}`,
  );
  for (const [kind, requests] of kinds) print(`  ${((requests.length * 60) / IDLE_SECONDS).toFixed(0).padStart(4)}  ${kind}`);
  await worker.client.stop({ quitNetwork: false });
} finally {
  await network.close();
}

await buildDesktop();
const figures = await measureWindow();
print('');
print(`window, served headless, in a headless browser without a graphics card:`);
print(`  program started → address of the window: ${figures.programMs.toFixed(0)} ms`);
print(`  address opened → window answers: ${figures.interactiveMs.toFixed(0)} ms`);
print(`  JavaScript heap of the page: ${figures.heapMib.toFixed(1)} MiB`);
print(`  processor of the open, idle page: ${figures.idlePercent.toFixed(2)} % of one core`);
