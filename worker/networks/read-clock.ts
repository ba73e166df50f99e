import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { LoopContext } from '../loop/context.ts';
import type { ClockReading } from './network-clock.ts';

/** Asks for the network's time once. A step of the local date meanwhile does not count as travel time. */
export async function readNetworkTime(clock: Clock, ask: () => Promise<number>): Promise<ClockReading> {
  const travelMs = startStopwatch(clock);
  const networkSeconds = await ask();
  const receivedMs = clock.now();
  return { networkSeconds, sentMs: receivedMs - travelMs(), receivedMs };
}

/** Reads the network's time once; a clock that is too far from it is said in the log. @throws as `TaskNetwork` does */
export async function readClock({ network, networkClock, clock, log }: LoopContext): Promise<void> {
  networkClock.set(await readNetworkTime(clock, () => network.now()));
  const problem = networkClock.problem();
  if (problem !== null) log.warn({ err: problem }, 'the clock is wrong');
}
