/** What the procedures need of a node. */
import type { CardEnergy, GpuHistoryPoint, GpuHistoryQuery, GpuInventory } from '../../contract/gpu.ts';
import type { NodeMetrics } from '../../contract/metrics.ts';
import type { MoneyService } from '../../contract/money-procedures.ts';
import type { PreflightReport } from '../../contract/preflight.ts';
import type { Random } from '../../protocol/ports.ts';
import type { Models } from '../models/models.ts';
import type { NetworkClock } from '../networks/network-clock.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { Node } from '../node/node.ts';
import type { Housekeeper } from '../store/housekeeper.ts';
import type { Store } from '../store/store.ts';
import type { CaseArchive } from '../trust/case-archive.ts';

export interface ServiceParts {
  readonly node: Pick<Node, 'view' | 'pause' | 'resume' | 'selfTest' | 'warmUp' | 'unstake' | 'lookAround'>;
  readonly store: Store;
  /** This node's own directory; absolute. */
  readonly dataDir: string;
  readonly resultsDir: string;
  readonly cases: Pick<CaseArchive, 'page' | 'get' | 'export'>;
  readonly keeper: Pick<Housekeeper, 'storage' | 'sweep'>;
  readonly reader: TrustNetwork;
  /** Null if the node keeps no ledger. */
  readonly money: MoneyService | null;
  /** Null if the node does not manage the host's models. */
  readonly models: Pick<Models, 'subscribe' | 'ask'> | null;
  /** The checks before a start; null if there are none. */
  readonly clearance: { readonly report: PreflightReport | null; run(): Promise<PreflightReport>; confirmAlone(): void } | null;
  readonly metrics: { read(): Promise<NodeMetrics> };
  readonly cards: {
    inventory(): Promise<GpuInventory>;
    history(query: GpuHistoryQuery): readonly GpuHistoryPoint[];
    energy(span: { fromMs: number; toMs: number }): readonly CardEnergy[];
  };
  readonly networkClock: Pick<NetworkClock, 'now'>;
  readonly random: Random;
}
