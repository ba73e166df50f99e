/** The worker program: one node in one process, supervised over the channel it was started with. */
import '../platform/private-process.ts';
import { createEngineSupervisor } from './engines/supervisor.ts';
import { noKillPoint } from './kit/points.ts';
import { systemClock } from './kit/system-clock.ts';
import { systemRandom } from './kit/system-random.ts';
import { RelayNetwork } from './networks/relay/relay-network.ts';
import { processPort } from './process/process-port.ts';
import { runWorker } from './process/run-worker.ts';
import { type ParentPort, utilityPort } from './process/utility-port.ts';

/** Exists only in a process that Electron has started. */
const { parentPort } = process as { parentPort?: ParentPort };

runWorker(parentPort === undefined ? processPort() : utilityPort(parentPort, process), {
  clock: systemClock,
  random: systemRandom,
  createEngine: createEngineSupervisor,
  createNetwork: (options) => new RelayNetwork(options),
  killPoint: noKillPoint,
  exit: (code) => process.exit(code),
});
