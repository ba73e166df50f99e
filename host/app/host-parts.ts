/** The parts of the host that its procedures use. */
import type { AppInfo, UpdateState } from '../../contract/host-contract.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { Log } from '../../worker/log.ts';
import type { ChosenPlaces } from '../acts/chosen-places.ts';
import type { PendingActs } from '../acts/pending-acts.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { GiveOrder } from '../fleet/orders.ts';
import type { OwnRows } from '../fleet/own-rows.ts';
import type { DevnetProcess } from '../local-network/devnet-process.ts';
import type { NetworkDirectory } from '../networks/network-directory.ts';
import type { Announcer } from '../notices/announcer.ts';
import type { OutboundSettings } from '../settings/outbound.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { EngineDirectory } from './engines.ts';
import type { NodeRunner } from './node-runner.ts';
import type { OfficialFetch } from './official-fetch.ts';
import type { HostStores } from './open-stores.ts';
import type { ProfileViews } from './profile-views.ts';
import type { StakePermissions } from './stake-permissions.ts';

/** How a shell handles new versions of the program. */
export interface Updates {
  state(): UpdateState;
  watch(listener: (state: UpdateState) => void): () => void;
  check(): Promise<void>;
  install(): Promise<void>;
}

/** What the procedures of the host's contract work on. */
export interface HostParts extends HostStores {
  readonly info: AppInfo;
  readonly networks: NetworkDirectory;
  /** Outbound connections. */
  readonly outbound: OutboundSettings;
  readonly engines: EngineDirectory;
  /** Notifications through channels other than the desktop. */
  readonly announcer: Announcer;
  /** The official node's package. */
  readonly official: OfficialFetch;
  readonly acts: PendingActs;
  readonly places: ChosenPlaces;
  readonly supervisor: Supervisor;
  readonly stakePermissions: StakePermissions;
  readonly views: ProfileViews;
  readonly nodes: NodeRunner;
  readonly devnet: DevnetProcess;
  /** The nodes of all places. */
  readonly fleet: Fleet;
  /** This program's own nodes, as others see them in their fleet. */
  readonly ownRows: OwnRows;
  readonly giveOrder: GiveOrder;
  readonly updates: Updates | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
