import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { EventRow } from '../../protocol/wire/event-row.ts';
import type { KillPointHook } from '../kit/points.ts';
import { EVENT_OVERLAP } from '../store/event-log.ts';
import { FakeNetwork } from '../testing/fake-network.ts';
import { loopRig, type Rig, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask, SELF } from '../testing/remote-task.ts';
import { EventFeed } from './event-feed.ts';

interface FeedRig extends Rig {
  readonly feed: EventFeed;
  readonly handled: number[];
  readonly woken: string[];
  /** Tasks that events have added a step to. */
  readonly stepped: string[];
}

async function feedRig(options: { network?: FakeNetwork; dataDir?: string; killPoint?: KillPointHook } = {}): Promise<FeedRig> {
  const rig = await loopRig(options);
  const handled: number[] = [];
  const woken: string[] = [];
  const stepped: string[] = [];
  const feed = new EventFeed(rig.context, {
    wakeTask: (commitment) => woken.push(commitment),
    onTask: (commitment) => stepped.push(commitment),
    onNodeEvent: (event) => handled.push(event.id),
  });
  return { ...rig, feed, handled, woken, stepped };
}

const event = (id: number, changes: Partial<RelayEvent> = {}): EventRow => ({
  kind: 'event',
  event: { id, type: 'NodeStaking', nodeAddress: SELF, commitment: null, args: '{}', ...changes },
});

async function drain({ feed }: FeedRig): Promise<void> {
  for (let page = 0; page < 50; page++) if (!(await feed.poll())) return;
}

it('an event whose handling failed is handled again', async () => {
  const { context, network } = await loopRig();
  const handled: number[] = [];
  let isBroken = true;
  const feed = new EventFeed(context, {
    wakeTask: () => {},
    onTask: () => {},
    onNodeEvent: ({ id }) => {
      if (isBroken) throw new Error('disk full');
      handled.push(id);
    },
  });
  await feed.poll();
  network.events.push(event(1, { type: 'NodeSlashed' }));
  await expect(feed.poll()).rejects.toThrow('disk full');
  isBroken = false;
  await feed.poll();
  expect(handled).toEqual([1]);
});

describe('the cursor', () => {
  it('starts at the latest event, on the very first run only', async () => {
    const rig = await feedRig();
    rig.network.events.push(event(1), event(2));
    await rig.feed.poll();
    rig.network.events.push(event(3));
    await rig.feed.poll();
    expect(rig.handled).toEqual([3]);
  });

  it('misses nothing that happened while the node was away, however much', async () => {
    const first = await feedRig();
    await first.feed.poll();
    const { network } = first;
    const dataDir = first.context.resultsDir.replace(/results$/, '');
    first.context.store.close();
    for (let id = 1; id <= 230; id++) network.events.push(event(id));
    const again = await feedRig({ network, dataDir });
    await drain(again);
    expect(again.handled).toEqual(Array.from({ length: 230 }, (_, i) => i + 1));
  });

  it('asks again from slightly before the newest id, for ids that become visible late', async () => {
    const rig = await feedRig();
    await rig.feed.poll();
    rig.network.events.push(event(40));
    await rig.feed.poll();
    rig.network.events.unshift(event(40 - EVENT_OVERLAP + 1));
    await rig.feed.poll();
    expect(rig.handled).toEqual([40, 40 - EVENT_OVERLAP + 1]);
  });
});

describe('the stream', () => {
  it('handles each event once, even if the network repeats, reorders or damages events', async () => {
    const rows = fc.uniqueArray(fc.integer({ min: 1, max: 25 }), { minLength: 1 }).chain((ids) =>
      fc.tuple(
        fc.constant(ids),
        fc.array(
          fc.oneof(
            fc.constantFrom(...ids).map((id) => event(id)),
            fc.string().map(garbage),
          ),
          { maxLength: 40 },
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(rows, async ([ids, noise]) => {
        const network = new FakeNetwork(() => START_MS);
        const rig = await feedRig({ network });
        await rig.feed.poll();
        const all = [...noise, ...ids.map((id) => event(id))];
        for (let at = 0; at < all.length; at += 7) {
          network.eventsAfter = async () => all.slice(0, at + 7);
          await rig.feed.poll();
        }
        expect([...rig.handled].sort((a, b) => a - b)).toEqual([...ids].sort((a, b) => a - b));
        expect(rig.context.store.events.counts().unreadable).toBe(new Set(noise.filter(isGarbage).map(rawOf)).size);
        rig.context.store.close();
      }),
      { numRuns: 25 },
    );
  });

  it('moves past an unreadable event that has an id', async () => {
    const rig = await feedRig();
    await rig.feed.poll();
    rig.network.events.push({ kind: 'unreadable', id: 100, raw: '{"id":100}', problem: 'type: invalid' }, event(101));
    await rig.feed.poll();
    expect(rig.handled).toEqual([101]);
    expect(rig.context.store.events.cursor()).toBe(101 - EVENT_OVERLAP);
  });

  it('law 1: a task event wakes the task and decides nothing', async () => {
    const rig = await feedRig();
    await rig.feed.poll();
    const commitment = commitmentOf(1);
    rig.context.store.tasks.observe(remoteTask({}), START_MS);
    rig.network.events.push(
      event(1, { type: 'TaskEndInvalidated', commitment }),
      event(2, { type: 'TaskStarted', commitment: commitmentOf(2) }),
    );
    await rig.feed.poll();
    expect(rig.woken).toEqual([commitment, commitmentOf(2)]);
    expect(rig.context.store.tasks.get(commitment).status).toBe('Started');
    expect(rig.context.store.tasks.transitions(commitment).at(-1)).toMatchObject({ status: 'EndInvalidated', source: 'event' });
  });

  it('tells which tasks it has added a step to, once for each step, also if they have ended', async () => {
    const rig = await feedRig();
    await rig.feed.poll();
    const [open, ended, unknown] = [commitmentOf(1), commitmentOf(2), commitmentOf(3)];
    for (const commitment of [open, ended]) rig.context.store.tasks.observe(remoteTask({ commitment }), START_MS);
    rig.context.store.tasks.close(ended, 'EndSuccess', START_MS);
    rig.network.events.push(
      event(1, { type: 'TaskScoreReady', commitment: open }),
      event(2, { type: 'TaskEndSuccess', commitment: ended }),
      event(3, { type: 'TaskEndSuccess', commitment: ended }),
      event(4, { type: 'TaskEndSuccess', commitment: unknown }),
    );
    await rig.feed.poll();
    expect(rig.stepped).toEqual([open, ended]);
  });

  it('handles again what was recorded but not handled when the process was killed', async () => {
    const dead = new Promise<never>(() => {});
    const first = await feedRig({ killPoint: (point) => (point === 'events.recorded' ? dead : undefined) });
    await first.feed.poll();
    first.network.events.push(event(1, { type: 'NodeSlashed' }));
    void first.feed.poll();
    await new ManualClock(0).tick(0);
    expect(first.handled).toEqual([]);
    const { network } = first;
    first.context.store.close();
    const again = await feedRig({ network, dataDir: first.context.resultsDir.replace(/results$/, '') });
    onTestFinished(() => again.context.store.close());
    await again.feed.poll();
    expect(again.handled).toEqual([1]);
  });
});

function garbage(raw: string): EventRow {
  return { kind: 'unreadable', id: null, raw, problem: 'no object' };
}

function isGarbage(row: EventRow): row is Extract<EventRow, { kind: 'unreadable' }> {
  return row.kind === 'unreadable';
}

function rawOf(row: Extract<EventRow, { kind: 'unreadable' }>): string {
  return row.raw;
}

describe('a network that sends wrong cursors', () => {
  it('an id near 2^53 causes no gap', async () => {
    const rig = await feedRig();
    await rig.feed.poll();
    rig.network.events.push(event(1));
    rig.network.latestEventId = async () => 1;
    rig.network.eventsAfter = async (id) => [
      event(2 ** 53 - 2),
      ...rig.network.events.filter((row) => row.kind === 'event' && row.event.id > id),
    ];
    await rig.feed.poll();
    expect(rig.handled).toEqual([1]);
    expect(rig.context.store.events.newest()).toBe(1);
  });

  it('a wrong cursor is corrected when the network reports its position', async () => {
    const rig = await feedRig();
    rig.network.latestEventId = async () => 2 ** 53 - 2;
    await rig.feed.poll();
    rig.network.latestEventId = async () => 3;
    rig.network.events.push(event(3));
    await rig.feed.poll();
    expect(rig.handled).toEqual([]);
    await rig.clock.tick(600_000);
    await rig.feed.poll();
    rig.network.events.push(event(4));
    await rig.feed.poll();
    expect(rig.handled).toEqual([4]);
  });
});
