/** The scenario of docs/fleet.md for a fleet on Kubernetes, step by step, with what was observed. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { encryptKey } from '../../host/keys/keystore.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { formatCnx } from '../../protocol/money/wei.ts';
import { elapsedMs, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { STORE_FILE } from '../../worker/store/store.ts';
import { ApiRefusal } from './api.ts';
import type { Cluster } from './cluster.ts';
import type { FleetNetwork } from './fleet-network.ts';
import type { Helm } from './helm.ts';
import type { KeyWatch } from './key-watch.ts';
import type { Machine } from './kubelet.ts';
import { podSchema } from './pod-schema.ts';
import type { Timeline } from './timeline.ts';
import { helmValues, KEYS_SECRET, METRICS_SECRET, MODELS_CLASS, STORE_CLASS } from './values.ts';

const NAMESPACE = 'crynux';
const RELEASE = 'crynux-node';
const CHART = path.resolve(import.meta.dirname, '..', '..', 'build', 'helm', 'crynux-node');
const STEP_TIMEOUT_MS = 300_000;
/** How a node's task ends if it was neither the node's fault nor its loss. */
const LOST_STATES = new Set(['EndAborted', 'EndInvalidated', 'EndGroupRefund']);

export interface Row {
  readonly step: string;
  readonly seen: string;
  readonly seconds: number;
}

export interface FleetKey {
  readonly pod: string;
  readonly privateKey: Hex;
  readonly address: Hex;
}

export interface ScenarioParts {
  readonly folder: string;
  readonly cluster: Cluster;
  readonly network: FleetNetwork;
  readonly keys: readonly FleetKey[];
  readonly machines: readonly Machine[];
  readonly helm: Helm;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly watch: KeyWatch;
  readonly say: (text: string) => void;
}

export function makeKeys(count: number): readonly FleetKey[] {
  return Array.from({ length: count }, (_, at) => {
    const privateKey = bytesToHex(randomBytes(32));
    return { pod: `${RELEASE}-${at}`, privateKey, address: addressOf(privateKey) };
  });
}

/** @throws Error for the first step that does not do what it should */
export async function runScenario(parts: ScenarioParts): Promise<readonly Row[]> {
  const scenario = new Scenario(parts);
  await scenario.prepare();
  await scenario.step('`helm install` with four nodes', () => scenario.install());
  await scenario.step('Each node earns', () => scenario.earn(parts.keys));
  await scenario.step('A pod is deleted while its node has a task', () => scenario.deletePod());
  await scenario.step('A machine is drained', () => scenario.drainMachine());
  await scenario.step('`helm upgrade` with another configuration', () => scenario.upgrade());
  await scenario.step('A machine is lost, and its pod is force-deleted', () => scenario.loseMachine());
  await scenario.step('`helm uninstall`', () => scenario.uninstall());
  return scenario.rows;
}

const conditionsSchema = z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]);

class Scenario {
  readonly rows: Row[] = [];
  readonly #parts: ScenarioParts;

  constructor(parts: ScenarioParts) {
    this.#parts = parts;
  }

  async step(step: string, act: () => Promise<string>): Promise<void> {
    const { clock, say } = this.#parts;
    const began = monotonicNow(clock);
    say(`— ${step}`);
    const seen = await act();
    const seconds = Math.round(elapsedMs(began, monotonicNow(clock)) / 1_000);
    this.rows.push({ step, seen, seconds });
    say(`  ${seen} (${seconds} s)`);
  }

  /** What a host does first: a namespace that admits only restricted pods, disks, and a Secret with the keys. */
  async prepare(): Promise<void> {
    const { cluster, folder, keys } = this.#parts;
    const { api } = cluster;
    await api.create('/api/v1/namespaces', {
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const disks = keys.map(({ pod }) => ({
      name: pod,
      claim: `store-${pod}`,
      storageClassName: STORE_CLASS,
      mode: 'ReadWriteOnce',
    }));
    const models = { name: 'models', claim: `${RELEASE}-models`, storageClassName: MODELS_CLASS, mode: 'ReadWriteMany' };
    for (const { name, claim, storageClassName, mode } of [...disks, models]) {
      const place = path.join(folder, 'disks', name);
      mkdirSync(place, { recursive: true, mode: 0o700 });
      await api.create('/api/v1/persistentvolumes', {
        ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
        spec: {
          ...{ storageClassName, capacity: { storage: '1Gi' }, accessModes: [mode], hostPath: { path: place } },
          // So that a pod's disk is known by its name.
          claimRef: { namespace: NAMESPACE, name: claim },
          persistentVolumeReclaimPolicy: 'Retain',
        },
      });
    }
    const data: Record<string, string> = {};
    for (const { pod, privateKey } of keys) {
      const passphrase = randomBytes(18).toString('base64url');
      // Weak on purpose, to save time; the program re-encrypts the key with its own cost.
      const text = await encryptKey({ privateKey, passphrase, scryptN: 1_024 });
      data[`${pod}.key`] = Buffer.from(text).toString('base64');
      data[`${pod}.passphrase`] = Buffer.from(`${passphrase}\n`).toString('base64');
    }
    const token = Buffer.from(randomBytes(24).toString('hex')).toString('base64');
    for (const [name, entries] of Object.entries({ [KEYS_SECRET]: data, [METRICS_SECRET]: { token } })) {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', data: entries };
      await api.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, secret);
    }
  }

  async install(): Promise<string> {
    await this.#helm('install');
    await this.#until('four pods are ready', async () => (await this.#readyPods()).length === this.#parts.keys.length);
    const pods = await this.#pods();
    const spread = this.#parts.machines.map(({ name }) => pods.filter(({ spec }) => spec.nodeName === name).length);
    return `${pods.length} pods ready, ${spread.join(' + ')} on ${spread.length} machines, in a namespace that enforces "restricted"`;
  }

  /** @returns what was earned since */
  async earn(keys: readonly FleetKey[]): Promise<string> {
    const { network } = this.#parts;
    const before = new Map(keys.map(({ address }) => [address, network.earnedWei(address)]));
    const earnedSince = (address: Hex) => network.earnedWei(address) - (before.get(address) ?? 0n);
    await this.#until('each node has earned', () => keys.every(({ address }) => earnedSince(address) > 0n));
    return keys.map(({ pod, address }) => `${pod} ${formatCnx(earnedSince(address))} CNX`).join(', ');
  }

  async deletePod(): Promise<string> {
    const { cluster, network, keys, timeline } = this.#parts;
    const key = keys[1] as FleetKey;
    const before = await this.#pod(key.pod);
    const task = await this.#busy(key);
    await cluster.api.remove(`/api/v1/namespaces/${NAMESPACE}/pods/${key.pod}`);
    await this.#until(`${key.pod} is back`, async () => {
      const pod = await this.#pod(key.pod).catch(() => null);
      return pod !== null && pod.metadata.uid !== before.metadata.uid && isReady(pod);
    });
    const exited = timeline.of(key.pod).find(({ event }) => event.kind === 'exited')?.event;
    const { code, tookMs } = exited?.kind === 'exited' ? { tookMs: 0, ...exited } : { code: null, tookMs: 0 };
    const end = network.task(task)?.status ?? 'gone';
    if (LOST_STATES.has(end)) throw new Error(`the task of ${key.pod} has ended with ${end}`);
    const earned = await this.earn([key]);
    return `its task ended with ${end}; the program ended with ${code} ${(tookMs / 1_000).toFixed(1)} s after SIGTERM; back with the same key, and earned again: ${earned}`;
  }

  async drainMachine(): Promise<string> {
    const { cluster, network, keys, machines } = this.#parts;
    const pods = await this.#pods();
    const [machine] = machines.toSorted((one, other) => countOn(pods, other.name) - countOn(pods, one.name));
    if (machine === undefined) throw new Error('there is no machine');
    const moved = pods.filter(({ spec }) => spec.nodeName === machine.name).map(({ metadata }) => metadata.name);
    const from = new Map(keys.map(({ pod, address }) => [pod, network.tasksOf(address).length - 1]));
    await this.#busy(keys.find(({ pod }) => pod === moved[0]) as FleetKey);
    await cluster.api.patch(`/api/v1/nodes/${machine.name}`, { spec: { unschedulable: true } });
    let refusals = 0;
    for (const pod of moved) {
      // Like `kubectl drain`: retried while the disruption budget refuses.
      await this.#until(`${pod} is evicted`, async () => {
        try {
          await cluster.api.post(
            `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`,
            {
              ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: NAMESPACE } },
            },
            z.unknown(),
          );
          return true;
        } catch (error) {
          if (!(error instanceof ApiRefusal) || error.status !== 429) throw error;
          refusals += 1;
          return false;
        }
      });
    }
    await this.#until('all pods are ready elsewhere', async () => {
      const now = await this.#readyPods();
      return now.length === keys.length && now.every(({ spec }) => spec.nodeName !== machine.name);
    });
    await cluster.api.patch(`/api/v1/nodes/${machine.name}`, { spec: { unschedulable: false } });
    const lost = this.#lost(from);
    const budget = refusals === 0 ? '' : `, one after the other (the disruption budget refused ${refusals} times)`;
    return `${moved.join(' and ')} moved to other machines${budget}; tasks lost: ${lost}`;
  }

  async upgrade(): Promise<string> {
    const { keys, timeline, network } = this.#parts;
    const from = new Map(keys.map(({ pod, address }) => [pod, network.tasksOf(address).length - 1]));
    const before = (await this.#pods()).map(({ metadata }) => metadata.uid);
    const began = timeline.all().length;
    await this.#helm('upgrade', { podAnnotations: { example: 'another' } });
    await this.#until('all pods are new and ready', async () => {
      const now = await this.#readyPods();
      return now.length === keys.length && now.every(({ metadata }) => !before.includes(metadata.uid));
    });
    const order = timeline
      .all()
      .slice(began)
      .flatMap(({ pod, event }) => (event.kind === 'started' ? [pod.slice(RELEASE.length + 1)] : []));
    return `rolled in the order ${order.join(', ')}; processes with one key at once: ${this.#parts.watch.highest()}; tasks lost: ${this.#lost(from)}`;
  }

  /**
   * While cut off, it continues to work with its key; the API assigns the pod elsewhere when somebody force-deletes it.
   */
  async loseMachine(): Promise<string> {
    const { cluster, keys, machines } = this.#parts;
    const key = keys[0] as FleetKey;
    const first = await this.#pod(key.pod);
    const machine = machines.find(({ name }) => name === first.spec.nodeName) as Machine;
    machine.cutOff();
    await this.#until('the machine counts as lost', async () => {
      const node = await cluster.api.get(
        `/api/v1/nodes/${machine.name}`,
        z.looseObject({ status: z.looseObject({ conditions: conditionsSchema }) }),
      );
      return node.status.conditions.some(({ type, status }) => type === 'Ready' && status !== 'True');
    });
    // A cluster detaches a disk from a lost machine after minutes; by then the node there must have ended by itself.
    await this.#until('the node has given up its key', () => machine.workersOf(key.pod) === 0);
    this.#failOver(key.pod);
    await cluster.api.remove(`/api/v1/namespaces/${NAMESPACE}/pods/${key.pod}`, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
    });
    await this.#until('the pod is assigned to another machine', async () => {
      const pod = await this.#pod(key.pod).catch(() => null);
      return pod !== null && pod.metadata.uid !== first.metadata.uid && pod.spec.nodeName !== undefined;
    });
    await this.#until('it is ready there', async () => isReady(await this.#pod(key.pod)));
    machine.reconnect();
    const most = this.#parts.watch.highest();
    if (most > 1) throw new Error(`${most} processes had one key`);
    return `${key.pod} gave its key up by itself when the lease ran out, and came up on another machine; ${await this.earn([key])}; processes with one key at once: ${most}`;
  }

  async uninstall(): Promise<string> {
    const { helm, cluster, folder, keys } = this.#parts;
    await helm.run('uninstall', RELEASE, '--namespace', NAMESPACE, '--wait', '--timeout', '5m');
    await this.#until('no pod is left', async () => (await this.#pods()).length === 0);
    const claims = await cluster.api.list(
      `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`,
      z.looseObject({ metadata: z.looseObject({ name: z.string() }), status: z.looseObject({ phase: z.string() }) }),
    );
    const bound = claims.filter(({ status }) => status.phase === 'Bound').length;
    const kept = keys.filter(({ pod }) => ledgersIn(path.join(folder, 'disks', pod)) > 0).length;
    if (kept !== keys.length) throw new Error(`${keys.length - kept} ledgers are missing`);
    return `${bound} claims stay bound, with ${kept} ledgers and encrypted keys`;
  }

  /**
   * What storage does when a machine is gone: another machine gets the disk as it was, while the lost one continues
   * with its own.
   */
  #failOver(pod: string): void {
    const disk = path.join(this.#parts.folder, 'disks', pod);
    renameSync(disk, `${disk}.lost`);
    execFileSync('cp', ['-a', `${disk}.lost`, disk]);
  }

  async #helm(verb: 'install' | 'upgrade', more: { readonly podAnnotations?: object } = {}): Promise<void> {
    const { helm, folder, network, keys } = this.#parts;
    const file = path.join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(helmValues({ replicas: keys.length, preset: network.preset, ...more })));
    await helm.run(verb, RELEASE, CHART, '--namespace', NAMESPACE, '--values', file);
  }

  /** Waits until its node has an unfinished task. @returns the task */
  async #busy({ address, pod }: FleetKey): Promise<string> {
    let task: string | null = null;
    await this.#until(`${pod} has a task`, () => {
      task = this.#parts.network.currentOf(address);
      return task !== null && this.#parts.network.task(task)?.status === 'Started';
    });
    return task ?? '';
  }

  /** @param from for each pod, the number of its earlier tasks */
  #lost(from: ReadonlyMap<string, number>): number {
    const { keys, network } = this.#parts;
    const ended = keys.flatMap(({ pod, address }) => network.tasksOf(address).slice(Math.max(0, from.get(pod) ?? 0)));
    const lost = ended.filter(({ status }) => LOST_STATES.has(status));
    if (lost.length > 0)
      throw new Error(`lost: ${lost.map(({ status, abortReason }) => `${status} (${abortReason})`).join(', ')}`);
    return lost.length;
  }

  #pods() {
    return this.#parts.cluster.api.list(`/api/v1/namespaces/${NAMESPACE}/pods`, podSchema);
  }

  #pod(name: string) {
    return this.#parts.cluster.api.get(`/api/v1/namespaces/${NAMESPACE}/pods/${name}`, podSchema);
  }

  async #readyPods() {
    return (await this.#pods()).filter(isReady);
  }

  async #until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const { clock } = this.#parts;
    const began = monotonicNow(clock);
    while (!(await holds())) {
      if (elapsedMs(began, monotonicNow(clock)) > STEP_TIMEOUT_MS)
        throw new Error(`not within ${STEP_TIMEOUT_MS / 1_000} s: ${what}`);
      await clock.sleep(300);
    }
  }
}

type ListedPod = z.output<typeof podSchema>;

function isReady({ metadata, status }: ListedPod): boolean {
  const conditions = conditionsSchema.parse(status.conditions);
  return (
    metadata.deletionTimestamp === undefined && conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True')
  );
}

function countOn(pods: readonly ListedPod[], machine: string): number {
  return pods.filter(({ spec }) => spec.nodeName === machine).length;
}

/** Stores of nodes on a disk. */
function ledgersIn(disk: string): number {
  if (!existsSync(disk)) return 0;
  return readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === STORE_FILE).length;
}
