/** A node on the relay: join, quit, pause, resume, its models. Source: RELAY_PROTOCOL 3.3, 4.10. */

import type { Hex } from '../../protocol/hex.ts';
import { normaliseModelIdRelay } from '../../protocol/models/model-id.ts';
import { collapseWhitespace } from '../../protocol/node/gpu-name.ts';
import { longTermQos, NEW_NODE_QOS, resetOnJoin } from '../../protocol/node/qos.ts';
import { parseVersion } from '../../protocol/node/selection.ts';
import { type NodeStatusEvent, nodeStatusAfter } from '../../protocol/node/status.ts';
import type { RelayContext } from './context.ts';
import { emit } from './events.ts';
import { balanceOf, stakeOf } from './ledger.ts';
import { removeNode } from './node-departure.ts';
import { changeQos } from './qos-book.ts';
import { exception, type Refusal, refuseField } from './refusal.ts';
import { assertMayQuit, assertNoSlashJob } from './stakes.ts';
import type { NodeRow } from './store/rows.ts';

export interface Capabilities {
  readonly gpuName: string;
  readonly gpuVramGib: number;
  readonly version: string;
  readonly modelIds: readonly string[];
}

export interface Join extends Capabilities {
  readonly address: Hex;
  readonly network: string;
  /** 0 = the relay's default stake. */
  readonly stakingWei: bigint;
}

/** Checks in the order of RELAY_PROTOCOL 3.3.3, after the signature. */
export function joinNode(context: RelayContext, join: Join): void {
  const { store, clock, config } = context;
  assertVersion(join.version);
  const before = store.nodes.get(join.address);
  if (before !== undefined && before.status !== 'Quit') throw refuseField('address', 'Node already joined');
  assertNoSlashJob(context, join.address);
  const wanted = join.stakingWei === 0n ? config.defaultStakeWei : join.stakingWei;
  if (!config.networks.includes(join.network)) throw exception('blockchain not found');
  if (balanceOf(context, stakeOf(join.address)) !== wanted) throw exception('staking amount mismatch');
  if (join.modelIds.length === 0) throw exception('empty slice found');
  const now = clock.now();
  store.transaction(() => {
    store.nodes.put({
      address: join.address,
      network: join.network,
      ...hardware(join),
      status: nodeStatusAfter('Quit', 'join'),
      inUseModelIds: [],
      stakeWei: wanted,
      currentTask: null,
      joinTimeMs: now,
      lastSeenMs: now,
      qos: before?.qos ?? { ...NEW_NODE_QOS, pool: [] },
      pendingSlash: [],
      downloads: [],
    });
    const floored = longTermQos(resetOnJoin(before?.qos ?? NEW_NODE_QOS, now)) !== longTermQos(before?.qos ?? NEW_NODE_QOS);
    changeQos(context, {
      node: join.address,
      event: floored ? 'node_rejoin_qos_floor' : 'node_join_health_reset',
      change: (state) => resetOnJoin(state, now),
    });
    emit(context, { type: 'NodeJoin', nodeAddress: join.address, args: { node_address: join.address, network: join.network } });
  });
}

/** Replaces hardware, version and models; keeps `inUse` of models that stay. */
export function updateCapabilities(context: RelayContext, address: string, capabilities: Capabilities): void {
  assertNodeVersion(capabilities.version);
  const node = knownNode(context, address);
  if (node.status === 'Quit') throw refuseField('address', 'Illegal node status');
  const update = hardware(capabilities);
  context.store.transaction(() => {
    const inUseModelIds = node.inUseModelIds.filter((id) => update.modelIds.includes(id));
    context.store.nodes.put({ ...node, ...update, inUseModelIds, downloads: pendingDownloads(node, update.modelIds) });
  });
}

export function quitNode(context: RelayContext, address: string): void {
  const node = knownNode(context, address);
  assertMayQuit(context, address);
  if (node.status === 'PendingPause') throw refuseField('address', 'Illegal node status');
  const next = nodeStatusAfter(node.status, 'quit');
  if (next === node.status) return;
  context.store.transaction(() => {
    if (next === 'Quit') removeNode(context, node, 'quit');
    else context.store.nodes.put({ ...node, status: next });
  });
}

export function pauseNode(context: RelayContext, address: string): void {
  changeStatus(context, address, 'pause', ['Available', 'Busy']);
}

export function resumeNode(context: RelayContext, address: string): void {
  changeStatus(context, address, 'resume', ['Paused']);
}

export function addModel(context: RelayContext, address: string, modelId: string): void {
  const node = knownNode(context, address);
  if (node.status === 'Quit') throw refuseField('address', 'Illegal node status');
  const modelIds = [...new Set([...node.modelIds, normaliseModelIdRelay(modelId)])];
  context.store.transaction(() => context.store.nodes.put({ ...node, modelIds, downloads: pendingDownloads(node, modelIds) }));
}

export function setVersion(context: RelayContext, address: string, version: string): void {
  assertNodeVersion(version);
  const node = knownNode(context, address);
  context.store.transaction(() => context.store.nodes.put({ ...node, version }));
}

/** The commitment of the node's current task, or `null`; records that the node was seen, at most once a minute. */
export function currentTaskOf(context: RelayContext, address: string): string | null {
  const { store, clock } = context;
  const node = store.nodes.get(address);
  if (node === undefined) return null;
  // biome-ignore lint/plugin: the row outlives restarts, so it has a date
  if (clock.now() - node.lastSeenMs > 60_000) store.transaction(() => store.nodes.put({ ...node, lastSeenMs: clock.now() }));
  return node.currentTask;
}

function changeStatus(context: RelayContext, address: string, event: NodeStatusEvent, from: readonly NodeRow['status'][]): void {
  const node = knownNode(context, address);
  if (!from.includes(node.status)) throw refuseField('address', 'Illegal node status');
  context.store.transaction(() => context.store.nodes.put({ ...node, status: nodeStatusAfter(node.status, event) }));
}

function knownNode({ store }: RelayContext, address: string): NodeRow {
  const node = store.nodes.get(address);
  if (node === undefined) throw unknownNode();
  return node;
}

function unknownNode(): Refusal {
  return refuseField('address', 'Node not found');
}

function hardware({ gpuName, gpuVramGib, version, modelIds }: Capabilities) {
  return {
    gpuName: collapseWhitespace(gpuName),
    gpuVramGib,
    version,
    modelIds: [...new Set(modelIds.map(normaliseModelIdRelay))],
  };
}

function pendingDownloads(node: NodeRow, modelIds: readonly string[]): NodeRow['downloads'] {
  return node.downloads.filter((download) => !modelIds.includes(download.modelId));
}

function assertNodeVersion(version: string): void {
  if (parseVersion(version) === null) throw refuseField('version', 'Invalid node version');
}

/**
 * At a join, a version without three parts and a part that is not a number are reported on different fields
 * (RELAY_PROTOCOL 3.3.3).
 */
function assertVersion(version: string): void {
  if (version.split('.').length !== 3) throw refuseField('version', 'Invalid node version');
  if (parseVersion(version) === null) throw refuseField('task_version', 'Invalid task version');
}
