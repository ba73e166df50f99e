import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { HostError } from '../errors.ts';
import { createLeases, LEASE_TIMES, type Leases, leaseName } from './leases.ts';
import { FakeLeases } from './testing/fake-leases.ts';

const ADDRESS = '0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5';
const NAME = 'crynux-node-0x3cde23ef0fec9eb6eff3cac54b475cecf8abf2c5';

let server: FakeLeases;
let lost: string[];
let renewed: number[];

/** A machine with its own clock: its date is arbitrary, but its time runs at the same speed. */
function machine(name: string, dateMs = 0): { readonly clock: ManualClock; readonly leases: Leases } {
  const clock = new ManualClock(dateMs);
  const onLost = (_address: string, error: HostError, how: string) => void lost.push(`${name} ${how}: ${error.message}`);
  const onRenewed = (_address: string, leftMs: number) => void renewed.push(leftMs);
  return { clock, leases: createLeases({ store: server.client(name), identity: name, clock, onRenewed, onLost }) };
}

async function pass(ms: number, ...machines: { readonly clock: ManualClock }[]): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) for (const { clock } of machines) await clock.tick(Math.min(1_000, left));
}

const outcome = (leases: Leases, node = 'one') =>
  leases.hold(ADDRESS, node).then(
    () => 'held',
    (error: HostError) => error.code,
  );

beforeEach(() => {
  server = new FakeLeases();
  lost = [];
  renewed = [];
});

describe('the lease of a key', () => {
  it('has the address in its name, in Kubernetes form', () => expect(leaseName(ADDRESS)).toBe(NAME));

  it('is taken, renewed every 10 s, and released when the last node of its address has ended', async () => {
    const one = machine('one');
    expect(await one.leases.hold(ADDRESS, 'a')).toBe(50_000);
    await one.clock.tick(5_000);
    // It shares the lease: this is the remaining time.
    expect(await one.leases.hold(ADDRESS, 'b')).toBe(45_000);
    expect(server.records.get(NAME)).toMatchObject({ holder: 'one', durationSeconds: 60, transitions: 0, version: '1' });
    await pass(20_000, one);
    expect(renewed).toEqual([50_000, 50_000]);
    expect(server.records.get(NAME)).toMatchObject({ holder: 'one', version: '3', renewed: '1970-01-01T00:00:20.000000Z' });
    await one.leases.release(ADDRESS, 'a');
    expect(server.records.get(NAME)?.holder).toBe('one');
    await one.leases.release(ADDRESS, 'b');
    expect(server.records.get(NAME)).toMatchObject({ holder: null, version: '4' });
    await pass(60_000, one);
    expect(server.records.get(NAME)?.version).toBe('4');
  });

  it('keeps another program from starting, tells it the holder, and lets it start at once after a release', async () => {
    const [one, two] = [machine('one'), machine('two')];
    await one.leases.hold(ADDRESS, 'a');
    await expect(two.leases.hold(ADDRESS, 'b')).rejects.toMatchObject({
      code: 'LEASE_HELD',
      data: { holder: 'one', leftSeconds: 60 },
    });
    // A renewal starts the wait again, however long it has already lasted.
    for (let minutes = 0; minutes < 5; minutes++) {
      await pass(59_000, one, two);
      expect(await outcome(two.leases)).toBe('LEASE_HELD');
    }
    await one.leases.close();
    expect(await outcome(two.leases)).toBe('held');
    expect(server.records.get(NAME)).toMatchObject({ holder: 'two', transitions: expect.any(Number) });
  });

  it("passes to another program a full duration after the last renewal it saw, whatever the machines' dates", async () => {
    const [one, two] = [machine('one', 0), machine('two', Date.UTC(2100, 0))];
    await one.leases.hold(ADDRESS, 'a');
    // Machine one is lost: it does nothing any more.
    expect(await outcome(two.leases)).toBe('LEASE_HELD');
    await pass(59_000, two);
    expect(await outcome(two.leases)).toBe('LEASE_HELD');
    await pass(1_000, two);
    expect(await outcome(two.leases)).toBe('held');
    expect(server.records.get(NAME)).toMatchObject({ holder: 'two', transitions: 1 });
  });

  it('is given up 40 s after the last answered renewal, before another program may take it', async () => {
    const [one, two] = [machine('one'), machine('two')];
    await one.leases.hold(ADDRESS, 'a');
    await pass(10_000, one, two);
    server.cutOff.add('one');
    expect(await outcome(two.leases)).toBe('LEASE_HELD');
    await pass(39_000, one, two);
    expect(lost).toEqual([]);
    await pass(1_000, one, two);
    expect(lost).toEqual([`one late: the lease of ${ADDRESS} could not be renewed for 40 s`]);
    expect(await outcome(two.leases)).toBe('LEASE_HELD');
    await pass(20_000, one, two);
    expect(await outcome(two.leases)).toBe('held');
    expect(await outcome(one.leases)).toBe('LEASE_UNREACHABLE');
    server.cutOff.clear();
    expect(await outcome(one.leases)).toBe('LEASE_HELD');
  });

  it('survives a server outage, and a lost answer', async () => {
    const one = machine('one');
    await one.leases.hold(ADDRESS, 'a');
    server.cutOff.add('one');
    await pass(36_000, one);
    server.cutOff.clear();
    await pass(2_000, one);
    server.answerLost.add('one');
    await pass(100_000, one);
    expect(lost).toEqual([]);
    expect(server.records.get(NAME)?.holder).toBe('one');
  });

  it('is given up at once if another program already has it', async () => {
    const one = machine('one');
    await one.leases.hold(ADDRESS, 'a');
    const record = server.records.get(NAME) ?? expect.fail('no lease');
    server.records.set(NAME, { ...record, holder: 'somebody', version: 'other' });
    await pass(10_000, one);
    expect(lost).toEqual([`one taken: somebody has taken the lease of ${ADDRESS}`]);
    await one.leases.release(ADDRESS, 'a');
    expect(server.records.get(NAME)?.holder).toBe('somebody');
  });

  it('is created again if somebody has deleted it', async () => {
    const one = machine('one');
    await one.leases.hold(ADDRESS, 'a');
    server.records.clear();
    await pass(10_000, one);
    expect(server.records.get(NAME)?.holder).toBe('one');
    expect(lost).toEqual([]);
  });

  it("is taken over at once by the same program after a restart, if it has its pod's identity", async () => {
    const before = machine('pod-uid');
    await before.leases.hold(ADDRESS, 'a');
    expect(await outcome(machine('pod-uid').leases)).toBe('held');
    expect(server.records.get(NAME)?.transitions).toBe(0);
  });

  // The property that all of this is for. A node may act from a successful `hold` until `onLost` asks it to end, and
  // ten seconds longer at most.
  it('is never held by two at a time, however connections fail, machines stop and programs restart', async () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('cut', 'mend', 'loseAnswer', 'end'),
      seconds: fc.integer({ min: 1, max: 70 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        server = new FakeLeases();
        /** Machine → second until which its process may be alive; infinite while it holds the lease. */
        const acts = new Map<string, number>();
        let now = 0;
        const machines = ['a', 'b', 'c'].map((name) => {
          const clock = new ManualClock(0);
          const onLost = (_: string, __: HostError, how: string) => void acts.set(name, how === 'taken' ? now : now + 10);
          return { name, clock, leases: createLeases({ store: server.client(name), identity: name, clock, onLost }) };
        });
        for (const { who, what, seconds } of steps) {
          const one = machines[who] ?? expect.fail('no machine');
          if (what === 'cut') server.cutOff.add(one.name);
          if (what === 'mend') server.cutOff.delete(one.name);
          if (what === 'loseAnswer') server.answerLost.add(one.name);
          if (what === 'end') {
            acts.delete(one.name);
            await one.leases.release(ADDRESS, 'node');
          }
          for (let second = 0; second < seconds; second++) {
            now++;
            for (const { name, clock, leases } of machines) {
              await clock.tick(1_000);
              // Retries again and again, as the supervisor does.
              const waits = !acts.has(name) && now % 3 === 0;
              if (waits && (await outcome(leases, 'node')) === 'held') acts.set(name, Number.POSITIVE_INFINITY);
            }
            for (const [name, until] of acts) if (until <= now) acts.delete(name);
            expect([...acts.keys()].length).toBeLessThan(2);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves ten seconds between the last moment of one holder and the first of another', () => {
    expect(LEASE_TIMES.endMs).toBeGreaterThan(LEASE_TIMES.giveUpMs);
    expect(LEASE_TIMES.durationMs - LEASE_TIMES.endMs).toBeGreaterThanOrEqual(10_000);
    expect(LEASE_TIMES.giveUpMs / LEASE_TIMES.renewMs).toBeGreaterThanOrEqual(3);
  });
});
