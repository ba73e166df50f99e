/**
 * Speed, as ratios to the official node's measured figures, on a devnet in this process tree: one real worker with the
 * embedded engine, one application, one task at a time; first with every answer of the relay 50 ms late, then without.
 * Then the window: how soon it answers, and what it costs while nobody touches it.
 *
 *   npm run bench [-- --tasks N]
 */
import { cpus } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { systemClock } from '../devnet/system.ts';
import { type Fault, kindOf } from '../e2e/support/fault-proxy.ts';
import { startTestNetwork } from '../e2e/support/test-network.ts';
import { STORE_FILE } from '../worker/store/store.ts';
import { measureWindow } from './bench-window.ts';
import { buildDesktop } from './build-desktop.ts';

/**
 * The official node 3.5.0, run on this devnet behind a counting proxy on a quiet machine, with an engine that answers at
 * once and no delay on the line (docs/verification.md). That it notices a start after 500 ms on average follows from its
 * source: it asks for its task once a second.
 */
const OFFICIAL = { noticeMeanMs: 500, startToScoreMedianMs: 1_340, requestsPerIdleMinute: 144 } as const;
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

/** Milliseconds of each task: until the node has read it, and until its score is accepted, beyond the engine's own time. */
async function runTasks(line: Fault): Promise<{ readonly noticed: number[]; readonly overhead: number[] }> {
  const noticed: number[] = [];
  const overhead: number[] = [];
  network.line.setPlan(() => line);
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
  return { noticed, overhead };
}

const network = await startTestNetwork({ times: { scan: 0.02, executionMin: 60, executionMax: 60 }, samplingModulus: 1_000_000 });
try {
  const worker = network.startWorker();
  await worker.started;
  await network.runTask();

  const late = await runTasks({ kind: 'late', ms: ROUND_TRIP_MS });
  const prompt = await runTasks({ kind: 'pass' });

  await systemClock.sleep(5_000);
  const before = network.line.seen.length;
  await systemClock.sleep(IDLE_SECONDS * 1_000);
  const idle = network.line.seen.slice(before);
  const perMinute = (idle.length * 60) / IDLE_SECONDS;
  const kinds = Map.groupBy(idle, (request) => kindOf(request.path));

  const notice = summary(late.noticed);
  const beyond = summary(late.overhead);
  const undelayed = summary(prompt.overhead);
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
  print(
    `the same without a delay on the line: mean ${undelayed.mean.toFixed(0)} ms, median ${undelayed.median} ms, p99 ${undelayed.p99} ms`,
  );
  print(
    `  median as a ratio to the official node's ${OFFICIAL.startToScoreMedianMs} ms: ${(undelayed.median / OFFICIAL.startToScoreMedianMs).toFixed(2)}`,
  );
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
