/**
 * A stand-in for a machine's kubelet with what our chart needs: it registers a machine with graphics cards, reports
 * that it is alive, runs the pods that the scheduler assigns to it as local processes (sandbox.ts), and reports their
 * status to the API. Anything unknown in a pod fails that pod. Images are not pulled, and pods have no network of their
 * own.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../protocol/ports.ts';
import { type Api, ApiRefusal } from './api.ts';
import { startApiLine } from './api-line.ts';
import type { ContainerImage } from './image.ts';
import { type Pod, podSchema } from './pod-schema.ts';
import { type PodEvent, podFolder, type RunningPod, runPod } from './running-pod.ts';

const POLL_MS = 300;
const HEARTBEAT_EVERY_MS = 5_000;

export interface MachineOptions {
  readonly name: string;
  /** 1 to 254: third number of its address on loopback. */
  readonly number: number;
  readonly zone: string;
  readonly cards: number;
  readonly api: Api;
  /** Of the API server. */
  readonly apiPort: number;
  readonly clock: Clock;
  readonly image: ContainerImage;
  readonly folder: string;
  readonly onEvent: (pod: string, event: PodEvent) => void;
}

export interface Machine {
  readonly name: string;
  /** Names of the pods whose processes are running here, whatever the API says. */
  pods(): readonly string[];
  /** The number of node processes of the pods with this name. */
  workersOf(pod: string): number;
  /** Cuts the machine off: no communication with the API in either direction, while its pods continue. */
  cutOff(): void;
  /** Reconnects it. */
  reconnect(): void;
  /** Kills all pods at once, like a power failure. */
  stop(): Promise<void>;
}

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { name, number, zone, cards, api, apiPort, clock, image, folder, onEvent } = options;
  const line = await startApiLine(apiPort);
  const ending = new AbortController();
  const pods = new Map<string, { readonly pod: Pod; readonly running: RunningPod; told: number; gone: Promise<void> | null }>();
  const hostIp = `127.77.${number}.1`;
  let isCutOff = false;
  let lastAddress = 1;
  mkdirSync(path.join(folder, 'logs'), { recursive: true, mode: 0o700 });

  async function register(): Promise<void> {
    const labels = {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': zone,
      'nvidia.com/gpu.present': 'true',
    };
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    const amounts = { cpu: '16', memory: '64Gi', pods: '16', 'ephemeral-storage': '100Gi', 'nvidia.com/gpu': String(cards) };
    const now = new Date(clock.now()).toISOString();
    await api.patch(`/api/v1/nodes/${name}/status`, {
      status: {
        ...{ capacity: amounts, allocatable: amounts, addresses: [{ type: 'InternalIP', address: hostIp }] },
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now }],
      },
    });
    await api.create('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } },
      spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(clock) },
    });
  }

  async function heartbeat(): Promise<void> {
    while (!ending.signal.aborted) {
      const lease = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
      if (!isCutOff) await ignoreErrors(() => api.patch(lease, { spec: { renewTime: microTime(clock) } }));
      await clock.sleep(HEARTBEAT_EVERY_MS, ending.signal).catch(() => {});
    }
  }

  async function poll(): Promise<void> {
    while (!ending.signal.aborted) {
      if (!isCutOff) await ignoreErrors(sync);
      await clock.sleep(POLL_MS, ending.signal).catch(() => {});
    }
  }

  async function sync(): Promise<void> {
    const wanted = await api.list(`/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`, podSchema);
    for (const pod of wanted) {
      const known = pods.get(pod.metadata.uid);
      if (pod.metadata.deletionTimestamp === undefined) {
        if (known === undefined) start(pod);
      } else if (known === undefined) await confirmGone(pod);
      else known.gone ??= end(pod, pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds);
    }
    for (const [uid, entry] of pods) {
      const { pod, running } = entry;
      // It was force-deleted while the machine was cut off.
      if (!wanted.some(({ metadata }) => metadata.uid === uid)) entry.gone ??= end(pod, pod.spec.terminationGracePeriodSeconds);
      else if (entry.told !== running.revision) {
        const told = running.revision;
        await ignoreErrors(() => api.patch(`${pathOf(pod)}/status`, { metadata: { uid }, status: running.status() }));
        entry.told = told;
      }
    }
  }

  function start(pod: Pod): void {
    lastAddress += 1;
    const running = runPod({
      ...{ api, apiPort: line.port, clock, pod, image, hostIp, ip: `127.77.${number}.${lastAddress}` },
      folder: podFolder(folder, pod),
      logFile: path.join(folder, 'logs', `${pod.metadata.name}.log`),
      onEvent: (event) => onEvent(pod.metadata.name, event),
    });
    pods.set(pod.metadata.uid, { pod, running, told: -1, gone: null });
  }

  async function end(pod: Pod, graceSeconds: number): Promise<void> {
    await pods.get(pod.metadata.uid)?.running.terminate(graceSeconds);
    await ignoreErrors(() => confirmGone(pod));
    pods.delete(pod.metadata.uid);
  }

  async function confirmGone(pod: Pod): Promise<void> {
    const preconditions = { uid: pod.metadata.uid };
    await api.remove(pathOf(pod), { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions });
  }

  await register();
  const running = Promise.all([heartbeat(), poll()]);
  return {
    name,
    pods: () => [...pods.values()].map(({ pod }) => pod.metadata.name),
    workersOf: (name) =>
      [...pods.values()]
        .filter(({ pod }) => pod.metadata.name === name)
        .reduce((sum, { running: one }) => sum + one.workers(), 0),
    cutOff() {
      isCutOff = true;
      line.cut();
    },
    reconnect() {
      line.restore();
      isCutOff = false;
    },
    async stop() {
      ending.abort();
      await running;
      await Promise.all([...pods.values()].map((entry) => entry.running.kill()));
      await line.close();
    },
  };
}

function pathOf({ metadata: { namespace, name } }: Pod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

function microTime(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '000Z');
}

/** The API may accept next time what it refuses now. */
async function ignoreErrors(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiRefusal) && !(error instanceof Error && 'code' in error)) throw error;
  }
}
