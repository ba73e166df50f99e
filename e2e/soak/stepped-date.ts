/**
 * Imported before everything else. SIGUSR2 moves this process's date by the number of milliseconds in the file named by
 * the environment, like a time server, a person or a suspended machine would. Timers and monotonic clocks are not
 * affected.
 */
import { readFileSync } from 'node:fs';

const file = process.env.CRYNUX_SOAK_STEP ?? '';
const RealDate = Date;
let byMs = 0;

class SteppedDate extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [SteppedDate.now()] : parts) as [number]));
  }

  static override now(): number {
    return RealDate.now() + byMs;
  }
}

globalThis.Date = SteppedDate as DateConstructor;
process.on('SIGUSR2', () => {
  byMs = Number(readFileSync(file, 'utf8'));
});
