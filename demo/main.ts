/** `npm run demo`: a complete network with a node that earns, on this machine. Usage in options.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleTask } from '../devnet/application/samples.ts';
import { type Explorer, startExplorer } from '../devnet/explorer.ts';
import { systemClock } from '../devnet/system.ts';
import { serialiseError } from '../protocol/errors.ts';
import { addMs, monotonicNow, msUntil, startStopwatch } from '../protocol/monotonic.ts';
import { buildDesktop } from '../scripts/build-desktop.ts';
import { openChainStage } from './chain-mode/stage.ts';
import { type DemoOptions, parseDemoOptions, USAGE, UsageError } from './options.ts';
import { openRelayStage } from './relay-stage.ts';
import type { Report } from './report-text.ts';
import type { Stage } from './stage.ts';
import { openDemoWindow } from './window.ts';

const START_MESSAGES: Readonly<Record<DemoOptions['network'], string>> = {
  relay: 'Starting a chain, a relay, an application, three peers and your node, each node with its own engine …',
  chain:
    'Starting a chain with the task contracts, a relay that only carries data, an application, two peers and your node, each with its own engine …',
};
/** Pause between two tasks of `--live`. */
const LIVE_PAUSE_MS = 3_000;
/** How long the node may take to learn of its last payment. */
const SETTLE_MS = 20_000;

/** One is pushed for each opened resource; they run in reverse. */
type Closers = (() => Promise<unknown>)[];

/** The first report in which everything adds up, or the last one in time. */
async function reportWhenSettled(stage: Stage, durationMs: number): Promise<Report> {
  const until = addMs(monotonicNow(systemClock), SETTLE_MS);
  for (;;) {
    const report = await stage.report(durationMs);
    if (report.differences.length === 0 || msUntil(until, systemClock) <= 0) return report;
    await systemClock.sleep(250);
  }
}

async function keepTasksComing(stage: Stage, signal: AbortSignal, say: (text: string) => void): Promise<void> {
  for (let index = 0; !signal.aborted; index++) {
    const { ended } = await stage.submit(sampleTask(index));
    ended.catch((error: unknown) => say(`a task failed: ${serialiseError(error).message}`));
    await systemClock.sleep(LIVE_PAUSE_MS, signal);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface ServeOptions {
  readonly options: DemoOptions;
  readonly explorer: Explorer;
  readonly closers: Closers;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly say: (text: string) => void;
}

/** Until Ctrl-C. */
async function serve({ options, explorer, closers, signal, print, say }: ServeOptions): Promise<void> {
  say(`Still serving at ${explorer.url}. Building the window; the first time takes about a minute …`);
  await buildDesktop();
  const window = await openDemoWindow(options.network, print);
  closers.push(() => window.close());
  say(`A node of your own in the program's window: ${window.address}\nThe address works once. Press Ctrl-C to stop everything.`);
  return untilAborted(signal);
}

async function demo(options: DemoOptions, signal: AbortSignal, closers: Closers): Promise<number> {
  const elapsedMs = startStopwatch(systemClock);
  // With --json, stdout belongs to the JSON line.
  const print = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const say = (text: string) => print(`\n${text}`);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-demo-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));

  print(START_MESSAGES[options.network]);
  const titles = new Map<string, string>();
  const openStage = options.network === 'chain' ? openChainStage : openRelayStage;
  const stage = await openStage({ dataDir, print, say, signal, titles, elapsedMs });
  closers.push(() => stage.stop());
  const { view, participants } = stage;
  const explorer = await startExplorer({ view, participants: () => participants, titles });
  closers.push(() => explorer.close());
  for (const place of stage.places) print(place);
  print(`Watch ${explorer.url}`);
  stage.follow();

  const { surprises } = await stage.runJob();
  const report = await reportWhenSettled(stage, Math.round(elapsedMs()));
  print(report.text);
  for (const surprise of surprises) print(`Unexpected: ${surprise}`);
  if (options.mode === 'serve') await serve({ options, explorer, closers, signal, print, say });
  if (options.mode === 'live') {
    say(`A new task every ${LIVE_PAUSE_MS / 1000} s; watch them at ${explorer.url} – press Ctrl-C to stop.`);
    await keepTasksComing(stage, signal, say).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  if (options.json) closers.unshift(async () => void process.stdout.write(`${JSON.stringify(report.json)}\n`));
  return report.differences.length + surprises.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  let options: DemoOptions | 'help';
  try {
    options = parseDemoOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}\n`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => abort.abort(new Error(`ended by ${signal}`)));
  const closers: Closers = [];
  let code: number;
  try {
    code = await demo(options, abort.signal, closers);
  } catch (error) {
    code = abort.signal.aborted ? 130 : 1;
    if (!abort.signal.aborted)
      process.stderr.write(`The demo failed: ${serialiseError(error).code}: ${serialiseError(error).message}\n`);
  }
  for (const close of closers.toReversed())
    await close().catch((error: unknown) => process.stderr.write(`${serialiseError(error).message}\n`));
  return code;
}

process.exitCode = await main();
