import { startStopwatch } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';

const WINDOW_MS = 5000;
const STEP_MS = 250;

/** Bytes per second over the last few seconds. */
export function createSpeedometer(clock: Clock): { add(bytes: number): number } {
  const elapsed = startStopwatch(clock);
  let steps: { readonly at: number; bytes: number }[] = [];
  return {
    add(bytes) {
      const now = elapsed();
      const last = steps.at(-1);
      if (last !== undefined && now - last.at < STEP_MS) last.bytes += bytes;
      else steps = [...steps.filter(({ at }) => at > now - WINDOW_MS), { at: now, bytes }];
      const seconds = Math.max(STEP_MS, Math.min(WINDOW_MS, now)) / 1000;
      return Math.round(steps.reduce((sum, step) => sum + step.bytes, 0) / seconds);
    },
  };
}
