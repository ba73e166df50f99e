import { expect, it } from 'vitest';
import { isTerminal, TASK_STATUSES } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS } from '../../../protocol/tasks/transitions.ts';
import { layOutStateGraph, NODE_HEIGHT, NODE_WIDTH } from './state-graph.ts';
import { edgeKey } from './task-path.ts';

const graph = layOutStateGraph();

it('draws every state and every edge of the network once, with everyone who may take it', () => {
  expect(graph.nodes.map((node) => node.status)).toEqual([...TASK_STATUSES]);
  const lawful = new Set(TRANSITIONS.map(({ from, to }) => edgeKey(from, to)));
  expect(graph.edges.map(({ from, to }) => edgeKey(from, to)).toSorted()).toEqual([...lawful].toSorted());
  expect(graph.edges.flatMap((edge) => edge.transitions)).toHaveLength(TRANSITIONS.length);
  for (const edge of graph.edges) expect(edge.path).toMatch(/^M\d/);
});

it('keeps states apart and inside the drawing', () => {
  for (const a of graph.nodes) {
    expect(a.x - NODE_WIDTH / 2).toBeGreaterThanOrEqual(0);
    expect(a.x + NODE_WIDTH / 2).toBeLessThanOrEqual(graph.width);
    expect(a.y + NODE_HEIGHT / 2).toBeLessThanOrEqual(graph.height);
    for (const b of graph.nodes) {
      if (a !== b)
        expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT, `${a.status} ${b.status}`).toBe(true);
    }
  }
});

it('runs downwards, with all end states together at the bottom', () => {
  const layer = new Map(graph.nodes.map((node) => [node.status, node.layer]));
  for (const { from, to } of graph.edges) if (from !== to) expect(layer.get(to)).toBeGreaterThan(layer.get(from) ?? 0);
  const bottom = Math.max(...layer.values());
  for (const status of TASK_STATUSES) expect(layer.get(status) === bottom, status).toBe(isTerminal(status));
});

it('only the exit that is open from everywhere runs along the border', () => {
  expect(new Set(graph.edges.filter((edge) => edge.rail).map((edge) => edge.to))).toEqual(new Set(['EndAborted']));
});
