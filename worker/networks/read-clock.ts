import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../log.ts';
import type { ClockReading, NetworkClock } from './network-clock.ts';
import type { TaskNetwork } from './task-network.ts';

export interface ClockParts {
  readonly network: Pick<TaskNetwork, 'now'>;
  readonly networkClock: NetworkClock;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reads the network's time once. A step of the local date meanwhile does not count as round trip. */
export async function readNetworkTime(clock: Clock, ask: () => Promise<number>): Promise<ClockReading> {
  const travelMs = startStopwatch(clock);
  const networkSeconds = await ask();
  const receivedMs = clock.now();
  return { networkSeconds, sentMs: receivedMs - travelMs(), receivedMs };
}

/** Reads the network's time once; logs a clock that is too far off. @throws as `TaskNetwork` does */
export async function readClock({ network, networkClock, clock, log }: ClockParts): Promise<void> {
  networkClock.set(await readNetworkTime(clock, () => network.now()));
  const problem = networkClock.problem();
  if (problem !== null) log.warn({ err: problem }, 'the clock is wrong');
}
