/**
 * When to read the network so that the read is fresh when the engine answers: a read can be used for an answer within a
 * second. Tasks of one kind often take about as long as the previous ones, so that second is placed where most of those
 * ended. If they differ too much, nothing is predicted, and the network is read once the engine has answered.
 */

/** How many durations are stored per kind; older ones may be from a different engine, or a colder card. */
const KEPT = 8;
const ENOUGH = 2;
const MOST_KINDS = 32;
/** From the read to the middle of the durations that it should serve. */
const AHEAD_MS = 500;
/** How far they may be apart: the rest of the second is for the read's travel time and for writing the answer to disk. */
const SPAN_MS = 600;

export class EnginePace {
  readonly #seen = new Map<string, readonly number[]>();

  took(kind: string, ms: number): void {
    const before = this.#seen.get(kind) ?? [];
    this.#seen.delete(kind);
    this.#seen.set(kind, [...before, ms].slice(-KEPT));
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_KINDS && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** Milliseconds from handing over a task to the read; null = the last ones predict nothing. */
  readAfterMs(kind: string): number | null {
    const seen = this.#seen.get(kind) ?? [];
    const groups = seen.map((first) => seen.filter((ms) => ms >= first && ms <= first + SPAN_MS));
    const most = groups.reduce((best, group) => (group.length > best.length ? group : best), []);
    if (seen.length < ENOUGH || most.length * 2 <= seen.length) return null;
    const middleMs = (Math.min(...most) + Math.max(...most)) / 2;
    return Math.max(0, middleMs - AHEAD_MS);
  }
}
