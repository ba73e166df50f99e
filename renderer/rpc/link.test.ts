import { describe, expect, it } from 'vitest';
import { portPair, type RpcPort } from '../../contract/rpc-port.ts';
import { follow } from './follow.ts';
import { Link, type LinkClock, retryDelayMs } from './link.ts';

/** Ticked by hand. */
class ManualClock implements LinkClock {
  #now = 0;
  #timers: { atMs: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  tick(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#now);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#now);
    for (const { run } of due) run();
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A link whose far ends the test holds, in the order in which they were opened. */
function setUp() {
  const clock = new ManualClock();
  const far: RpcPort[] = [];
  let refuse = false;
  const link = new Link<{ readonly number: number }>({
    clock,
    open: async () => {
      if (refuse) throw new Error('nobody listens');
      const [near, other] = portPair();
      far.push(other);
      return near;
    },
    create: () => ({ number: far.length }),
  });
  const refusing = (value: boolean) => {
    refuse = value;
  };
  return { clock, far, link, refusing };
}

describe('a link', () => {
  it('opens, and after a loss reopens with a new client', async () => {
    const { clock, far, link } = setUp();
    link.start();
    await settle();
    expect(link.client()).toEqual({ number: 1 });
    far[0]?.close();
    expect(link.state.getState()).toEqual({ kind: 'waiting', failures: 1, retryAtMs: 250 });
    expect(() => link.client()).toThrow(expect.objectContaining({ code: 'RPC_DISCONNECTED' }));
    clock.tick(250);
    await settle();
    expect(link.client()).toEqual({ number: 2 });
  });

  it('retries at growing intervals, up to a limit, and immediately on request', async () => {
    const { clock, link, refusing } = setUp();
    refusing(true);
    link.start();
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      await settle();
      const state = link.state.getState();
      if (state.kind !== 'waiting') throw new Error(state.kind);
      waits.push(state.retryAtMs - clock.now());
      clock.tick(state.retryAtMs - clock.now());
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(retryDelayMs(1_000)).toBe(10_000);
    await settle();
    refusing(false);
    link.retryNow();
    await settle();
    expect(link.state.getState().kind).toBe('open');
  });

  it('closes its connection when it is stopped, and any that opens too late', async () => {
    const { clock, far, link } = setUp();
    const closed: string[] = [];
    link.start();
    link.stop();
    await settle();
    far[0]?.onClose(() => closed.push('first'));
    expect(link.state.getState().kind).toBe('idle');
    link.start();
    await settle();
    far[1]?.onClose(() => closed.push('second'));
    link.stop();
    clock.tick(60_000);
    await settle();
    expect([closed, far.length]).toEqual([['second'], 2]);
  });
});

describe('a subscription', () => {
  it('is reopened after a gap and after a reconnect, and never after its end', async () => {
    const { clock, far, link } = setUp();
    const opened: { client: number; signal: AbortSignal }[] = [];
    const taken: string[] = [];
    const end = follow(
      link,
      {
        open: async ({ number }, signal) => {
          opened.push({ client: number, signal });
          return (async function* () {
            yield 'snapshot';
            yield opened.length === 1 ? 'gap' : 'change';
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          })();
        },
        apply(update: string) {
          taken.push(update);
          return update === 'gap' ? 'gap' : 'applied';
        },
      },
      clock,
    );
    link.start();
    await settle();
    expect(taken).toEqual(['snapshot', 'gap']);
    expect(opened[0]?.signal.aborted).toBe(true);
    clock.tick(250);
    await settle();
    expect(taken).toEqual(['snapshot', 'gap', 'snapshot', 'change']);
    far[0]?.close();
    expect(opened[1]?.signal.aborted).toBe(true);
    clock.tick(250);
    await settle();
    expect(opened.map(({ client }) => client)).toEqual([1, 1, 2]);
    end();
    expect(opened[2]?.signal.aborted).toBe(true);
    clock.tick(60_000);
    await settle();
    expect(opened).toHaveLength(3);
  });
});
