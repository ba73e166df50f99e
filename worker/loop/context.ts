/** The context that the parts of the loop share. */
import type { Clock } from '../../protocol/ports.ts';
import type { Engine } from '../engines/engine.ts';
import type { DiagnosedGpu } from '../gpu/diagnosed.ts';
import type { KillPointHook } from '../kit/points.ts';
import type { Log } from '../log.ts';
import type { NetworkClock } from '../networks/network-clock.ts';
import type { TaskNetwork } from '../networks/task-network.ts';
import type { Store } from '../store/store.ts';
import type { ImageDigester } from './scores/image-digester.ts';

export interface LoopContext {
  readonly store: Store;
  readonly network: TaskNetwork;
  readonly engine: Engine;
  /** Law 7: whether the network accepts this engine; fixed for the life of the process. */
  readonly engineAccepted: boolean;
  /** Law 6: the card that is reported and that the engine is confined to; without `diagnosed`, the one that its name states. */
  readonly gpu: { readonly name: string; readonly vramGib: number; readonly diagnosed?: DiagnosedGpu };
  /** Absolute directory of all results. */
  readonly resultsDir: string;
  /** Hashes the images of results. */
  readonly images: ImageDigester;
  /** The network's time, for judging deadlines. */
  readonly networkClock: NetworkClock;
  /** The local clock, for waiting. */
  readonly clock: Clock;
  readonly killPoint: KillPointHook;
  readonly log: Log;
}
