import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Feed } from './feed.ts';
import { type StreamOptions, streamOf } from './stream.ts';

type Update =
  | { readonly kind: 'snapshot'; readonly revision: number; readonly values: ReadonlyMap<number, number> }
  | { readonly kind: 'set'; readonly revision: number; readonly key: number; readonly value: number };

/** Numbered values, published through a feed. */
class Source {
  readonly values = new Map<number, number>();
  revision = 0;
  /** How many updates were made from changes. */
  made = 0;
  readonly feed = new Feed<Update>((revision) => ({ kind: 'snapshot', revision, values: new Map(this.values) }));

  set(key: number, value: number): void {
    this.values.set(key, value);
    this.revision += 1;
    this.feed.publish((revision) => {
      this.made += 1;
      return { kind: 'set', revision, key, value };
    });
  }
}

/** A client's state according to the stream; it fails on a gap. */
class Reader {
  readonly #updates: AsyncGenerator<Update, void>;
  values = new Map<number, number>();
  revision = -1;
  ended = false;
  readonly kinds: string[] = [];
  #reading: Promise<void> | null = null;

  constructor(updates: AsyncGenerator<Update, void>) {
    this.#updates = updates;
  }

  read(): Promise<void> {
    this.#reading ??= this.#updates.next().then((next) => {
      this.#reading = null;
      if (next.done) this.ended = true;
      else this.#take(next.value);
    });
    return this.#reading;
  }

  #take(update: Update): void {
    this.kinds.push(update.kind);
    if (update.kind === 'snapshot') this.values = new Map(update.values);
    else {
      expect(update.revision).toBe(this.revision + 1);
      this.values.set(update.key, update.value);
    }
    this.revision = update.revision;
  }
}

function connect(options: Partial<StreamOptions<Update>> = {}) {
  const source = new Source();
  const ending = new AbortController();
  const stream = streamOf({ subscribe: source.feed.subscribe, signal: ending.signal, ...options });
  return { source, ending, stream, reader: new Reader(stream) };
}

describe('a stream of changes', () => {
  it('ends in the state of its source, in whatever order changes and reads occur', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key: fc.nat(3), value: fc.nat(9) }),
      fc.constant({ kind: 'read' as const }),
      fc.constant({ kind: 'rest' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (steps, backlog) => {
        const { source, reader } = connect({ backlog });
        for (const next of steps) {
          if (next.kind === 'set') source.set(next.key, next.value);
          else if (next.kind === 'read') void reader.read();
          else await new Promise((resolve) => setImmediate(resolve));
        }
        while (reader.revision !== source.revision) await reader.read();
        expect(reader.values).toEqual(source.values);
      }),
      { numRuns: 300 },
    );
  });

  it('stops queueing for a reader that is too slow, and sends it a new snapshot', async () => {
    const { source, reader } = connect({ backlog: 3 });
    await reader.read();
    for (let n = 0; n < 1_000; n++) source.set(n, n);
    // Three queued ones, and the one that was too many.
    expect(source.made).toBe(4);
    await reader.read();
    expect(reader.kinds).toEqual(['snapshot', 'snapshot']);
    expect(reader.values).toEqual(source.values);
    source.set(0, 7);
    await reader.read();
    expect(reader.kinds.at(-1)).toBe('set');
  });

  it('treats a reader that cannot be reached as slow', async () => {
    let arrive = () => {};
    const { source, reader } = connect({
      backlog: 2,
      drained: () => new Promise((resolve) => (arrive = resolve)),
    });
    const first = reader.read();
    arrive();
    await first;
    const second = reader.read();
    for (let n = 0; n < 100; n++) source.set(n, n);
    expect(source.made).toBe(3);
    arrive();
    await second;
    expect(reader.kinds).toEqual(['snapshot', 'snapshot']);
  });

  it('ends with its signal while it waits for a change, and while nothing drains', async () => {
    for (const drained of [async () => {}, () => new Promise<void>(() => {})]) {
      const { source, ending, reader } = connect({ drained });
      const reading = reader.read();
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = reader.ended || reader.kinds.length === 0 ? reading : reader.read();
      ending.abort();
      await waiting;
      expect(reader.ended).toBe(true);
      source.set(1, 1);
      expect(source.made).toBe(0);
    }
  });

  it('unsubscribes from its source when its reader leaves', async () => {
    const { source, stream, reader } = connect();
    await reader.read();
    await stream.return();
    source.set(1, 1);
    expect(source.made).toBe(0);
  });

  it('passes the errors of its source to the reader', async () => {
    const broken = streamOf({
      subscribe: () => {
        throw new Error('the store is gone');
      },
      signal: new AbortController().signal,
    });
    await expect(broken.next()).rejects.toThrow('the store is gone');
  });
});
