import type { LoopContext } from '../loop/context.ts';

/** Reads the network's time once; a clock that is too far from it is said in the log. @throws as `TaskNetwork` does */
export async function readClock({ network, networkClock, clock, log }: LoopContext): Promise<void> {
  const sentMs = clock.now();
  const networkSeconds = await network.now();
  networkClock.set({ networkSeconds, sentMs, receivedMs: clock.now() });
  const problem = networkClock.problem();
  if (problem !== null) log.warn({ err: problem }, 'the clock is wrong');
}
