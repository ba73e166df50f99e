/** One node's loop on a hand-ticked clock: real store, real files, a network and an engine in memory. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { type KillPointHook, noKillPoint } from '../kit/points.ts';
import type { LoopContext } from '../loop/context.ts';
import { RelayHealth } from '../loop/relay-health.ts';
import { RequestBudget } from '../loop/request-budget.ts';
import { createImageDigester } from '../loop/scores/image-digester.ts';
import { TaskDriver } from '../loop/task-driver.ts';
import { NetworkClock } from '../networks/network-clock.ts';
import { CHAIN_RULES, type NetworkRules, RELAY_RULES } from '../networks/network-rules.ts';
import { openStore } from '../store/store.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeNetwork } from './fake-network.ts';
import { tempDir } from './temp-dir.ts';

export const START_MS = 1_700_000_000_000;
export const GPU = { name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24 } as const;
export const QUIET_LOG = { debug() {}, info() {}, warn() {}, error() {} } as unknown as LoopContext['log'];

/** The networks on which every law of slash safety is tested. */
export const NETWORKS: readonly (readonly [string, NetworkRules])[] = [
  ['relay', RELAY_RULES],
  ['chain', CHAIN_RULES],
];

export interface Rig {
  readonly clock: ManualClock;
  readonly network: FakeNetwork;
  readonly engine: FakeEngine;
  readonly context: LoopContext;
  readonly driver: TaskDriver;
  readonly budget: RequestBudget;
  readonly fatal: unknown[];
  readonly closed: string[];
}

export interface RigOptions {
  readonly dataDir?: string;
  readonly clock?: ManualClock;
  readonly network?: FakeNetwork;
  /** For the network that is created if none is given. */
  readonly rules?: NetworkRules;
  readonly engine?: FakeEngine;
  readonly engineAccepted?: boolean;
  readonly killPoint?: KillPointHook;
}

export async function loopRig(options: RigOptions = {}): Promise<Rig> {
  const { dataDir = tempDir(), clock = new ManualClock(START_MS), engine = new FakeEngine() } = options;
  const network = options.network ?? new FakeNetwork(() => clock.now(), options.rules);
  const store = openStore(dataDir, clock.now());
  onTestFinished(() => store.close());
  if (engine.state().kind === 'stopped') await engine.start();
  const context: LoopContext = {
    store,
    network,
    engine,
    engineAccepted: options.engineAccepted ?? true,
    gpu: GPU,
    resultsDir: join(dataDir, 'results'),
    images: createImageDigester({ clock }),
    networkClock: new NetworkClock(clock),
    clock,
    killPoint: options.killPoint ?? noKillPoint,
    log: QUIET_LOG,
  };
  const fatal: unknown[] = [];
  const closed: string[] = [];
  const budget = new RequestBudget(clock);
  const driver = new TaskDriver({
    context,
    budget,
    health: new RelayHealth(),
    onTask: () => {},
    onClosed: (commitment) => closed.push(commitment),
    onSignatureRefused: () => {},
    onFatal: (error) => fatal.push(error),
  });
  return { clock, network, engine, context, driver, budget, fatal, closed };
}
