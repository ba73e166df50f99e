/** What a node is made of, and what it reports. */
import type { NodeConfig } from '../../contract/node-config.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { CardGuard } from '../gpu/card-guard.ts';
import type { Clearance } from '../life/clearance.ts';
import type { LifeOptions } from '../life/life.ts';
import type { LoopContext } from '../loop/context.ts';
import type { WarmUp } from '../models/warm-up/warm-up.ts';
import type { Money } from '../money/money.ts';

/** Resolves when the signal aborts; rejects only with errors that must end the process. */
export interface Companion {
  run(signal: AbortSignal): Promise<unknown>;
}

/** The models on this node's disk that its network should know about. */
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
  /** Watches the cards and may keep the node from taking tasks; absent if the configuration only states the cards. */
  readonly guard?: Pick<CardGuard, 'view' | 'reason' | 'onChange' | 'run' | 'order'> | undefined;
  /** Keeps the node from taking tasks until its engine has warmed up; absent = no warm-up. */
  readonly warmUp?: Pick<WarmUp, 'view' | 'reason' | 'problem' | 'onChange' | 'run' | 'order'> | undefined;
  /** The checks before this node starts. */
  readonly clearance: LifeOptions['clearance'] & Pick<Clearance, 'report' | 'onChange' | 'untilAlone' | 'expire'>;
  readonly money: Pick<LifeOptions, 'stakeActs' | 'beforeMoney'> & Pick<Money, 'wake' | 'payments'>;
  readonly models: NodeModels;
  /** Collects evidence synchronously, because results are deleted and events forgotten right afterwards. */
  readonly witness: { onTask(commitment: Hex): void; onNodeEvent(event: RelayEvent): void };
  /** Tasks that run beside the loops for as long as the node runs. */
  readonly companions: readonly Companion[];
  readonly onNode: (view: NodeView) => void;
  readonly onTask: (commitment: Hex) => void;
  /** The store failed or a loop crashed: the process must end. */
  readonly onFatal: (error: unknown) => void;
}
