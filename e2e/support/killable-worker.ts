/**
 * The real worker program with one difference: if a file says `<victim>@<point>`, it kills itself (`worker`) or its
 * engine (`engine`) with SIGKILL the next time it reaches that point of a task's life. The file is the first argument,
 * or named by the environment; its removal shows that the kill happened. None of this is in the product.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { Engine } from '../../worker/engines/engine.ts';
import { createEngineSupervisor } from '../../worker/engines/supervisor.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { systemRandom } from '../../worker/kit/system-random.ts';
import { RelayNetwork } from '../../worker/networks/relay/relay-network.ts';
import { processPort } from '../../worker/process/process-port.ts';
import { runWorker } from '../../worker/process/run-worker.ts';

const file = process.argv[2] ?? process.env.CRYNUX_STRIKE ?? '';
let engine: Engine | null = null;

function order(): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

runWorker(processPort(), {
  clock: systemClock,
  random: systemRandom,
  createEngine: (options) => {
    engine = createEngineSupervisor(options);
    return engine;
  },
  createNetwork: (options) => new RelayNetwork(options),
  killPoint(point) {
    const [victim, wanted] = order()?.split('@') ?? [];
    if (wanted !== point) return;
    const state = engine?.state();
    // There is nothing to kill yet; wait for the next time.
    if (victim === 'engine' && state?.kind !== 'ready') return;
    rmSync(file);
    if (victim === 'worker') process.kill(process.pid, 'SIGKILL');
    else if (state?.kind === 'ready') process.kill(state.pid, 'SIGKILL');
  },
  exit: (code) => process.exit(code),
});
