/**
 * When to read the network so that the read is fresh when the engine answers: a read can be used for an answer within a
 * second. Tasks of one kind often take about as long as the previous ones, so that second is placed where most of those
 * ended. If they differ too much, nothing is predicted, and the network is read once the engine has answered.
 */

/** How many durations are stored per kind; older ones may be from a different engine, or a colder card. */
const MAX_DURATIONS = 8;
const MIN_DURATIONS = 2;
const MAX_KINDS = 32;
/** From the read to the middle of the durations that it should serve. */
const LEAD_MS = 500;
/** How far they may be apart: the rest of the second is for the read's travel time and for writing the answer to disk. */
const SPAN_MS = 600;

export class EnginePace {
  readonly #durations = new Map<string, readonly number[]>();

  record(kind: string, ms: number): void {
    const before = this.#durations.get(kind) ?? [];
    this.#durations.delete(kind);
    this.#durations.set(kind, [...before, ms].slice(-MAX_DURATIONS));
    const [oldest] = this.#durations.keys();
    if (this.#durations.size > MAX_KINDS && oldest !== undefined) this.#durations.delete(oldest);
  }

  /** Milliseconds from handing over a task to the read; null = the last ones predict nothing. */
  readAfterMs(kind: string): number | null {
    const seen = this.#durations.get(kind) ?? [];
    const groups = seen.map((first) => seen.filter((ms) => ms >= first && ms <= first + SPAN_MS));
    const most = groups.reduce((best, group) => (group.length > best.length ? group : best), []);
    if (seen.length < MIN_DURATIONS || most.length * 2 <= seen.length) return null;
    const middleMs = (Math.min(...most) + Math.max(...most)) / 2;
    return Math.max(0, middleMs - LEAD_MS);
  }
}
