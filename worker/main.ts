/** The worker program: one node in one process, supervised over the IPC channel it was forked with. */
import { createEngineSupervisor } from './engines/supervisor.ts';
import { systemClock } from './engines/system-clock.ts';
import { passOn } from './loop/points.ts';
import { RelayNetwork } from './networks/relay/relay-network.ts';
import { processPort } from './process-port.ts';
import { runWorker } from './run-worker.ts';

runWorker(processPort(), {
  clock: systemClock,
  createEngine: createEngineSupervisor,
  createNetwork: (options) => new RelayNetwork(options),
  reach: passOn,
  exit: (code) => process.exit(code),
});
