/** What the procedures need of a node: parts of its own, or what its records have in their place. */
import type { NodeMetrics } from '../../contract/metrics.ts';
import type { MoneyService } from '../../contract/money-procedures.ts';
import type { Ledger } from '../money/ledger/ledger.ts';
import type { NodeParts } from '../node/node-parts.ts';

export interface ServiceParts extends Pick<NodeParts, 'store' | 'resultsDir' | 'reader' | 'random'> {
  readonly node: Pick<NodeParts['node'], 'view' | 'pause' | 'resume' | 'selfTest' | 'warmUp' | 'unstake' | 'lookAround'>;
  readonly cases: Pick<NodeParts['cases'], 'page' | 'get' | 'export'>;
  readonly keeper: Pick<NodeParts['keeper'], 'storage' | 'sweep'>;
  readonly models: Pick<NodeParts['models'], 'subscribe' | 'ask'>;
  readonly clearance: Pick<NodeParts['clearance'], 'report' | 'run' | 'confirmAlone'>;
  readonly gpu: Pick<NodeParts['gpu'], 'history' | 'energy'>;
  readonly networkClock: Pick<NodeParts['networkClock'], 'now'>;
  /** This node's own directory; absolute. */
  readonly dataDir: string;
  readonly ledger: Pick<Ledger, 'ofTask'>;
  readonly money: MoneyService;
  readonly metrics: { read(): Promise<NodeMetrics> };
}
