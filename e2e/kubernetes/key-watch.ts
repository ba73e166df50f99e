/** Continuously checks how many node processes have the same key, across all machines. */
import type { Clock } from '../../protocol/ports.ts';
import type { Machine } from './kubelet.ts';

const POLL_MS = 250;

export interface KeyWatch {
  /** The highest number at the same time, for any key. */
  highest(): number;
  checks(): number;
  stop(): Promise<void>;
}

/** @param pods each has one key */
export function watchKeys(options: {
  readonly machines: readonly Machine[];
  readonly pods: readonly string[];
  readonly clock: Clock;
}): KeyWatch {
  const { machines, pods, clock } = options;
  const ending = new AbortController();
  let most = 0;
  let checks = 0;

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      for (const pod of pods) {
        most = Math.max(
          most,
          machines.reduce((sum, machine) => sum + machine.workersOf(pod), 0),
        );
      }
      checks += 1;
      await clock.sleep(POLL_MS, ending.signal).catch(() => {});
    }
  }

  const watching = watch();
  return {
    highest: () => most,
    checks: () => checks,
    stop() {
      ending.abort();
      return watching;
    },
  };
}
