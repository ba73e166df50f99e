/** What the procedures need of a node. */
import type { NodeMetrics } from '../../contract/metrics.ts';
import type { MoneyService } from '../../contract/money-procedures.ts';
import type { PreflightReport } from '../../contract/preflight.ts';
import type { Random } from '../../protocol/ports.ts';
import type { NodeGpu } from '../gpu/node-gpu.ts';
import type { Models } from '../models/models.ts';
import type { Ledger } from '../money/ledger/ledger.ts';
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
  readonly ledger: Pick<Ledger, 'ofTask'>;
  readonly money: MoneyService;
  readonly models: Pick<Models, 'subscribe' | 'ask'>;
  /** The checks before a start. */
  readonly clearance: { readonly report: PreflightReport | null; run(): Promise<PreflightReport>; confirmAlone(): void };
  readonly metrics: { read(): Promise<NodeMetrics> };
  readonly gpu: Pick<NodeGpu, 'history' | 'energy'>;
  readonly networkClock: Pick<NetworkClock, 'now'>;
  readonly random: Random;
}
