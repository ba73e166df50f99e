/**
 * `npm run e2e:kubernetes`: tests the chart on a real API server. Takes etcd, kube-apiserver, kube-controller-manager,
 * kube-scheduler and helm from the folder in CRYNUX_KUBE_BIN or from the path; docs/fleet.md says where to get them.
 * bubblewrap and tini are Debian's. Everything is on loopback and in one temporary folder. `--keep` keeps that folder
 * with all logs; `--write` writes the table into docs/fleet.md.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../devnet/system.ts';
import { type Cluster, CONTROL_PLANE, startCluster } from '../e2e/kubernetes/cluster.ts';
import { type FleetNetwork, startFleetNetwork } from '../e2e/kubernetes/fleet-network.ts';
import { findHelm } from '../e2e/kubernetes/helm.ts';
import { readImage } from '../e2e/kubernetes/image.ts';
import { type KeyWatch, watchKeys } from '../e2e/kubernetes/key-watch.ts';
import { type Machine, startMachine } from '../e2e/kubernetes/kubelet.ts';
import { findProgram } from '../e2e/kubernetes/sandbox.ts';
import { makeKeys, runScenario } from '../e2e/kubernetes/scenario.ts';
import { replaceTable, resultTable } from '../e2e/kubernetes/table.ts';
import { createTimeline } from '../e2e/kubernetes/timeline.ts';
import { elapsedMs, monotonicNow } from '../protocol/monotonic.ts';
import { buildDesktop } from './build-desktop.ts';
import { makeImageContext } from './image/context.ts';
import { targetOf } from './package/target.ts';

const root = path.resolve(import.meta.dirname, '..');
const PAGE = path.join(root, 'docs', 'fleet.md');
const MACHINES = ['machine-a', 'machine-b', 'machine-c'] as const;
const CARDS = 2;
const NODES = 4;

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { keep: flag, write: flag, image: { type: 'string' } } });
const say = (text: string) => process.stdout.write(`${text}\n`);

function missingPrograms(bin: string | undefined): string[] {
  const ofKubernetes = [...CONTROL_PLANE, 'helm'].filter((name) =>
    bin === undefined ? findProgram(name) === null : !existsSync(path.join(bin, name)),
  );
  return [...ofKubernetes, ...['bwrap', 'nsenter', 'tini-static'].filter((name) => findProgram(name) === null)];
}

async function run(bin: string, folder: string): Promise<void> {
  const began = monotonicNow(systemClock);
  const at = (...parts: string[]) => path.join(folder, ...parts);
  let context = values.image;
  if (context === undefined) {
    say('The image');
    await buildDesktop();
    context = (await makeImageContext({ root, target: targetOf(), folder: at('image') })).folder;
  }
  const image = readImage(context);
  const keys = makeKeys(NODES);
  const timeline = createTimeline(systemClock, say);
  let cluster: Cluster | undefined;
  let network: FleetNetwork | undefined;
  let watch: KeyWatch | undefined;
  const machines: Machine[] = [];
  try {
    say('A network with a relay and a chain');
    network = await startFleetNetwork(
      at('network'),
      keys.map(({ address }) => address),
    );
    say('The control plane');
    const machineNames = [...MACHINES];
    cluster = await startCluster({ bin, folder: at('cluster'), machines: machineNames, clock: systemClock });
    for (const [index, name] of MACHINES.entries()) {
      machines.push(
        await startMachine({
          ...{ name, number: index + 1, zone: `zone-${index % 2}`, cards: CARDS, image, clock: systemClock },
          ...{ api: cluster.kubeletApi(name), apiPort: cluster.port, folder: at('machines', name) },
          onEvent: (pod, event) => timeline.record(name, pod, event),
        }),
      );
    }
    const helm = findHelm({ program: path.join(bin, 'helm'), home: at('helm'), kubeconfig: cluster.kubeconfig });
    watch = watchKeys({ machines, pods: keys.map(({ pod }) => pod), clock: systemClock });
    const parts = { folder, cluster, network, keys, machines, helm, clock: systemClock, timeline, watch, say };
    const rows = await runScenario(parts);
    const minutes = elapsedMs(began, monotonicNow(systemClock)) / 60_000;
    const table = resultTable(rows, { minutes, mostAtOnce: watch.highest(), checks: watch.checks() });
    say(`\n${table}`);
    if (values.write) await writeFile(PAGE, replaceTable(await readFile(PAGE, 'utf8'), table));
  } finally {
    await watch?.stop();
    await Promise.all(machines.map((machine) => machine.stop()));
    await cluster?.stop();
    await network?.stop();
  }
}

const bin = process.env.CRYNUX_KUBE_BIN;
const missing = missingPrograms(bin);
if (missing.length > 0) {
  const where =
    bin === undefined ? 'Set CRYNUX_KUBE_BIN to the folder with the programs' : `They are not in ${bin} or not on the path`;
  process.stderr.write(`e2e: missing ${missing.join(', ')}. ${where}; docs/fleet.md says where to get them.\n`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'crynux-kubernetes-'));
  try {
    await run(bin ?? path.dirname(findProgram('etcd') ?? ''), folder);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`e2e: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  } finally {
    if (values.keep) say(`Kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
