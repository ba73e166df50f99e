import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FleetPlace, type FleetRow, fleetRowSchema } from '../../../contract/fleet.ts';
import type { Fleet } from '../../../contract/fleet-merge.ts';
import { LIFE_STATES } from '../../../contract/truth/life-state.ts';
import {
  filterLines,
  fleetLines,
  fleetTotals,
  linesAccepting,
  readFleetView,
  STATE_GROUPS,
  WHOLE_FLEET,
  writeFleetView,
} from './fleet-lines.ts';

const row = (node: string, change: Partial<FleetRow> = {}): FleetRow =>
  fleetRowSchema.parse({
    ...{ node, name: node, network: 'Base', address: `0x${'a'.repeat(40)}`, life: 'waiting', tone: 'good', card: 'RTX 4090' },
    ...{ todayWei: '1', monthWei: '2', qos: 1, attention: [], orders: ['pause', 'drain'] },
    ...change,
  });
const addressOf = (index: number): `0x${string}` => `0x${(index + 1).toString(16).padStart(40, '0')}`;
const HERE: FleetPlace = { place: 'here', url: null, state: { kind: 'here' }, heardMs: null, version: '1' };
const GONE: FleetPlace = {
  ...{ place: 'oslo', url: 'https://oslo', heardMs: 5, version: '0' },
  state: { kind: 'away', error: { code: 'FLEET_PLACE_UNREACHABLE', message: '', data: {} } },
};
const fleetOf = (rows: readonly (readonly [string, FleetRow])[], places = [HERE, GONE]): Fleet => ({
  revision: 1,
  places,
  rows: new Map(rows.map(([place, one]) => [`${place}/${one.node}`, { place, row: one }])),
});

describe('the rows of a fleet', () => {
  it('are ordered by place and name, and are out of date from when their place went away', () => {
    const lines = fleetLines(
      fleetOf([
        ['oslo', row('a')],
        ['here', row('gpu-10')],
        ['here', row('gpu-9')],
      ]),
    );
    expect(lines.map(({ key }) => key)).toEqual(['here/gpu-9', 'here/gpu-10', 'oslo/a']);
    expect(lines.map(({ group, isOld, oldSinceMs }) => [group, isOld, oldSinceMs])).toEqual([
      ['working', false, null],
      ['working', false, null],
      ['away', true, 5],
    ]);
    expect(linesAccepting(lines, 'pause').map(({ key }) => key)).toEqual(['here/gpu-9', 'here/gpu-10']);
  });

  it('stay the same objects if nothing in them has changed', () => {
    const [a, b] = [row('a'), row('b')];
    const first = fleetLines(
      fleetOf([
        ['here', a],
        ['here', b],
      ]),
    );
    const before = new Map(first.map((line) => [line.key, line]));
    const next = fleetLines(
      fleetOf([
        ['here', a],
        ['here', row('b', { todayWei: '9' })],
      ]),
      before,
    );
    expect(next[0]).toBe(first[0]);
    expect(next[1]).not.toBe(first[1]);
  });

  it('are each counted once, in any state, and their money adds up', () => {
    const some = fc.record({
      life: fc.constantFrom(...LIFE_STATES),
      wei: fc.option(fc.bigInt(-(10n ** 20n), 10n ** 20n), { nil: null }),
      place: fc.constantFrom('here', 'oslo'),
      needs: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some), (nodes) => {
        const rows = nodes.map(({ life, wei, place, needs }, index) => {
          const money = wei === null ? null : wei.toString();
          return [
            place,
            row(`n${index}`, {
              life,
              address: addressOf(index),
              todayWei: money,
              monthWei: money,
              attention: needs ? ['locked'] : [],
            }),
          ] as const;
        });
        const lines = fleetLines(fleetOf(rows));
        const totals = fleetTotals(lines);
        expect(Object.values(totals.groups).reduce((sum, count) => sum + count, 0)).toBe(nodes.length);
        expect(totals.todayWei).toBe(nodes.reduce((sum, { wei }) => sum + (wei ?? 0n), 0n));
        expect(totals.attention).toBe(nodes.filter(({ needs }) => needs).length);
        // The totals of each group and of the whole match what the filter shows.
        for (const group of STATE_GROUPS) {
          expect(filterLines(lines, { ...WHOLE_FLEET, groups: [group] })).toHaveLength(totals.groups[group]);
        }
        expect(filterLines(lines, WHOLE_FLEET)).toHaveLength(nodes.length);
        expect(filterLines(lines, { ...WHOLE_FLEET, attention: true })).toHaveLength(totals.attention);
      }),
    );
  });

  it('count once in the totals if two places lead to one program, with the values of the place that answers', () => {
    const lines = fleetLines(
      fleetOf([
        ['oslo', row('a', { todayWei: '7' })],
        ['here', row('a', { todayWei: '9' })],
        ['here', row('b', { address: addressOf(1), todayWei: '1' })],
      ]),
    );
    expect(fleetTotals(lines)).toMatchObject({ nodes: 2, old: 0, todayWei: 10n, groups: { working: 2, away: 1 } });
  });

  it('match every word in the name, the place, the card or the address', () => {
    const lines = fleetLines(
      fleetOf([
        ['here', row('rack-1')],
        ['oslo', row('rack-2', { card: 'L40S' })],
      ]),
    );
    const found = (text: string) => filterLines(lines, { ...WHOLE_FLEET, text }).map(({ key }) => key);
    expect(found('RACK oslo')).toEqual(['oslo/rack-2']);
    expect(found('l40')).toEqual(['oslo/rack-2']);
    expect(found('0xaaaa')).toHaveLength(2);
    expect(found('rack-3')).toEqual([]);
  });

  it('are filtered by the URL, which contains nothing unnecessary', () => {
    const view = { text: 'oslo', groups: ['paused', 'away'] as const, attention: true };
    const written = writeFleetView(view, new URLSearchParams('fixture=fleet'));
    expect(written.toString()).toBe('fixture=fleet&q=oslo&state=paused%2Caway&attention=yes');
    expect(readFleetView(written)).toEqual(view);
    expect(writeFleetView(WHOLE_FLEET, new URLSearchParams()).toString()).toBe('');
    expect(readFleetView(new URLSearchParams('state=paused,nonsense&attention=no'))).toEqual({
      ...WHOLE_FLEET,
      groups: ['paused'],
    });
  });
});
