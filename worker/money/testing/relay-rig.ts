/** The money of node n1 on a real devnet relay in this process, on a clock ticked by hand. */
import { onTestFinished } from 'vitest';
import type { RelayConfigInput } from '../../../devnet/relay/config.ts';
import {
  type Actor,
  createHarness,
  type Harness,
  type HarnessOptions,
  keyOf,
  llmResult,
  type TestTask,
} from '../../../devnet/relay/testing/harness.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { RelayNetwork } from '../../networks/relay/relay-network.ts';
import { Store } from '../../store/store.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Reconciler } from '../reconcile/reconciler.ts';
import { MoneyRecords } from '../records/money-records.ts';
import { createRelayAccount, type RelayAccount } from '../relay/relay-account.ts';
import { MoneySync } from '../sync.ts';
import { GpuPeriods, taskFactsOf } from '../task-facts.ts';
import { memoryDatabase } from './ledger.ts';

export const SELF = addressOf(keyOf('n1'));
export const BENEFIT = addressOf(keyOf('benefit'));
export const RELAY_WALLET = addressOf(keyOf('relay'));

export interface RelayRig {
  readonly harness: Harness;
  readonly node: Actor;
  readonly app: Actor;
  readonly store: Store;
  readonly db: ReturnType<typeof memoryDatabase>;
  readonly ledger: Ledger;
  readonly records: MoneyRecords;
  readonly account: RelayAccount;
  readonly gpus: GpuPeriods;
  readonly sync: MoneySync;
  readonly reconciler: Reconciler;
  /** The store learns what the relay says of a task, as the task loop would. */
  observe(commitment: Hex): Promise<void>;
  /** The store learns the relay's events, as the event feed would. */
  feedEvents(): Promise<void>;
  /** One task, done by n1 alone from creation to payment. */
  earn(): Promise<TestTask>;
}

export interface RelayRigOptions extends Omit<HarnessOptions, 'config'> {
  readonly config?: RelayConfigInput;
}

export async function relayRig({ config = {}, ...options }: RelayRigOptions = {}): Promise<RelayRig> {
  const harness = createHarness({ ...options, config: { relayAddress: RELAY_WALLET, ...config } });
  onTestFinished(() => harness.relay.close());
  const relayUrl = await harness.relay.listen();
  const clock = new NetworkClock(harness.clock);
  const connection = { relayUrl, privateKey: keyOf('n1'), clock };
  const [network, account] = [new RelayNetwork(connection), createRelayAccount(connection)];
  onTestFinished(async () => {
    await network.close();
    await account.close();
  });
  const db = memoryDatabase();
  const store = new Store(db, () => {});
  const [ledger, records, gpus] = [new Ledger(db), new MoneyRecords(db), new GpuPeriods(db)];
  const nowMs = () => clock.now();
  const common = { db, records, ledger, account, chain: null, nowMs };
  const sync = new MoneySync({ ...common, events: store.events, factsOf: taskFactsOf(store.tasks, gpus) });
  const reconciler = new Reconciler({ ...common, sync });
  const [node, app] = [harness.actor('n1'), harness.actor('app')];

  async function observe(commitment: Hex): Promise<void> {
    const task = await network.task(commitment);
    if (task !== 'notFound') store.tasks.observe(task, nowMs());
  }
  return {
    harness,
    node,
    app,
    store,
    db,
    ledger,
    records,
    account,
    gpus,
    sync,
    reconciler,
    observe,
    async feedEvents() {
      store.events.record(await network.eventsAfter(0), nowMs());
    },
    async earn() {
      const task = await app.createTask();
      harness.relay.runRound();
      const { files, score } = llmResult('four');
      await node.score(task.commitment, score);
      await app.validate([task]);
      await node.upload(task.commitment, files);
      return task;
    },
  };
}
