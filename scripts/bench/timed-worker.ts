/**
 * The real worker program, which also logs when it asked the network and when it reached each point of a task's life:
 * one JSON object per line in the file that its argument names. Times are epoch milliseconds with fractions.
 */
import { appendFileSync } from 'node:fs';
import { createEngineSupervisor } from '../../worker/engines/supervisor.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { systemRandom } from '../../worker/kit/system-random.ts';
import { RelayNetwork } from '../../worker/networks/relay/relay-network.ts';
import type { TaskNetwork } from '../../worker/networks/task-network.ts';
import { processPort } from '../../worker/process/process-port.ts';
import { runWorker } from '../../worker/process/run-worker.ts';

const FLUSH_MS = 50;

const file = process.argv[2] ?? '';
const now = () => performance.timeOrigin + performance.now();
/** Written later: an act never waits for its own measurement. */
let lines = '';
const write = (line: object) => {
  lines += `${JSON.stringify(line)}\n`;
};
setInterval(() => {
  if (lines !== '') appendFileSync(file, lines);
  lines = '';
}, FLUSH_MS).unref();

/** Logs every call that returns a promise when it has ended, with its arguments. */
function timedNetwork(network: TaskNetwork): TaskNetwork {
  return new Proxy(network, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const startMs = now();
        const answer: unknown = value.apply(target, args);
        if (!(answer instanceof Promise)) return answer;
        return answer.finally(() => write({ kind: 'call', method: String(name), startMs, endMs: now() }));
      };
    },
  });
}

runWorker(processPort(), {
  clock: systemClock,
  random: systemRandom,
  createEngine: createEngineSupervisor,
  createNetwork: (options) => timedNetwork(new RelayNetwork(options)),
  killPoint: (point) => write({ kind: 'point', point, atMs: now() }),
  exit: (code) => process.exit(code),
});
