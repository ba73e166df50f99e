/** A node's loop and its evidence with a real relay of the devnet, in this process and over real sockets. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHarness, type Harness, type HarnessOptions, keyOf, START_MS } from '../../../devnet/relay/testing/harness.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { noKillPoint } from '../../kit/points.ts';
import { createSigner } from '../../kit/signer.ts';
import type { LoopContext } from '../../loop/context.ts';
import { EventFeed } from '../../loop/event-feed.ts';
import { RelayHealth } from '../../loop/relay-health.ts';
import { RequestBudget } from '../../loop/request-budget.ts';
import { createImageDigester } from '../../loop/scores/image-digester.ts';
import { TaskDriver } from '../../loop/task-driver.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { RelayClient } from '../../networks/relay/relay-client.ts';
import { RelayNetwork } from '../../networks/relay/relay-network.ts';
import { RelayReader } from '../../networks/relay/relay-reader.ts';
import { openStore, type Store } from '../../store/store.ts';
import { FakeEngine } from '../../testing/fake-engine.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { CaseCollector } from '../case-collector.ts';
import { recordLifetimes } from '../record-lifetimes.ts';
import { MACHINE } from './evidence.ts';

export interface DevnetNode {
  readonly harness: Harness;
  readonly store: Store;
  readonly dataDir: string;
  readonly engine: FakeEngine;
  readonly reader: RelayReader;
  readonly driver: TaskDriver;
  readonly feed: EventFeed;
  readonly collector: CaseCollector;
  /** Runs cycles with the task, including the end of an execution that it starts. */
  cycle(commitment: Hex): Promise<void>;
}

/** The node is `n1` of the harness, wired as in a worker process. */
export async function devnetNode(options: HarnessOptions = {}): Promise<DevnetNode> {
  const harness = createHarness(options);
  const { relay, clock } = harness;
  const relayUrl = await relay.listen();
  const dataDir = tempDir();
  const store = openStore(dataDir, START_MS);
  const networkClock = new NetworkClock(clock);
  const client = new RelayClient({ relayUrl, signer: createSigner(keyOf('n1')), clock: networkClock });
  const network = new RelayNetwork(client);
  const reader = new RelayReader(client);
  const engine = new FakeEngine();
  recordLifetimes({ engine, store, machine: () => MACHINE, clock });
  await engine.start();
  const resultsDir = join(dataDir, 'results');
  const context: LoopContext = {
    store,
    network,
    engine,
    engineAccepted: true,
    gpu: MACHINE.gpu,
    resultsDir,
    images: createImageDigester({ clock }),
    networkClock,
    clock,
    killPoint: noKillPoint,
    log: QUIET_LOG,
  };
  const collector = new CaseCollector({
    store,
    network: reader,
    clock,
    dataDir,
    resultsDir,
    machine: () => MACHINE,
    logPaths: () => [],
    distanceThreshold: null,
    log: QUIET_LOG,
  });
  const driver = new TaskDriver({
    context,
    budget: new RequestBudget(clock),
    health: new RelayHealth(),
    onTask: (commitment) => collector.onTask(commitment),
    onClosed: () => {},
    onSignatureRefused: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  const feed = new EventFeed(context, {
    wakeTask: (commitment) => driver.wake(commitment),
    onTask: (commitment) => collector.onTask(commitment),
    onNodeEvent: (event) => collector.onNodeEvent(event),
  });
  onTestFinished(async () => {
    await network.close();
    await reader.close();
    store.close();
    await relay.close();
  });
  return {
    harness,
    store,
    dataDir,
    engine,
    reader,
    driver,
    feed,
    collector,
    cycle: async (commitment) => {
      await driver.cycle(commitment);
      await driver.untilIdle();
    },
  };
}
