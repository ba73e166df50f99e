/**
 * When to read the network so that the engine's answer finds it read: a read serves an answer that comes within a second
 * of it. Tasks of one kind often take about as long as the last ones, so the second is laid where most of those ended. If
 * they differ too much, nothing is foretold, and the network is read once the engine has answered.
 */

/** The durations that are kept of one kind; older ones may be of another engine, or of a colder card. */
const KEPT = 8;
const ENOUGH = 2;
const MOST_KINDS = 32;
/** From the read to the middle of the durations that it is to serve. */
const AHEAD_MS = 500;
/** How far they may lie apart: the rest of the second is for the way of the read and for writing the answer to disk. */
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

  /** Milliseconds from the hand-over of a task to the read; null = the last ones foretell nothing. */
  readAfterMs(kind: string): number | null {
    const seen = this.#seen.get(kind) ?? [];
    const groups = seen.map((first) => seen.filter((ms) => ms >= first && ms <= first + SPAN_MS));
    const most = groups.reduce((best, group) => (group.length > best.length ? group : best), []);
    if (seen.length < ENOUGH || most.length * 2 <= seen.length) return null;
    const middleMs = (Math.min(...most) + Math.max(...most)) / 2;
    return Math.max(0, middleMs - AHEAD_MS);
  }
}
