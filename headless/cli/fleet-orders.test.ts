import { describe, expect, it } from 'vitest';
import { type FleetPlace, type FleetRow, fleetRowSchema, type SteerResult } from '../../contract/fleet.ts';
import { EXIT } from './exit-codes.ts';
import { orderExit, orderText, planOrder } from './fleet-orders.ts';
import { addedText, fleetText } from './fleet-text.ts';

const row = (node: string, change: Partial<FleetRow> = {}): FleetRow =>
  fleetRowSchema.parse({
    ...{ node, name: node, network: 'n', address: `0x${'a'.repeat(40)}`, life: 'paused', tone: 'neutral', card: null },
    ...{ todayWei: '1000000000000000000', monthWei: '2', qos: 1, attention: [], orders: ['resume'] },
    ...change,
  });
const HERE: FleetPlace = { place: 'here', url: null, state: { kind: 'here' }, heardMs: null, version: '1' };
const at = (place: string, state: FleetPlace['state']): FleetPlace => ({
  ...{ place, state, url: 'http://127.0.0.1:1/', heardMs: null, version: null },
});
const away = (code: string) => ({ kind: 'away' as const, error: { code, message: 'no', data: {} } });
const REVOKED = at('cellar', away('FLEET_PLACE_REFUSED'));

describe('a fleet order', () => {
  it('names a node of a place that is away, with the reason, and fails', () => {
    const snapshot = { places: [HERE, REVOKED], rows: [{ place: 'cellar', row: row('op') }] };
    const { targets, skipped } = planOrder(snapshot, ['cellar/op'], 'resume');
    expect(targets).toEqual([]);
    const said = orderText([], skipped, 'resume');
    expect(said).toMatch(/^No selected node can be told to resume now\./);
    expect(said).toMatch(/^cellar\/op +not told: away.*FLEET_PLACE_REFUSED/m);
    expect(orderExit([], skipped)).toBe(EXIT.failed);
  });

  it('names a place that is away without a known node, or still connecting', () => {
    const places = [HERE, REVOKED, at('attic', { kind: 'connecting' })];
    const { skipped } = planOrder({ places, rows: [] }, ['all'], 'pause');
    expect(skipped.map(({ place, node, isAway }) => [place, node, isAway])).toEqual([
      ['cellar', null, true],
      ['attic', null, true],
    ]);
  });

  it('lists a node that it does not apply to, which is not a failure', () => {
    const rows = [
      { place: 'here', row: row('a') },
      { place: 'here', row: row('b', { orders: [] }) },
    ];
    const { targets, skipped } = planOrder({ places: [HERE], rows }, ['here'], 'resume');
    expect(targets).toEqual([{ place: 'here', node: 'a' }]);
    expect(skipped).toMatchObject([{ node: 'b', reason: 'it is paused; resume does not apply', isAway: false }]);
    expect(orderExit([], skipped)).toBe(EXIT.ok);
  });

  it('ends as refused if everything that failed was refused', () => {
    const result = (code: string | null): SteerResult => ({
      ...{ place: 'here', node: 'a' },
      error: code === null ? null : { code, message: 'no', data: {} },
    });
    expect(orderExit([result(null)], [])).toBe(EXIT.ok);
    expect(orderExit([result(null), result('ACCESS_DENIED')], [])).toBe(EXIT.refused);
    expect(orderExit([result('ACCESS_DENIED'), result('FLEET_PLACE_AWAY')], [])).toBe(EXIT.failed);
  });
});

it.each([
  [{ kind: 'open' as const }, EXIT.ok, null],
  [{ kind: 'connecting' as const }, EXIT.ok, /not answered yet/],
  [away('FLEET_PLACE_UNREACHABLE'), EXIT.ok, /retried automatically/],
  [away('FLEET_PLACE_REFUSED'), EXIT.failed, /FLEET_PLACE_REFUSED.*place remove cellar/],
  [away('FLEET_PLACE_BAD_ANSWER'), EXIT.failed, /FLEET_PLACE_BAD_ANSWER.*place remove cellar/],
])('reports the outcome of adding a place: %j', (state, code, warning) => {
  const said = addedText(at('cellar', state), true);
  expect(said.code).toBe(code);
  if (warning === null) expect(said.warning).toBeNull();
  else expect(said.warning).toMatch(warning);
});

it('counts a node once if two places show it', () => {
  const rows = [
    { place: 'cellar', row: row('op', { todayWei: '5000000000000000000' }) },
    { place: 'desk', row: row('op') },
  ];
  expect(fleetText({ places: [HERE, REVOKED, at('desk', { kind: 'open' })], rows })).toMatch(/^1 nodes, today 1\b/m);
});
