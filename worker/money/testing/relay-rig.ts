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
import { createSigner } from '../../kit/signer.ts';
import { createLog } from '../../log.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { createRelayAccount, type RelayAccount } from '../../networks/relay/relay-account.ts';
import { RelayClient } from '../../networks/relay/relay-client.ts';
import { RelayNetwork } from '../../networks/relay/relay-network.ts';
import { Store } from '../../store/store.ts';
import { createMoney, type Money } from '../money.ts';
import { memoryDatabase } from './ledger.ts';

export const SELF = addressOf(keyOf('n1'));
export const BENEFIT = addressOf(keyOf('benefit'));
const RELAY_WALLET = addressOf(keyOf('relay'));

export const GPU = 'NVIDIA GeForce RTX 4090+Linux';

export interface RelayRig extends Money {
  readonly harness: Harness;
  readonly node: Actor;
  readonly app: Actor;
  readonly store: Store;
  readonly db: ReturnType<typeof memoryDatabase>;
  /** The money of the next process, over the same store. */
  open(changes?: Partial<RelayAccount>): Money;
  /** The store learns the relay's state of a task, as through the task loop. */
  observe(commitment: Hex): Promise<void>;
  /** The store learns the relay's events, as through the event feed. */
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
  const client = new RelayClient({ relayUrl, signer: createSigner(keyOf('n1')), clock });
  const [network, account] = [new RelayNetwork(client), createRelayAccount(client)];
  onTestFinished(() => client.close());
  const db = memoryDatabase();
  const store = new Store(db, () => {});
  const open = (changes: Partial<RelayAccount> = {}) =>
    createMoney({
      db,
      events: store.events,
      account: { ...account, ...changes },
      chain: null,
      network: 'devnet',
      gpu: GPU,
      nodeInfo: () => network.nodeInfo(),
      networkClock: clock,
      clock: harness.clock,
      random: harness.random,
      log: createLog({ level: 'silent', secrets: [] }),
    });
  const [node, app] = [harness.actor('n1'), harness.actor('app')];

  async function observe(commitment: Hex): Promise<void> {
    const task = await network.task(commitment);
    if (task !== 'notFound') store.tasks.observe(task, clock.now());
  }
  return {
    ...open(),
    open,
    harness,
    node,
    app,
    store,
    db,
    observe,
    async feedEvents() {
      store.events.record(await network.eventsAfter(0), clock.now());
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
