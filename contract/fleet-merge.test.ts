import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FleetEntry, type FleetRow, type FleetUpdate, fleetRowSchema, ordersOf } from './fleet.ts';
import { applyFleetUpdate, applyRowsUpdate, type Fleet, fleetKey, type PlaceRows } from './fleet-merge.ts';
import { controlsOf } from './truth/controls.ts';
import { LIFE_STATES } from './truth/life-state.ts';
import { HERE } from './truth/reach.ts';

const row = (node: string, todayWei = '0'): FleetRow =>
  fleetRowSchema.parse({
    ...{ node, name: node, network: 'n', address: `0x${'a'.repeat(40)}`, life: 'waiting', tone: 'good', card: null },
    ...{ todayWei, monthWei: null, qos: null, attention: [], orders: [] },
  });

/** What may happen to a fleet: a node sends an update, or is gone. */
const change = fc.record({
  place: fc.constantFrom('here', 'cellar', 'attic'),
  node: fc.constantFrom('a', 'b', 'c', 'd'),
  wei: fc.option(fc.nat(5), { nil: null }),
});

/** A source that publishes its changes in batches, and a snapshot at any moment. */
function source() {
  let revision = 0;
  const rows = new Map<string, FleetEntry>();
  return {
    rows,
    apply(changes: readonly { place: string; node: string; wei: number | null }[]): FleetUpdate {
      const touched = new Map<string, { place: string; node: string }>();
      for (const { place, node, wei } of changes) {
        touched.set(fleetKey({ place, node }), { place, node });
        if (wei === null) rows.delete(fleetKey({ place, node }));
        else rows.set(fleetKey({ place, node }), { place, row: row(node, String(wei)) });
      }
      const told = [...touched].flatMap(([key]) => rows.get(key) ?? []);
      const gone = [...touched].filter(([key]) => !rows.has(key)).map(([, target]) => target);
      return { kind: 'changed', revision: ++revision, places: [], rows: told, gone };
    },
    snapshot: (): FleetUpdate => ({ kind: 'snapshot', revision, places: [], rows: [...rows.values()] }),
  };
}

describe('a fleet that is followed', () => {
  it('equals its source, whenever it subscribed and whatever it received twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 12 }),
        fc.nat(12),
        fc.nat(3),
        (batches, begin, late) => {
          const from = source();
          let state: Fleet | null = null;
          const heard: FleetUpdate[] = [];
          batches.forEach((batch, index) => {
            // The snapshot arrives with changes that it already contains.
            if (index === begin) heard.push(...heard.splice(-late), from.snapshot());
            heard.push(from.apply(batch));
          });
          if (begin >= batches.length) heard.push(from.snapshot());
          for (const update of heard) state = applyFleetUpdate(state, update) ?? state;
          expect(state?.rows).toEqual(from.rows);
        },
      ),
    );
  });

  it('reports a gap in the updates instead of continuing', () => {
    const from = source();
    const base = applyFleetUpdate(null, from.snapshot());
    from.apply([{ place: 'here', node: 'a', wei: 1 }]);
    expect(applyFleetUpdate(base, from.apply([{ place: 'here', node: 'b', wei: 1 }]))).toBeNull();
    expect(applyFleetUpdate(null, from.apply([]))).toBeNull();
    const rows: PlaceRows = { revision: 3, version: '1', rows: new Map() };
    expect(applyRowsUpdate(rows, { kind: 'changed', revision: 5, rows: [], gone: [] })).toBeNull();
    expect(applyRowsUpdate(rows, { kind: 'changed', revision: 3, rows: [row('a')], gone: [] })).toBe(rows);
    expect(applyRowsUpdate(rows, { kind: 'changed', revision: 4, rows: [row('a')], gone: ['b'] })?.rows.size).toBe(1);
  });
});

describe('a row', () => {
  it('of another program is limited in size, moves no cursor, and may contain words that are newer than this program', () => {
    const told = fleetRowSchema.parse({
      ...row('a'),
      name: `\u001b[2J\u202egood\n${'x'.repeat(100)}`,
      life: 'dreaming',
      tone: 'mauve',
      attention: ['newKind'],
    });
    expect(told.name).toHaveLength(60);
    expect(told.name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(told).toMatchObject({ life: 'unknown', tone: 'neutral', attention: ['newKind'] });
    expect(fleetRowSchema.safeParse({ ...row('a'), todayWei: '9'.repeat(1_000) }).success).toBe(false);
  });

  it("offers no order that the node's truth does not, and never one that rejoins", () => {
    for (const life of LIFE_STATES) {
      for (const alive of [true, false]) {
        const { controls } = controlsOf({ life, alive, connection: HERE });
        const orders = ordersOf({ life, controls: [...controls] });
        if (orders.includes('pause')) expect(controls).toContain('pause');
        if (orders.includes('drain')) expect(controls).toContain('stop');
        if (orders.includes('resume')) expect(controls.includes('resume') || life === 'stopped').toBe(true);
        if (controls.includes('rejoin') || controls.includes('unlock')) expect(orders).not.toContain('resume');
      }
    }
  });
});
