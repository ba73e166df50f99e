/** A made-up profile, its node, and the facts of a scrape. */
import type { GpuCard } from '../../../contract/gpu.ts';
import { type NodeMetrics, nodeMetricsSchema, REQUEST_SECONDS, TASK_PHASES, TASK_SECONDS } from '../../../contract/metrics.ts';
import { type ProfileView, profileSchema, type WorkerState } from '../../../contract/profiles.ts';
import { nodeTruth } from '../../../contract/truth/node-truth.ts';
import { type NodeView, nodeViewSchema } from '../../../contract/worker-channel.ts';
import type { Facts } from '../facts.ts';

const ADDRESS = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
const RUNNING: WorkerState = { kind: 'running', pid: 7, sinceMs: 0 };

export function nodeView(changes: Partial<NodeView>): NodeView {
  const plain = nodeViewSchema.parse({
    ...{ revision: 1, address: ADDRESS, state: 'running', message: 'It waits.', engine: 'ready', currentTask: null },
    ...{ relay: 'reachable', relayBalanceWei: null, error: null, wanted: 'running' },
  });
  return { ...plain, ...changes };
}

export function profileView(worker: WorkerState, node: NodeView | null): ProfileView {
  const profile = profileSchema.parse({
    ...{ id: 'mine', createdMs: 0, name: 'Mine', networkId: 'lab', address: ADDRESS, engine: { kind: 'embedded' } },
    ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:a/b'], stakeWei: '400000000000000000001' },
  });
  return {
    ...{ profile, networkTitle: 'Lab', networkMode: 'relay', explorerUrl: null, gpuName: 'A "card"\\', worker, node },
    pendingRestart: false,
  };
}

const durations = (bounds: readonly number[]) => ({ counts: bounds.map((_, at) => at), sum: 12.5, count: bounds.length });
const wei = { tasksWei: '1500000000000000001', delegationWei: '0', emissionWei: '-1', earnedWei: '1500000000000000000' };

/** Every figure has a value. */
function nodeMetrics(): NodeMetrics {
  const traffic = { requests: 12, failures: 1, seconds: durations(REQUEST_SECONDS) };
  return nodeMetricsSchema.parse({
    ends: [{ type: 'Llm', end: 'EndSuccess', count: 3 }],
    openTasks: 1,
    scoreSeconds: [{ type: 'Llm', ...durations(TASK_SECONDS) }],
    phaseSeconds: TASK_PHASES.map((phase) => ({ phase, ...durations(TASK_SECONDS) })),
    ...{ lastTaskMs: 1_500, lastPaymentMs: 2_500 },
    earned: { ...wei, gasWei: '1', withdrawalFeesWei: '0', slashedWei: '0', netWei: '0', payments: 3 },
    accounts: [{ account: 'relay', wei: '-7' }],
    ...{ slashes: 1, kickOuts: 2, engineStarts: 4, databaseBytes: 4_096, resultsBytes: 0 },
    standing: { qos: 0.5, stakingScore: 0.25, weight: 0.125, readMs: 0 },
    process: {
      ...{ clockSkewSeconds: -3, relay: traffic, chain: traffic, residentBytes: 1, cpuSeconds: 0.5 },
      engine: { kind: 'official', version: '3.0.0' },
    },
  });
}

const card: GpuCard = {
  ...{ id: 'GPU-1', uuid: 'GPU-1', vendor: 'nvidia', name: 'RTX', index: 0, busId: null, integrated: false, driver: '590.1' },
  ...{ memoryMib: 1_024, memoryUsedMib: 512, loadPercent: 50, temperatureC: 61, powerW: 240.5, processes: null },
  ...{ mig: 'unsupported', unusable: null },
};

/** A node about which everything is known. */
export function facts(): Facts {
  const node = nodeView({
    chain: { kind: 'reachable', sinceMs: null },
    stake: { status: 'Staked', balanceWei: '400000000000000000000', creditsWei: '0', readMs: 0, doubt: null },
    gpu: {
      ...{ report: { reportedName: 'RTX', reportedVramGib: 1 }, uuids: [], problem: null, selfTest: null },
      ...{ acceptance: { accept: true, reasons: [] }, sample: { atMs: 3_000, cards: [card] } },
    },
  });
  const view = profileView(RUNNING, node);
  const truth = nodeTruth({ worker: RUNNING, node, nowMs: 3_000 });
  return {
    ...{ version: '0.1.0', platform: 'linux', runtime: 'v24.0.0', startedMs: 1_000, cpuSeconds: 1.25, residentBytes: 1 },
    volumes: [{ holds: 'data', freeBytes: 5, bytes: 10 }],
    nodes: [{ view, truth, metrics: nodeMetrics(), minimumStakeWei: 400n * 10n ** 18n }],
  };
}
