/** Each SIGUSR2 moves the date of this process by what `stepMs` returns; timers and monotonic clocks continue unchanged. */
export function stepDate(stepMs: (soFarMs: number) => number): void {
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
    byMs = stepMs(byMs);
  });
}
