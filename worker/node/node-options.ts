/** What a node is made of, and what it tells. */
import type { NodeConfig } from '../../contract/node-config.ts';
import type { NodeView, TaskView } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { CardGuard } from '../gpu/card-guard.ts';
import type { Clearance } from '../life/clearance.ts';
import type { LifeOptions } from '../life/life.ts';
import type { LoopContext } from '../loop/context.ts';
import type { WarmUp } from '../models/warm-up/warm-up.ts';

/** Resolves when the signal aborts; rejects only for what the process must not survive. */
export interface Companion {
  run(signal: AbortSignal): Promise<unknown>;
}

/** The models on this node's disk, as far as its network should know them. */
export interface NodeModels {
  readonly modelIds: readonly string[];
  /** A DownloadModel event. */
  onEvent(event: RelayEvent): void;
  /** {@link modelIds} may have changed. */
  onChange(listener: () => void): void;
}

export interface NodeOptions {
  readonly config: NodeConfig;
  readonly context: LoopContext;
  /** Watches the cards and may keep the node from taking tasks; absent for cards that are only stated. */
  readonly guard?: Pick<CardGuard, 'view' | 'reason' | 'onChange' | 'run' | 'order'> | undefined;
  /** Keeps the node from taking tasks until its engine has done some of its own; absent = never. */
  readonly warmUp?: Pick<WarmUp, 'view' | 'reason' | 'problem' | 'onChange' | 'run' | 'order'> | undefined;
  /** Absent: nothing is checked before this node starts. */
  readonly clearance?: Clearance | undefined;
  readonly money?: Pick<LifeOptions, 'stakeActs' | 'beforeMoney'> & { wake(): void };
  readonly models?: NodeModels;
  /** Takes evidence, synchronously: results are removed and events forgotten right after. */
  readonly witness?: { onTask(commitment: Hex): void; onNodeEvent(event: RelayEvent): void };
  /** What goes on beside the loops, for as long as the node runs. */
  readonly companions?: readonly Companion[];
  readonly onNode: (view: NodeView) => void;
  readonly onTask: (view: TaskView, revision: number) => void;
  /** The store failed or a loop broke: the process must not go on. */
  readonly onFatal: (error: unknown) => void;
}
