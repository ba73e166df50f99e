/** Positions for the states of a layered graph: few crossings, and nothing overlaps. */
import type { TaskStatus } from '../../../protocol/tasks/status.ts';

export interface PlacementRequest {
  readonly layers: ReadonlyMap<TaskStatus, number>;
  readonly edges: readonly { readonly from: TaskStatus; readonly to: TaskStatus }[];
  /** Placed last in its layer. */
  readonly last: TaskStatus | null;
  readonly nodeWidth: number;
}

export interface Placement {
  readonly width: number;
  /** Centre of a state. */
  x(status: TaskStatus): number;
  /** Where an edge crosses the layers between its ends. */
  bends(from: TaskStatus, to: TaskStatus): readonly { readonly layer: number; readonly x: number }[];
}

/** A state, or the point where a long edge crosses a layer. */
interface Slot {
  readonly key: string;
  readonly layer: number;
  readonly width: number;
  x: number;
}

const GAP = 12;
const BEND_WIDTH = 10;
/** Ordering and moving settle within a few rounds; more rounds change nothing. */
const ROUNDS = 12;

const bendKey = (from: string, to: string, layer: number) => `${from}>${to}@${layer}`;

export function placeLayers({ layers, edges, last, nodeWidth }: PlacementRequest): Placement {
  const slots = new Map<string, Slot>();
  for (const [status, layer] of layers) slots.set(status, { key: status, layer, width: nodeWidth, x: 0 });
  const links: (readonly [string, string])[] = [];
  for (const { from, to } of edges) {
    let before: string = from;
    for (let layer = (layers.get(from) ?? 0) + 1; layer < (layers.get(to) ?? 0); layer++) {
      const key = bendKey(from, to, layer);
      slots.set(key, { key, layer, width: BEND_WIDTH, x: 0 });
      links.push([before, key]);
      before = key;
    }
    links.push([before, to]);
  }
  const rows = Map.groupBy(slots.values(), (slot) => slot.layer);
  const neighbours = (key: string): Slot[] =>
    links
      .flatMap(([above, below]) => (above === key ? [below] : below === key ? [above] : []))
      .flatMap((k) => slots.get(k) ?? []);
  const wish = (slot: Slot) => mean(neighbours(slot.key).map((other) => other.x)) ?? slot.x;
  const depth = Math.max(...rows.keys());

  for (const row of rows.values()) arrangeRow(row, (slot) => slot.x);
  for (let round = 0; round < ROUNDS; round++) {
    const down = round % 2 === 0;
    for (let i = 0; i <= depth; i++) {
      const row = rows.get(down ? i : depth - i) ?? [];
      row.sort((a, b) => Number(a.key === last) - Number(b.key === last) || wish(a) - wish(b));
      arrangeRow(row, wish);
    }
  }
  const left = Math.min(...[...slots.values()].map((slot) => slot.x - slot.width / 2));
  const right = Math.max(...[...slots.values()].map((slot) => slot.x + slot.width / 2));
  const xOf = (key: string) => Math.round((slots.get(key)?.x ?? 0) - left);
  return {
    width: Math.round(right - left),
    x: xOf,
    bends(from, to) {
      const between = [...slots.values()].filter(({ key, layer }) => key === bendKey(from, to, layer));
      return between.toSorted((a, b) => a.layer - b.layer).map(({ key, layer }) => ({ layer, x: xOf(key) }));
    },
  };
}

/** Arranges a row in its order, as close to the wanted positions as the widths allow. */
function arrangeRow(row: readonly Slot[], wish: (slot: Slot) => number): void {
  const wishes = row.map(wish);
  let edge = Number.NEGATIVE_INFINITY;
  for (const [i, slot] of row.entries()) {
    slot.x = Math.max(wishes[i] ?? 0, edge + slot.width / 2);
    edge = slot.x + slot.width / 2 + GAP;
  }
  // Everything was pushed to the right; now move the whole row back to where it wanted to be.
  const off = mean(row.map((slot, i) => slot.x - (wishes[i] ?? 0))) ?? 0;
  for (const slot of row) slot.x -= off;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
