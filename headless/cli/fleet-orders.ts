/** Whom an order of `fleet` goes to, whom it does not, and how the command ends. Pure. */
import type { FleetOrder, FleetPlace, FleetTarget, SteerResult } from '../../contract/fleet.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type FleetSnapshot, placeStateText, selected } from './fleet-text.ts';
import { table } from './node-text.ts';

/** Selected, and not told. */
export interface Skipped {
  readonly place: string;
  /** Null = a place of which no node is known. */
  readonly node: string | null;
  readonly reason: string;
  /** The place does not answer; otherwise the node's state does not fit the order. */
  readonly isAway: boolean;
}

export interface OrderPlan {
  readonly targets: readonly FleetTarget[];
  readonly skipped: readonly Skipped[];
}

export function planOrder({ rows, places }: FleetSnapshot, select: readonly string[], order: FleetOrder): OrderPlan {
  const byName = new Map(places.map((place) => [place.place, place]));
  const chosen = selected(rows, select);
  const targets: FleetTarget[] = [];
  const skipped: Skipped[] = [];
  for (const { place, row } of chosen) {
    const of = byName.get(place);
    const node = row.node;
    if (of === undefined || !answers(of)) skipped.push({ place, node, reason: reasonOf(of), isAway: true });
    else if (row.orders.includes(order)) targets.push({ place, node });
    else skipped.push({ place, node, reason: `it is ${row.life}, which does not fit ${order}`, isAway: false });
  }
  for (const of of places) {
    const isChosen = select.includes('all') || select.includes(of.place);
    if (!isChosen || answers(of) || chosen.some(({ place }) => place === of.place)) continue;
    skipped.push({ place: of.place, node: null, reason: reasonOf(of), isAway: true });
  }
  return { targets, skipped };
}

const answers = ({ state }: FleetPlace) => state.kind === 'here' || state.kind === 'open';
const reasonOf = (place: FleetPlace | undefined) => (place === undefined ? 'its place is gone' : placeStateText(place));

/** Said no, by a role or by the node's state; nothing was tried. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'ACT_NOT_CONFIRMED',
  'FLEET_ORDER_UNFIT',
  'PROFILE_STAKE_NOT_ALLOWED',
]);

/** A node that is already as the order wants it, or that needs a person, is listed and is no failure of the command. */
export function orderExit(results: readonly SteerResult[], skipped: readonly Skipped[]): ExitCode {
  const errors = results.flatMap(({ error }) => (error === null ? [] : [error]));
  if (skipped.some(({ isAway }) => isAway) || errors.some(({ code }) => !REFUSALS.has(code))) return EXIT.failed;
  return errors.length > 0 ? EXIT.refused : EXIT.ok;
}

export function orderText(results: readonly SteerResult[], skipped: readonly Skipped[], order: FleetOrder): string {
  const lines = [
    ...results.map(({ place, node, error }) => [
      `${place}/${node}`,
      error === null ? `${order}: taken` : `${error.message} (${error.code})`,
    ]),
    ...skipped.map(({ place, node, reason }) => [node === null ? place : `${place}/${node}`, `not told: ${reason}`]),
  ];
  return [
    ...(results.length === 0 ? [`No selected node can be told to ${order} now.`] : []),
    ...(lines.length === 0 ? [] : [table(['node', 'what became of it'], lines)]),
  ].join('\n');
}
