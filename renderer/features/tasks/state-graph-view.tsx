import { clsx } from 'clsx';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { clockTime } from '../../ui/time.tsx';
import { layOutStateGraph, NODE_HEIGHT, NODE_WIDTH } from './state-graph.ts';
import { statusLook } from './task-display.ts';
import { edgeKey, type PathStep, takenEdges } from './task-path.ts';

const GRAPH = layOutStateGraph();

const FILLS = {
  good: 'fill-good-wash stroke-good',
  bad: 'fill-bad-wash stroke-bad',
  warn: 'fill-warn-wash stroke-warn',
  info: 'fill-accent-wash stroke-accent',
  neutral: 'fill-raised stroke-edge',
} as const;

export interface StateGraphViewProps {
  readonly path: readonly PathStep[];
  readonly status: TaskStatus;
}

/** All states of the network with one task's path highlighted. Only an illustration: the list of steps says the same in words. */
export function StateGraphView({ path, status }: StateGraphViewProps) {
  const { t, i18n } = useTranslation(['tasks', 'common']);
  const lit = useMemo(() => takenEdges(path), [path]);
  const seen = useMemo(() => new Map(path.map((step) => [step.status, step.atMs])), [path]);
  return (
    <svg
      role="img"
      aria-label={t('drawer.graphLabel', { status: t(`common:taskStatus.${status}`) })}
      viewBox={`0 0 ${GRAPH.width} ${GRAPH.height}`}
      className="h-auto w-full"
    >
      {GRAPH.edges
        .toSorted((a, b) => Number(lit.has(edgeKey(a.from, a.to))) - Number(lit.has(edgeKey(b.from, b.to))))
        .map((edge) => {
          const isLit = lit.has(edgeKey(edge.from, edge.to));
          return (
            <path
              key={edgeKey(edge.from, edge.to)}
              d={edge.path}
              fill="none"
              strokeWidth={isLit ? 2.5 : 1}
              strokeDasharray={edge.rail && !isLit ? '3 3' : undefined}
              className={isLit ? 'stroke-accent' : 'stroke-edge opacity-55'}
            />
          );
        })}
      {GRAPH.nodes.map((node) => {
        const atMs = seen.get(node.status);
        const here = node.status === status;
        const y = node.y + (atMs === undefined ? 4 : -2);
        return (
          <g key={node.status}>
            <rect
              x={node.x - NODE_WIDTH / 2}
              y={node.y - NODE_HEIGHT / 2}
              width={NODE_WIDTH}
              height={NODE_HEIGHT}
              rx={6}
              strokeWidth={here ? 2.5 : 1}
              className={
                here
                  ? FILLS[statusLook(status).tone]
                  : atMs === undefined
                    ? 'fill-surface stroke-line'
                    : 'fill-accent-wash stroke-accent'
              }
            />
            <text
              x={node.x}
              y={y}
              textAnchor="middle"
              className={clsx('text-[10.5px]', atMs === undefined ? 'fill-faint' : 'fill-ink', here && 'font-semibold')}
            >
              {t(`common:taskStatus.${node.status}`)}
            </text>
            {atMs !== undefined && (
              <text x={node.x} y={node.y + 11} textAnchor="middle" className="fill-soft text-[9px] tabular-nums">
                {clockTime(atMs, i18n.language)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
