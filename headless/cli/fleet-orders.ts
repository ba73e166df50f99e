/** Which nodes get a `fleet` order, which do not, and the exit code. Pure. */
import type { FleetOrder, FleetPlace, FleetTarget, SteerResult } from '../../contract/fleet.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type FleetSnapshot, placeStateText, selectRows } from './fleet-text.ts';
import { table } from './node-text.ts';

/** A node that was selected but not told. */
export interface Skipped {
  readonly place: string;
  /** Null = a place with no known node. */
  readonly node: string | null;
  readonly reason: string;
  /** The place does not answer; otherwise the order does not apply to the node's state. */
  readonly isAway: boolean;
}

export interface OrderPlan {
  readonly targets: readonly FleetTarget[];
  readonly skipped: readonly Skipped[];
}

export function planOrder({ rows, places }: FleetSnapshot, select: readonly string[], order: FleetOrder): OrderPlan {
  const byName = new Map(places.map((place) => [place.place, place]));
  const chosen = selectRows(rows, select);
  const targets: FleetTarget[] = [];
  const skipped: Skipped[] = [];
  for (const { place, row } of chosen) {
    const owner = byName.get(place);
    const node = row.node;
    if (owner === undefined || !isReachable(owner)) skipped.push({ place, node, reason: unreachableReason(owner), isAway: true });
    else if (row.orders.includes(order)) targets.push({ place, node });
    else skipped.push({ place, node, reason: `it is ${row.life}; ${order} does not apply`, isAway: false });
  }
  for (const owner of places) {
    const isChosen = select.includes('all') || select.includes(owner.place);
    if (!isChosen || isReachable(owner) || chosen.some(({ place }) => place === owner.place)) continue;
    skipped.push({ place: owner.place, node: null, reason: unreachableReason(owner), isAway: true });
  }
  return { targets, skipped };
}

const isReachable = ({ state }: FleetPlace) => state.kind === 'here' || state.kind === 'open';
const unreachableReason = (place: FleetPlace | undefined) =>
  place === undefined ? 'its place has been removed' : placeStateText(place);

/** Refused because of a role or the node's state; nothing was attempted. */
const REFUSAL_CODES: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'ACT_NOT_CONFIRMED',
  'FLEET_ORDER_UNFIT',
  'PROFILE_STAKE_NOT_ALLOWED',
]);

/** A node that is already in the wanted state, or that needs a person, is listed but does not fail the command. */
export function orderExit(results: readonly SteerResult[], skipped: readonly Skipped[]): ExitCode {
  const errors = results.flatMap(({ error }) => (error === null ? [] : [error]));
  if (skipped.some(({ isAway }) => isAway) || errors.some(({ code }) => !REFUSAL_CODES.has(code))) return EXIT.failed;
  return errors.length > 0 ? EXIT.refused : EXIT.ok;
}

export function orderText(results: readonly SteerResult[], skipped: readonly Skipped[], order: FleetOrder): string {
  const lines = [
    ...results.map(({ place, node, error }) => [
      `${place}/${node}`,
      error === null ? `${order}: accepted` : `${error.message} (${error.code})`,
    ]),
    ...skipped.map(({ place, node, reason }) => [node === null ? place : `${place}/${node}`, `not told: ${reason}`]),
  ];
  return [
    ...(results.length === 0 ? [`No selected node can be told to ${order} now.`] : []),
    ...(lines.length === 0 ? [] : [table(['node', 'outcome'], lines)]),
  ].join('\n');
}
