/** A whole node on a hand-ticked clock: real store, network and engine in memory. */
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type NodeConfigInput, nodeConfigSchema } from '../../contract/node-config.ts';
import type { TaskRow } from '../../contract/tasks.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { noKillPoint } from '../kit/points.ts';
import { createImageDigester } from '../loop/scores/image-digester.ts';
import { NetworkClock } from '../networks/network-clock.ts';
import { Node } from '../node/node.ts';
import type { NodeOptions } from '../node/node-options.ts';
import { taskRow } from '../service/task-row.ts';
import { openStore, type Store } from '../store/store.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeNetwork } from './fake-network.ts';
import { GPU, QUIET_LOG, START_MS } from './loop-rig.ts';
import { commitmentOf, remoteTask } from './remote-task.ts';
import { tempDir } from './temp-dir.ts';
import { nodeConfig } from './worker-rig.ts';

export interface NodeRig {
  readonly node: Node;
  readonly clock: ManualClock;
  readonly network: FakeNetwork;
  readonly engine: FakeEngine;
  readonly store: Store;
  readonly views: NodeView[];
  readonly tasks: TaskRow[];
  readonly fatal: unknown[];
  readonly dataDir: string;
  /** Advances time in small steps and lets real I/O finish between them. */
  advance(ms: number): Promise<void>;
  /** Advances until `done`, 30 s at most. */
  until(done: () => boolean): Promise<void>;
  /** Ends this process at once; the directory can be reused. */
  end(): Promise<void>;
}

export interface NodeRigOptions {
  readonly clock?: ManualClock;
  readonly network?: FakeNetwork;
  readonly engine?: FakeEngine;
  readonly dataDir?: string;
  readonly guard?: (parts: { readonly clock: ManualClock; readonly engine: FakeEngine }) => NodeOptions['guard'];
  readonly warmUp?: (parts: { readonly clock: ManualClock; readonly engine: FakeEngine }) => NodeOptions['warmUp'];
  readonly models?: NodeOptions['models'];
  /** Life, money and evidence in this test; default: none. */
  readonly more?: (clock: ManualClock) => Partial<Pick<NodeOptions, 'clearance' | 'money' | 'witness' | 'companions'>>;
  readonly config?: Partial<NodeConfigInput>;
  /** Default true: the test starts with a running node. */
  readonly run?: boolean;
}

/** Every check has passed. */
const CLEARED: NodeOptions['clearance'] = {
  report: null,
  state: () => 'passed',
  objection: () => null,
  run: async () => ({ atMs: 0, results: [], mayStart: true }),
  untilAlone: async () => {},
  expire() {},
  onChange() {},
};

/** Nothing is staked, and no payment is asked for. */
export const NO_MONEY: NodeOptions['money'] = {
  stakeActs: null,
  beforeMoney: async () => {},
  wake() {},
  payments: { isEnabled: () => false, periodMs: () => 3_600_000, poll: async () => {}, onPaid() {} },
};

const STEP_MS = 25;

/** Work that another thread does for this one: reading, writing, flushing and closing files, hashing. */
const BUSY_RESOURCES = /^FSReq|CloseReq$|Job$/;

/** The clock stands still during such work. */
async function untilFilesIdle(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((name) => BUSY_RESOURCES.test(name)));
}

export async function nodeRig(options: NodeRigOptions = {}): Promise<NodeRig> {
  const { clock = new ManualClock(START_MS), engine = new FakeEngine(), dataDir = tempDir(), run = true } = options;
  const network = options.network ?? new FakeNetwork(() => clock.now());
  const store = openStore(dataDir, clock.now());
  const [views, tasks, fatal]: [NodeView[], TaskRow[], unknown[]] = [[], [], []];
  const config = nodeConfigSchema.parse({ ...nodeConfig({ dataDir, relayUrl: 'http://127.0.0.1:1' }), ...options.config });
  const node = new Node({
    config,
    ...{ clearance: CLEARED, money: NO_MONEY, companions: [], witness: { onTask() {}, onNodeEvent() {} } },
    ...options.more?.(clock),
    models: options.models ?? { modelIds: config.modelIds, onEvent() {}, onChange() {} },
    guard: options.guard?.({ clock, engine }),
    warmUp: options.warmUp?.({ clock, engine }),
    context: {
      store,
      network,
      engine,
      engineAccepted: true,
      gpu: GPU,
      resultsDir: join(dataDir, 'results'),
      images: createImageDigester({ clock }),
      networkClock: new NetworkClock(clock),
      clock,
      killPoint: noKillPoint,
      log: QUIET_LOG,
    },
    onNode: (view) => views.push(view),
    onTask: (commitment) => tasks.push(taskRow(store, store.tasks.get(commitment), network.rules)),
    onFatal: (error) => fatal.push(error),
  });
  const advance = async (ms: number) => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await clock.tick(Math.min(STEP_MS, left));
      await untilFilesIdle();
    }
  };
  const until = async (done: () => boolean) => {
    for (let waited = 0; waited < 30_000 && !done(); waited += STEP_MS) await advance(STEP_MS);
    if (!done()) throw new Error(`not reached; the node says ${JSON.stringify(node.view())}`);
  };
  const end = async () => {
    const stopped = node.stop({ quitNetwork: false });
    node.stopNow();
    await stopped;
    store.close();
  };
  onTestFinished(end);
  node.start();
  if (run) await until(() => node.view().state === 'running');
  return { node, clock, network, engine, store, views, tasks, fatal, dataDir, advance, until, end };
}

/** The network starts a task; returns when the node first reads it. */
export async function noticeMs({ network, clock, until }: NodeRig, n: number): Promise<number> {
  const commitment = commitmentOf(n);
  const startMs = clock.now();
  network.start(remoteTask({ commitment, startTimeMs: startMs }));
  const reads = network.callsOf('task').length;
  await until(() => network.callsOf('task').length > reads);
  return (network.callsOf('task')[reads]?.atMs ?? expect.fail()) - startMs;
}

/** The application validates as soon as there is a score. */
export async function finish({ network, until, store }: NodeRig, n: number): Promise<void> {
  const commitment = commitmentOf(n);
  await until(() => network.tasks.get(commitment)?.status === 'ScoreReady');
  network.change(commitment, { status: 'Validated' });
  network.emit('TaskValidated', commitment);
  await until(() => store.tasks.get(commitment).closedMs !== null);
}
