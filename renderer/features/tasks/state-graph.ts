/** The network's state graph, laid out from its own transitions: layers from top to bottom, end states in the last one. */

import { isTerminal, TASK_STATUSES, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS, type Transition } from '../../../protocol/tasks/transitions.ts';
import { placeLayers } from './state-graph-placement.ts';
import { edgeKey } from './task-path.ts';

interface GraphNode {
  readonly status: TaskStatus;
  readonly layer: number;
  /** Centre. */
  readonly x: number;
  readonly y: number;
}

interface GraphEdge {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  /** One per actor and cause that may move a task along this edge. */
  readonly transitions: readonly Transition[];
  /** SVG path data. */
  readonly path: string;
  /** An exit that is open from many states; drawn along the border. */
  readonly rail: boolean;
}

export interface StateGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export const NODE_WIDTH = 128;
export const NODE_HEIGHT = 36;
const LAYER_STEP = 74;
const MARGIN = 8;
const RAIL_GAP = 18;
/** A state with at least this many incoming edges, further away than one layer, gets its own lane. */
const RAIL_MIN_EDGES = 4;

interface StatePair {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  readonly transitions: readonly Transition[];
}

/** Every edge once, with everyone who may take it. */
function graphEdges(): readonly StatePair[] {
  const byKey = Map.groupBy(TRANSITIONS, ({ from, to }) => edgeKey(from, to));
  return [...byKey.values()].flatMap((transitions) => {
    const [first] = transitions;
    return first === undefined ? [] : [{ from: first.from, to: first.to, transitions }];
  });
}

/** The longest path from the start over transitions without a deadline; end states are together below everything else. */
function layersOf(edges: readonly StatePair[]): ReadonlyMap<TaskStatus, number> {
  const forward = edges.filter((edge) => edge.from !== edge.to && edge.transitions.some((each) => !each.afterDeadline));
  const layers = new Map<TaskStatus, number>(TASK_STATUSES.map((status) => [status, 0]));
  // Apart from the loop skipped above, the graph has no cycles, so the longest path has fewer steps than there are states.
  for (const _ of TASK_STATUSES) {
    for (const { from, to } of forward) layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(from) ?? 0) + 1));
  }
  const last = Math.max(...layers.values());
  return new Map([...layers].map(([status, layer]) => [status, isTerminal(status) ? last : layer]));
}

export function layOutStateGraph(): StateGraph {
  const edges = graphEdges();
  const layers = layersOf(edges);
  const layerOf = (status: TaskStatus) => layers.get(status) ?? 0;
  const isRail = (edge: StatePair) =>
    edges.filter((other) => other.to === edge.to && layerOf(other.to) - layerOf(other.from) > 1).length >= RAIL_MIN_EDGES;
  const drawn = edges.filter((edge) => edge.from !== edge.to && !isRail(edge));
  const placed = placeLayers({
    layers,
    edges: drawn,
    last: edges.find(isRail)?.to ?? null,
    nodeWidth: NODE_WIDTH,
  });
  const top = MARGIN + NODE_HEIGHT / 2;
  const nodes = TASK_STATUSES.map((status) => {
    const layer = layerOf(status);
    return { status, layer, x: MARGIN + placed.x(status), y: top + layer * LAYER_STEP };
  });
  const at = new Map(nodes.map((node) => [node.status, node]));
  const railX = MARGIN + placed.width + RAIL_GAP;
  const pathOf = (edge: StatePair): string => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    if (from === undefined || to === undefined) return '';
    if (edge.from === edge.to) return loopPath(to);
    if (isRail(edge)) return railPath(from, to, railX);
    const bends = placed.bends(edge.from, edge.to).map(({ layer, x }) => ({ x: MARGIN + x, y: top + layer * LAYER_STEP }));
    return curvedPath([{ x: from.x, y: from.y + NODE_HEIGHT / 2 }, ...bends, { x: to.x, y: to.y - NODE_HEIGHT / 2 }]);
  };
  return {
    width: railX + MARGIN,
    height: Math.max(...nodes.map((node) => node.y)) + NODE_HEIGHT / 2 + MARGIN + 10,
    nodes,
    edges: edges.map((edge) => ({ ...edge, path: pathOf(edge), rail: isRail(edge) })),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Leaves and arrives vertically, and also runs vertically past a box. */
function curvedPath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  let path = `M${start.x} ${start.y}`;
  let before = start;
  for (const [i, point] of rest.entries()) {
    const bend = i < rest.length - 1;
    const entry = bend ? point.y - NODE_HEIGHT / 2 : point.y;
    const middle = (before.y + entry) / 2;
    path += ` C${before.x} ${middle} ${point.x} ${middle} ${point.x} ${entry}`;
    before = bend ? { x: point.x, y: point.y + NODE_HEIGHT / 2 } : point;
    if (bend) path += ` L${before.x} ${before.y}`;
  }
  return path;
}

/** Leaves at the lower right, runs through the gap between two layers to the border, down there, and in from the right. */
function railPath(from: Point, to: Point, railX: number): string {
  const startX = from.x + NODE_WIDTH / 2 - 12;
  const startY = from.y + NODE_HEIGHT / 2;
  const gapY = startY + 8;
  return `M${startX} ${startY} V${gapY} H${railX} V${to.y} H${to.x + NODE_WIDTH / 2}`;
}

function loopPath({ x, y }: Point): string {
  const bottom = y + NODE_HEIGHT / 2;
  return `M${x - 14} ${bottom} c0 12 28 12 28 0`;
}
