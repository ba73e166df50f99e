/**
 * The real worker program with one difference: at a named instant of a task's life it kills itself, or its engine, with
 * SIGKILL. Arguments: `<victim>@<point>`, victim = worker | engine; a file that is made when the engine is killed.
 * Nothing of this is in the product.
 */
import { writeFileSync } from 'node:fs';
import type { Engine } from '../../worker/engines/engine.ts';
import { createEngineSupervisor } from '../../worker/engines/supervisor.ts';
import { POINTS } from '../../worker/kit/points.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { systemRandom } from '../../worker/kit/system-random.ts';
import { RelayNetwork } from '../../worker/networks/relay/relay-network.ts';
import { processPort } from '../../worker/process/process-port.ts';
import { runWorker } from '../../worker/process/run-worker.ts';

const [victim, point] = (process.argv[2] ?? '').split('@');
const struckFile = process.argv[3];
if ((victim !== 'worker' && victim !== 'engine') || !POINTS.some((known) => known === point)) {
  throw new Error(`not a victim and a point: ${process.argv[2]}`);
}

let engine: Engine | null = null;
let isDone = false;

function strike(): void {
  if (isDone) return;
  if (victim === 'worker') process.kill(process.pid, 'SIGKILL');
  const state = engine?.state();
  // There is nothing to kill yet: the next time it is there.
  if (state?.kind !== 'ready') return;
  isDone = true;
  process.kill(state.pid, 'SIGKILL');
  if (struckFile !== undefined) writeFileSync(struckFile, '');
}

runWorker(processPort(), {
  clock: systemClock,
  random: systemRandom,
  createEngine: (options) => {
    engine = createEngineSupervisor(options);
    return engine;
  },
  createNetwork: (options) => new RelayNetwork(options),
  killPoint: (reached) => {
    if (reached === point) strike();
  },
  exit: (code) => process.exit(code),
});
