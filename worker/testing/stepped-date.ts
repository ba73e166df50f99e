/** Loaded before a program: each SIGUSR2 sets its date back by an hour, like a wrong time server. */
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
  byMs -= 3_600_000;
  process.stdout.write(`stepped ${byMs}\n`);
});
