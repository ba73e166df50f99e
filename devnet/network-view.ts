/** What can be shown of a local network of either mode. Amounts in wei; nothing here waits. */
import type { Hex } from '../protocol/hex.ts';
import { healthAt } from '../protocol/node/qos.ts';
import type { AbortReason, TaskStatus } from '../protocol/tasks/status.ts';
import type { Relay } from './relay/relay.ts';

export interface NetworkNode {
  readonly address: Hex;
  /** As the network spells it. */
  readonly status: string;
  readonly currentTask: string | null;
  /** 0 to 1. */
  readonly health: number;
  readonly modelIds: readonly string[];
  readonly card: { readonly name: string; readonly vramGib: number };
}

export interface NetworkTask {
  readonly commitment: string;
  readonly modelIds: readonly string[];
  readonly selectedNode: Hex | null;
  readonly status: TaskStatus;
  readonly abortReason: AbortReason;
  readonly score: string;
  readonly feeWei: bigint;
}

export interface NetworkView {
  nodes(): readonly NetworkNode[];
  /** Oldest first. */
  tasks(): readonly NetworkTask[];
  /** The account that the network pays to: at the relay, or the wallet. */
  balanceWei(address: Hex): bigint;
  stakeWei(address: Hex): bigint;
  /** Every wei that came in is accounted for. */
  isBalanced(): boolean;
}

export type ViewedRelay = Pick<Relay, 'nodes' | 'tasks' | 'balanceWei' | 'stakeWei' | 'totals'>;

export function relayView(relay: ViewedRelay, now: () => number): NetworkView {
  return {
    nodes: () =>
      relay.nodes().map(({ address, status, currentTask, qos, modelIds, gpuName, gpuVramGib }) => ({
        ...{ address, status, currentTask, modelIds },
        card: { name: gpuName, vramGib: gpuVramGib },
        health: healthAt(qos, now()),
      })),
    tasks: () => relay.tasks(),
    balanceWei: (address) => relay.balanceWei(address),
    stakeWei: (address) => relay.stakeWei(address),
    isBalanced() {
      const { totalWei, issuedWei } = relay.totals();
      return totalWei === issuedWei;
    },
  };
}

/** Shortens a hash or an address so that people can still tell it from others. */
export function shortHex(value: string): string {
  return value.length <= 14 ? value : `${value.slice(0, 6)}…${value.slice(-4)}`;
}
