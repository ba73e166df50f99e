/** `serve` and `run`: the program itself in the foreground, with or without its window. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { ProfileView } from '../../../contract/profiles.ts';
import { feed } from '../../../host/app/feed.ts';
import type { HostApp } from '../../../host/app/host-app.ts';
import type { LeaseSource } from '../../../host/app/node-leases.ts';
import { kubernetesLeases, kubernetesPlace } from '../../../host/lease/kubernetes.ts';
import { inheritedDescriptors } from '../../../platform/inherited-descriptors.ts';
import { PROGRAMS } from '../../../platform/programs.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { createLog } from '../../../worker/log.ts';
import type { Variables } from '../../apply/read-nodes-file.ts';
import { askAtTerminal } from '../../ask-at-terminal.ts';
import { HeadlessError } from '../../errors.ts';
import type { MetricsListener } from '../../metrics/metrics-server.ts';
import { openBrowser } from '../../open-browser.ts';
import { openProgram } from '../../program.ts';
import { recordsOf } from '../ask-program.ts';
import type { CommonOptions, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { nodeFacts, stateLine } from '../node-text.ts';
import type { Terminal } from '../terminal.ts';
import { type Passphrases, readPassphrases, unlockFor } from '../unattended.ts';

export interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly window: boolean;
  /** Open the window in a browser, if there is a desktop. */
  readonly open: boolean;
  /** More nodes to start, by id or name. */
  readonly nodes: readonly string[];
  /** Descriptor with the passphrase of keys in the keystore. */
  readonly passphraseFd?: number;
  /** A nodes file to apply before nodes start. */
  readonly apply?: string;
  /** Values for its variables. */
  readonly set?: Variables;
  readonly lease?: 'kubernetes';
  readonly leaseNamespace?: string;
  readonly leaseIdentity?: string;
  /** Null = no metrics. */
  readonly metrics: MetricsListener | null;
  /** How long nodes may take to finish their tasks, seconds. */
  readonly grace: number;
}

/**
 * Time after the grace period: 10 s for nodes to end at once and 30 s more for the local network; whatever still hangs
 * is killed.
 */
export const END_WITHIN_MS = 60_000;

/** @throws HeadlessError HEADLESS_ENDED_LATE, and any error that keeps the program from starting */
export async function serve(options: ServeOptions, { terminal, clock }: Context): Promise<ExitCode> {
  const { port, nodes, metrics, json = false } = options;
  const graceMs = options.grace * 1_000;
  const dataDir = path.resolve(options.data);
  const log = createLog({ level: 'warn', secrets: [] });
  const descriptor = options.passphraseFd ?? null;
  const given = inheritedDescriptors(descriptor);
  const passphrases = await readPassphrases({
    descriptor,
    credentialsDir: process.env.CREDENTIALS_DIRECTORY,
  });
  const asked = untilAborted(terminal.signal);
  const ask = askAtTerminal(terminal);
  const lease = options.lease === undefined ? {} : { lease: leaseSource(options) };
  const windowDir = options.window ? PROGRAMS.window : null;
  const opening = openProgram({ dataDir, port, windowDir, log, ask, metrics, ...lease });
  const program = await Promise.race([opening, asked]);
  if (program === undefined) return EXIT.interrupted;
  const following = new AbortController();
  try {
    await applyAtStart(program.app, options, { passphrases, given, terminal });
    if (terminal.signal.aborted) return EXIT.interrupted;
    const ids = nodes.map((name) => idOf(program.app, name));
    const address = program.windowAddress();
    const { metricsAddress } = program;
    const ready = { event: 'ready', port: program.port, address, dataDir, metrics: metricsAddress };
    terminal.out(json ? JSON.stringify(ready) : readyText(address, dataDir));
    if (!json && metricsAddress !== null) terminal.out(`Metrics: ${metricsAddress}`);
    if (options.open && address !== null) openBrowser({ address, dataDir, say: terminal.note });
    const printing = printStates(program.app, { json, terminal, signal: following.signal });
    const open = async () => {
      await unlockKeys(program.app, passphrases, { json, terminal });
      await startNodes(program.app, ids);
      program.opened();
    };
    // The first start of the local network takes minutes, and ending the program must not wait for it.
    await Promise.race([asked, open().then(() => asked)]);
    terminal.note('Ending: each node finishes its current task first. Press Ctrl-C again to end at once.');
    await closeInTime(program.close(graceMs), { clock, graceMs });
    following.abort();
    await printing;
    return EXIT.ok;
  } finally {
    following.abort();
    await closeInTime(program.close(graceMs), { clock, graceMs });
  }
}

/** By default, a program that restarts in the same pod has a new identity. @throws HostError LEASE_NO_CLUSTER */
function leaseSource({ leaseNamespace, leaseIdentity }: ServeOptions): LeaseSource {
  const place = kubernetesPlace({ environment: process.env, namespace: leaseNamespace ?? null });
  return { store: kubernetesLeases(place), identity: leaseIdentity ?? `${os.hostname()}_${randomBytes(6).toString('hex')}` };
}

/** If the file cannot be applied, the program ends: no node may start differently from its declaration. */
async function applyAtStart(
  app: HostApp,
  { apply: file, set = {}, json = false }: ServeOptions,
  {
    passphrases,
    given,
    terminal,
  }: { readonly passphrases: Passphrases; readonly given: ReadonlySet<number>; readonly terminal: Terminal },
): Promise<void> {
  if (file === undefined) return;
  const [{ applyNodesFile }, { planData, planText }] = await Promise.all([
    import('../../apply/apply.ts'),
    import('../../apply/plan-text.ts'),
  ]);
  const plan = await applyNodesFile({
    ...{ host: app.client, nodeOf: async (id) => recordsOf(app, id), file, variables: set, passphrases },
    ...{ dataDir: app.parts.info.dataDir, credentialsDir: process.env.CREDENTIALS_DIRECTORY, given },
    ...{ signal: terminal.signal, program: 'starting', prune: false, dryRun: false },
  });
  const dryRun = false;
  terminal.out(json ? JSON.stringify({ event: 'apply', ...planData(plan, { dryRun }) }) : planText(plan, { dryRun }));
}

/** For all profiles, so that a node that starts later finds its key unlocked. */
async function unlockKeys(
  { parts: { keys, profiles } }: HostApp,
  passphrases: Passphrases,
  { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
): Promise<void> {
  const addresses = profiles.list().map(({ address }) => address);
  for (const { address, error } of await unlockFor(addresses, { keys, passphrases })) {
    if (json) terminal.out(JSON.stringify({ event: 'key', address, unlocked: error === null, error }));
    else if (error !== null) terminal.note(`The key of ${address} stays locked: ${error.message} (${error.code})`);
  }
}

async function startNodes({ autoStart, client }: HostApp, ids: readonly string[]): Promise<void> {
  await autoStart();
  // Started by the command line, so with its authority.
  for (const id of ids) await client.profiles.start({ id });
}

/** @throws HeadlessError HEADLESS_ENDED_LATE */
async function closeInTime(
  closing: Promise<void>,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: number },
): Promise<void> {
  const withinMs = graceMs + END_WITHIN_MS;
  const closed = new AbortController();
  const late = clock.sleep(withinMs, closed.signal).then(() => {
    throw new HeadlessError('HEADLESS_ENDED_LATE', `not everything stopped within ${withinMs / 1_000} s`);
  });
  late.catch(() => {});
  try {
    await Promise.race([closing, late]);
  } finally {
    closed.abort();
  }
}

function readyText(address: string | null, dataDir: string): string {
  if (address === null) return `Running on ${dataDir}. Press Ctrl-C to stop.`;
  return `The window: ${address}\nThis address works once; "crynux-node window" prints another. Press Ctrl-C to stop the program.`;
}

function idOf({ parts: { profiles } }: HostApp, name: string): string {
  const found = profiles.list().find((profile) => profile.id === name || profile.name === name);
  if (found !== undefined) return found.id;
  throw new HeadlessError('HEADLESS_WHICH_NODE', `there is no profile ${name}`, { name });
}

/** Prints a node's state whenever it changes. */
async function printStates(
  { parts: { views } }: HostApp,
  { json, terminal, signal }: { readonly json: boolean; readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<void> {
  const said = new Map<string, string>();
  for await (const update of feed({ subscribe: views.watch, first: () => [views.snapshot()], signal })) {
    if (update.kind === 'removed') continue;
    for (const view of update.kind === 'snapshot' ? update.profiles : [update.profile]) {
      const line = stateLine(view);
      const word = leaseError(view) ?? line;
      if (said.get(view.profile.id) === word) continue;
      said.set(view.profile.id, word);
      terminal.out(json ? JSON.stringify({ event: 'node', ...nodeFacts(view) }) : line);
    }
  }
}

/** A node retries its lease every few seconds; the holder is printed only once. Null = it waits for no lease. */
function leaseError({ worker }: ProfileView): string | null {
  const error = worker.kind === 'backoff' ? worker.error : worker.kind === 'starting' ? worker.after : undefined;
  return error?.code.startsWith('LEASE_') === true ? `${error.code} ${error.data.holder ?? ''}` : null;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
