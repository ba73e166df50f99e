/** A collector with a real store and real files; its network is a double. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseFile } from '../../../contract/trust.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import type { RemoteTask } from '../../../protocol/wire/task.ts';
import type { TrustNetwork } from '../../networks/relay/relay-reader.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../../testing/remote-task.ts';
import { sha256Of } from '../../testing/sha256-of.ts';
import { CaseCollector, type CaseCollectorOptions } from '../case-collector.ts';
import { fakeNetwork, MACHINE, NOW, type TestStore, testStore } from './evidence.ts';

/** The task of {@link recordTask}. */
export const TASK = commitmentOf(1);
export const OWN: Hex = `0x${'bb'.repeat(32)}`;

export interface Rig extends TestStore {
  readonly clock: ManualClock;
  readonly collector: CaseCollector;
  readonly emitted: CaseFile[];
}

export function collectorRig(
  network: TrustNetwork = fakeNetwork(),
  options: Partial<CaseCollectorOptions> = {},
  place = testStore(),
): Rig {
  const clock = new ManualClock(NOW);
  const emitted: CaseFile[] = [];
  const collector = new CaseCollector({
    ...place,
    network,
    clock,
    machine: () => MACHINE,
    logPaths: () => [],
    distanceThreshold: null,
    log: QUIET_LOG,
    onCase: (file) => emitted.push(file),
    ...options,
  });
  return { ...place, clock, collector, emitted };
}

/** The task ran here and has a score; then the network reports it in this state. */
export function recordTask({ store, resultsDir }: TestStore, changes: Partial<RemoteTask>, text = 'result'): void {
  const { commitment } = remoteTask({});
  store.tasks.observe(remoteTask({}), NOW - 50_000);
  store.executions.begin(commitment, 'L1', NOW - 50_000);
  const path = join(commitment, '1', '0.json');
  mkdirSync(join(resultsDir, commitment, '1'), { recursive: true });
  writeFileSync(join(resultsDir, path), text);
  const sha256 = sha256Of(Buffer.from(text));
  store.recordResult({
    commitment,
    score: OWN,
    artifacts: [{ kind: 'file', position: 0, path, sha256, size: text.length }],
    nowMs: NOW,
  });
  store.tasks.observe(remoteTask({ score: OWN, scoreReadyTimeMs: NOW - 10_000, ...changes }), NOW);
}

export const caseOf = (place: TestStore, id: string = TASK) => place.store.cases.find(id);
