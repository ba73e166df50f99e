/**
 * Tasks on a devnet in this process tree: one real worker with the embedded engine, one application, one task at a
 * time.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHAT_MODEL, chatArguments } from '../../devnet/application/samples.ts';
import { systemClock } from '../../devnet/system.ts';
import { type Fault, kindOf } from '../../e2e/support/fault-proxy.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork } from '../../e2e/support/test-network.ts';
import { type Figures, mean, median, quantile } from './figures.ts';
import { lastPoll, type Phases, readLines, type TaskPath, taskPath } from './task-path.ts';

const ROUND_TRIP_MS = 50;
const IDLE_SECONDS = 30;
/** Pointer and events are polled alternately, half a second apart. */
const LOOK_EVERY_MS = 500;
/** At the worker's file, ten a second. */
const MOST_LOOKS = 50;
/**
 * Over the slow line, the tiny model is kept busy for some tenths of a second: real tasks take longer than a round trip, too.
 * The official node's engine answered at once, so on the fast line ours answers as soon as it can.
 */
const LONG_ANSWER = { title: 'story', user: 'Tell a long story about a lighthouse.', maxNewTokens: 400 };

export interface TaskMeasurement {
  readonly tasks: number;
  readonly runs: number;
  readonly figures: Figures;
  readonly say: (text: string) => void;
}

/** The minimum for each phase with a relay that answers after `roundTripMs`. */
function floors(roundTripMs: number): Record<string, number> {
  return { wait: LOOK_EVERY_MS / 2, notice: roundTripMs, read: roundTripMs };
}

export async function measureTasks({ tasks, runs, figures, say }: TaskMeasurement): Promise<void> {
  const network = await startTestNetwork({
    times: { scan: 0.02, executionMin: 60, executionMax: 60 },
    samplingModulus: 1_000_000,
  });
  const file = path.join(network.dataDir, 'timed.jsonl');
  const entry = fileURLToPath(new URL('./timed-worker.ts', import.meta.url));
  try {
    const worker = network.startWorker({ program: { entry, args: [file] } });
    await worker.started;
    const starter = new Starter(network, file);
    await starter.run(0, true);
    for (let run = 0; run < runs; run++) {
      for (const [name, line] of LINES) {
        network.line.setPlan(() => line);
        const paths: TaskPath[] = [];
        for (let i = 0; i < tasks; i++) paths.push(await starter.run(((i + 0.5) / tasks) * LOOK_EVERY_MS, line.kind === 'late'));
        addRun(figures, name, paths, line.kind === 'late' ? line.ms : 0);
      }
      say(`run ${run + 1} of ${runs}: ${2 * tasks} tasks`);
    }
    network.line.setPlan(() => ({ kind: 'pass' }));
    await measureIdleRequests(network, figures);
    await worker.client.stop({ quitNetwork: false });
  } finally {
    await network.close();
  }
}

const LINES: readonly (readonly [string, Fault])[] = [
  [`relay ${ROUND_TRIP_MS} ms away`, { kind: 'late', ms: ROUND_TRIP_MS }],
  ['nearby relay', { kind: 'pass' }],
];

function addRun(figures: Figures, name: string, paths: readonly TaskPath[], roundTripMs: number): void {
  const total = (phases: Phases) => Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  const beyond = paths.map(({ score }) => total(score) - (score.execute ?? 0));
  const handling = paths.map(({ score }) => total(score) - (score.execute ?? 0) - (score.wait ?? 0));
  for (const part of ['score', 'upload'] as const) {
    for (const phase of Object.keys(paths[0]?.[part] ?? {})) {
      const floor = floors(roundTripMs)[phase] ?? null;
      figures.add(`${name}, ${part}: ${phase}`, 'ms', mean(paths.map((path) => path[part][phase] ?? 0)), floor);
    }
  }
  figures.add(`${name}: start → read`, 'ms', mean(paths.map(({ score }) => (score.wait ?? 0) + (score.notice ?? 0))));
  figures.add(`${name}: start → score accepted, beyond the engine, median`, 'ms', median(beyond));
  figures.add(`${name}: start → score accepted, beyond the engine, p99`, 'ms', quantile(beyond, 0.99));
  figures.add(`${name}: start → score accepted, beyond engine and wait, median`, 'ms', median(handling), 2.5 * roundTripMs);
  figures.add(`${name}: start → score accepted, median`, 'ms', median(paths.map(({ score }) => total(score))));
  figures.add(`${name}: verdict → uploaded, mean`, 'ms', mean(paths.map(({ upload }) => total(upload))));
}

/** Starts tasks at chosen offsets from the node's last poll, so that every run has the same mixture of phases. */
class Starter {
  readonly #network: TestNetwork;
  readonly #file: string;
  /** Time between the order and the network's start. */
  #leadMs = 100;

  constructor(network: TestNetwork, file: string) {
    this.#network = network;
    this.#file = file;
  }

  async run(afterLookMs: number, isLong: boolean): Promise<TaskPath> {
    // By then, the rest of the last task is done, including its extra polls.
    await systemClock.sleep(2_500);
    const look = lastPoll(readLines(this.#file)) ?? systemClock.now();
    const dueMs = (((look + afterLookMs - this.#leadMs - systemClock.now()) % LOOK_EVERY_MS) + LOOK_EVERY_MS) % LOOK_EVERY_MS;
    await systemClock.sleep(dueMs);
    const orderedMs = systemClock.now();
    const outcome = await this.#runTask(isLong);
    const row = this.#network.relay.task(outcome.tasks[0]?.commitment ?? '');
    if (
      row?.startTimeMs == null ||
      row.scoreReadyTimeMs === null ||
      row.validatedTimeMs === null ||
      row.resultUploadedTimeMs === null
    )
      throw new Error('a task did not finish');
    this.#leadMs += (row.startTimeMs - orderedMs - this.#leadMs) / 4;
    const lines = await this.#linesUntilUpload(orderedMs);
    return taskPath(lines, {
      startMs: row.startTimeMs,
      scoreReadyMs: row.scoreReadyTimeMs,
      validatedMs: row.validatedTimeMs,
      uploadedMs: row.resultUploadedTimeMs,
    });
  }

  /** The worker writes down what followed the upload a moment later. */
  async #linesUntilUpload(orderedMs: number) {
    for (let i = 0; ; i++) {
      await systemClock.sleep(100);
      const all = readLines(this.#file);
      const isWhole = all.some((line) => line.kind === 'point' && line.point === 'upload.recorded' && line.atMs >= orderedMs);
      if (isWhole || i >= MOST_LOOKS)
        return all.filter((line) => (line.kind === 'call' ? line.endMs : line.atMs) >= orderedMs - 2_000);
    }
  }

  #runTask(isLong: boolean) {
    if (!isLong) return this.#network.runTask();
    const args = chatArguments(LONG_ANSWER, CHAT_MODEL, 5);
    return this.#network.application.runTask({
      type: 'Llm',
      args,
      modelIds: [`base:${CHAT_MODEL}`],
      feeWei: FEE_WEI.toString(),
    });
  }
}

async function measureIdleRequests(network: TestNetwork, figures: Figures): Promise<void> {
  await systemClock.sleep(5_000);
  const before = network.line.seen.length;
  await systemClock.sleep(IDLE_SECONDS * 1_000);
  const seen = network.line.seen.slice(before);
  figures.add('requests per idle minute', 'requests', (seen.length * 60) / IDLE_SECONDS);
  for (const [kind, requests] of Map.groupBy(seen, (request) => kindOf(request.path))) {
    figures.add(`requests per idle minute: ${kind}`, 'requests', (requests.length * 60) / IDLE_SECONDS);
  }
}
