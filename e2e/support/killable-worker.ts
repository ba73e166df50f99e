/**
 * The real worker program with one difference: at a named instant of a task's life it kills itself, or its engine, with
 * SIGKILL. Argument: `<victim>@<point>`, victim = worker | engine. Nothing of this is in the product.
 */

import type { Engine } from '../../worker/engines/engine.ts';
import { createEngineSupervisor } from '../../worker/engines/supervisor.ts';
import { systemClock } from '../../worker/engines/system-clock.ts';
import { POINTS } from '../../worker/loop/points.ts';
import { RelayNetwork } from '../../worker/networks/relay/relay-network.ts';
import { processPort } from '../../worker/process-port.ts';
import { runWorker } from '../../worker/run-worker.ts';
import { systemRandom } from '../../worker/system-random.ts';

const [victim, point] = (process.argv[2] ?? '').split('@');
if ((victim !== 'worker' && victim !== 'engine') || !POINTS.some((known) => known === point)) {
  throw new Error(`not a victim and a point: ${process.argv[2]}`);
}

let engine: Engine | null = null;
let isDone = false;

function strike(): void {
  if (isDone) return;
  isDone = true;
  if (victim === 'worker') process.kill(process.pid, 'SIGKILL');
  const state = engine?.state();
  if (state?.kind === 'ready') process.kill(state.pid, 'SIGKILL');
}

runWorker(processPort(), {
  clock: systemClock,
  random: systemRandom,
  createEngine: (options) => {
    engine = createEngineSupervisor(options);
    return engine;
  },
  createNetwork: (options) => new RelayNetwork(options),
  reach: (reached) => {
    if (reached === point) strike();
  },
  exit: (code) => process.exit(code),
});
