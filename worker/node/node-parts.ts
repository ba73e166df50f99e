/**
 * Everything that an opened node consists of, for those who serve it (procedures, commands). Made by open-node.ts and
 * valid until the process closes it; users of the parts never start or end them.
 */
import type { NodeConfig } from '../../contract/node-config.ts';
import type { MachineFacts } from '../../contract/trust.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import type { Engine } from '../engines/engine.ts';
import type { NodeGpu } from '../gpu/node-gpu.ts';
import type { LogFile } from '../kit/log-file.ts';
import type { Traffic } from '../kit/traffic.ts';
import type { Clearance } from '../life/clearance.ts';
import type { Log } from '../log.ts';
import type { Models } from '../models/models.ts';
import type { Money } from '../money/money.ts';
import type { NetworkClock } from '../networks/network-clock.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { TaskNetwork } from '../networks/task-network.ts';
import type { Housekeeper } from '../store/housekeeper.ts';
import type { Store } from '../store/store.ts';
import type { CaseArchive } from '../trust/case-archive.ts';
import type { Node } from './node.ts';

export interface NodeParts {
  readonly config: NodeConfig;
  readonly address: Hex;
  /** Pause, resume, unstake, stop and self-test, and the view of the whole node. */
  readonly node: Node;
  /** The node's memory: tasks, scores, events, history. */
  readonly store: Store;
  /** Ledger, earnings, withdrawals; `createMoneyService` makes the procedures from it. */
  readonly money: Money;
  /** The staking contracts of a network with a relay; null if there are none. */
  readonly chain: ChainClient | null;
  /** The host's models as this profile sees them: subscribe and ask. */
  readonly models: Models;
  /** Case files and their bundles. */
  readonly cases: CaseArchive;
  readonly keeper: Housekeeper;
  /** What the network reports about this node and itself, for quality of service and "why no tasks". */
  readonly reader: TrustNetwork;
  /** The checks before a start: their last report, and another run. */
  readonly clearance: Clearance;
  /** Reported card, monitoring, telemetry. */
  readonly gpu: NodeGpu;
  readonly engine: Engine;
  readonly network: TaskNetwork;
  readonly machine: () => MachineFacts;
  /** Absolute; results of unfinished tasks, and of those kept as evidence. */
  readonly resultsDir: string;
  readonly logFile: LogFile;
  readonly log: Log;
  /** The network's time, to compare with the network's own timestamps. */
  readonly networkClock: NetworkClock;
  /** Statistics of requests to relay and chain; null if there is no chain. */
  readonly traffic: { readonly relay: Traffic; readonly chain: Traffic | null };
  /** This machine's time. */
  readonly clock: Clock;
  readonly random: Random;
}
