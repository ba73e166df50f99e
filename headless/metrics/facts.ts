/** The facts of one scrape: every node as the program sees it, with its figures, read at the same time. */
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { NodeMetrics } from '../../contract/metrics.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import { createNodeClient } from '../../contract/rpc-client.ts';
import { type NodeTruth, nodeTruth } from '../../contract/truth/node-truth.ts';
import type { HostApp } from '../../host/app/host-app.ts';
import type { Clock } from '../../protocol/ports.ts';

export interface NodeFacts {
  readonly view: ProfileView;
  readonly truth: NodeTruth;
  /** Null = neither its process nor its records answered in time. */
  readonly metrics: NodeMetrics | null;
  /** The minimum stake of its network, wei; null = unknown network. */
  readonly minimumStakeWei: bigint | null;
}

interface Volume {
  /** What is stored on it. */
  readonly holds: 'data' | 'models';
  readonly freeBytes: number;
  readonly bytes: number;
}

export interface Facts {
  readonly version: string;
  readonly platform: string;
  /** Node's version. */
  readonly runtime: string;
  readonly startedMs: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly volumes: readonly Volume[];
  readonly nodes: readonly NodeFacts[];
}

type App = Pick<HostApp, 'client' | 'parts' | 'nodePort'>;

/** Prometheus gives up after ten seconds by default. */
const NODE_WITHIN_MS = 5_000;

/** @param startedMs when the program started */
export async function readFacts(
  app: App,
  { clock, startedMs }: { readonly clock: Clock; readonly startedMs: number },
): Promise<Facts> {
  const { info, folders, views } = app.parts;
  const snapshot = views.snapshot();
  const profiles = snapshot.kind === 'snapshot' ? snapshot.profiles : [];
  const { networks } = await app.client.networks.list({});
  const minimums = new Map(networks.map(({ id, minStakeWei }) => [id, BigInt(minStakeWei)]));
  const nodes = profiles.map(async (view): Promise<NodeFacts> => {
    const metrics = await readNode(app, view.profile.id, clock);
    return {
      view,
      truth: nodeTruth({ worker: view.worker, node: view.node, nowMs: clock.now() }),
      metrics,
      minimumStakeWei: minimums.get(view.profile.networkId) ?? null,
    };
  });
  const volumes = [volumeOf('data', info.dataDir), volumeOf('models', folders.models)];
  const { user, system } = process.cpuUsage();
  return {
    ...{ version: info.version, platform: info.platform, runtime: process.version, startedMs },
    ...{ cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() },
    volumes: (await Promise.all(volumes)).filter((volume) => volume !== null),
    nodes: await Promise.all(nodes),
  };
}

/** From its process, or else from its records. */
async function readNode(app: App, profileId: string, clock: Clock): Promise<NodeMetrics | null> {
  const port = app.nodePort(profileId, 'own');
  if (port === null) return null;
  try {
    return await nullIfLate(createNodeClient(port).metrics.read({}), { clock, withinMs: NODE_WITHIN_MS });
  } finally {
    port.close();
  }
}

/** If the folder does not exist yet, the volume where it will be created. */
async function volumeOf(holds: Volume['holds'], folder: string): Promise<Volume | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { holds, freeBytes: bavail * bsize, bytes: blocks * bsize };
  } catch {
    const above = path.dirname(folder);
    return above === folder ? null : volumeOf(holds, above);
  }
}

/** Null = it failed or took too long. */
export async function nullIfLate<Value>(
  work: Promise<Value>,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<Value | null> {
  const over = new AbortController();
  const late = clock.sleep(withinMs, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    over.abort();
  }
}
