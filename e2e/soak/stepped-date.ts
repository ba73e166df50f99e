/**
 * Imported before everything else: SIGUSR2 sets this process's date by as many milliseconds as the file named by the
 * environment says, as a time server, a hand or a suspended machine would. Timers and monotonic clocks go on as they were.
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
