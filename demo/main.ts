/** `npm run demo`: a whole network and a node that earns in it, on this machine. Usage in options.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TaskView } from '../contract/worker-channel.ts';
import { createRelayClient } from '../devnet/application/relay-client.ts';
import { sampleTask } from '../devnet/application/samples.ts';
import { startExplorer } from '../devnet/explorer.ts';
import { relayView } from '../devnet/network-view.ts';
import { systemClock } from '../devnet/system.ts';
import { serialiseError } from '../protocol/errors.ts';
import { buildDesktop } from '../scripts/build-desktop.ts';
import { readChainAccounts } from './chain-accounts.ts';
import { chainReport } from './chain-report.ts';
import { tailEvents } from './event-tail.ts';
import { runJob } from './job.ts';
import { ledgerReport } from './ledger-report.ts';
import { COIN_WEI, type DemoNetwork, startDemoNetwork } from './network.ts';
import { type DemoOptions, parseDemoOptions, USAGE, UsageError } from './options.ts';
import { progressLine } from './progress.ts';
import { buildReport, type Report } from './report.ts';
import { createSubmitter, type Submitter } from './submit.ts';
import { openDemoWindow } from './window.ts';

/** Between two tasks of `--live`. */
const LIVE_PAUSE_MS = 3_000;
/** How long the node may take to learn of its last payment. */
const SETTLE_MS = 20_000;

/** Pushed beside each resource that is opened; run in reverse. */
type Closers = (() => Promise<unknown>)[];

async function readBalances({ participants, keys, devnet }: DemoNetwork): Promise<Map<string, bigint>> {
  const read = async (name: keyof DemoNetwork['keys']) => {
    const client = createRelayClient({ relayUrl: devnet.relayUrl, privateKey: keys[name], clock: systemClock });
    return [participants[name].address.toLowerCase(), await client.balanceWei()] as const;
  };
  return new Map(await Promise.all((Object.keys(keys) as (keyof DemoNetwork['keys'])[]).map(read)));
}

async function settledReport(
  network: DemoNetwork,
  views: ReadonlyMap<string, TaskView>,
  titles: Map<string, string>,
  startedMs: number,
): Promise<Report> {
  const { devnet, participants } = network;
  const until = systemClock.now() + SETTLE_MS;
  const durationMs = systemClock.now() - startedMs;
  for (;;) {
    const known = [...views.values()].filter((view) => view.paymentWei !== null && view.paymentWei !== '0');
    const nodes = [participants.you, participants.ada, participants.basil, participants.mallory];
    const report = buildReport({
      tasks: devnet.relay.tasks(),
      ledger: devnet.relay.ledger(),
      node: participants.you,
      peers: nodes.slice(1),
      application: participants.application,
      titles,
      balancesWei: await readBalances(network),
      nodePaymentsWei: new Map(known.map((view) => [view.commitment, BigInt(view.paymentWei ?? '0')])),
      chain: chainReport({
        nodes,
        ledger: devnet.relay.ledger(),
        chain: await readChainAccounts(
          network.chain,
          nodes.map(({ address }) => address),
        ),
        givenWei: COIN_WEI,
        relayStakesWei: new Map(nodes.map(({ address }) => [address.toLowerCase(), devnet.relay.stakeWei(address)])),
      }),
      ledgerReport: ledgerReport((await network.books.money.reconcile({})).checks),
      durationMs,
    });
    if (report.differences.length === 0 || systemClock.now() > until) return report;
    await systemClock.sleep(250);
  }
}

async function keepTasksComing(submitter: Submitter, signal: AbortSignal, say: (text: string) => void): Promise<void> {
  for (let index = 0; !signal.aborted; index++) {
    const { ended } = await submitter.submit(sampleTask(index));
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

async function demo(options: DemoOptions, signal: AbortSignal, closers: Closers): Promise<number> {
  const startedMs = systemClock.now();
  // With --json, stdout belongs to the JSON line.
  const print = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const say = (text: string) => print(`\n${text}`);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-demo-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));

  print('Starting a chain, a relay, an application, three peers and your node, each node with its own engine …');
  const views = new Map<string, TaskView>();
  const titles = new Map<string, string>();
  const network = await startDemoNetwork({
    dataDir,
    onTask: (task) => views.set(task.commitment, task),
    onError: (message) => print(`devnet: ${message}`),
  });
  closers.push(() => network.stop());
  const { devnet, application, plan, participants } = network;
  const people = Object.values(participants);
  const explorer = await startExplorer({ view: relayView(devnet.relay, systemClock.now), participants: () => people, titles });
  closers.push(() => explorer.close());
  print(`Relay ${devnet.relayUrl}`);
  print(`Chain ${network.chain.anvil.url}`);
  print(`Watch ${explorer.url}`);

  const tail = new AbortController();
  const names = new Map(people.map(({ name, address }) => [address.toLowerCase(), name]));
  const tailing = tailEvents({
    relay: devnet.relay,
    clock: systemClock,
    signal: tail.signal,
    onEvent: (event) => {
      const line = progressLine(event, { titles, names, elapsedMs: systemClock.now() - startedMs });
      if (line !== null) print(line);
    },
  });
  closers.push(() => {
    tail.abort();
    return tailing;
  });

  const submitter = createSubmitter({ application, plan, signal, titles });
  const { surprises } = await runJob(network, submitter, say);
  const report = await settledReport(network, views, titles, startedMs);
  print(report.text);
  for (const surprise of surprises) print(`Unexpected: ${surprise}`);
  if (options.mode === 'serve') {
    say(`Still serving at ${explorer.url}. Building the window; the first time takes about a minute …`);
    await buildDesktop();
    const window = await openDemoWindow(print);
    closers.push(() => window.close());
    say(`A node of your own in the program's window: ${window.address}\nThe address works once. Ctrl-C ends everything.`);
    await untilAborted(signal);
  }
  if (options.mode === 'live') {
    say(`A new task every ${LIVE_PAUSE_MS / 1000} s; watch them at ${explorer.url} – Ctrl-C ends it.`);
    await keepTasksComing(submitter, signal, say).catch((error: unknown) => {
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
