/**
 * Why a node gets no tasks from contracts, which check fewer conditions than a relay. Source: CHAIN_PROTOCOL 2.7, 3.5,
 * 4.2.
 */
import type { NoTaskCondition } from '../../contract/standing.ts';
import { baseModelsOf } from '../../protocol/node/selection.ts';
import type { NoTaskFacts } from './no-task-facts.ts';
import { condition } from './no-task-facts.ts';

/** Most names in a parameter list. */
const MAX_NAMES = 10;

export function chainReachable({ local }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'chainReachable', source: 'this machine' } as const;
  if (local.relay === 'reachable') return condition({ ...base, verdict: 'yes', code: 'reachable' });
  if (local.relay === 'unknown') return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  return condition({ ...base, verdict: 'no', code: 'unreachable', change: 'endpoints' });
}

/** The odds among the nodes that fit: stake does not matter, and every node has a chance. */
export function draw({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'draw', source: 'CHAIN_PROTOCOL 3.5 weight' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  return condition({ ...base, verdict: 'yes', code: 'weighed', params: { points: info.probWeight } });
}

/** Nodes with one of the task's models precede all nodes without. */
export function models({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'models', source: 'CHAIN_PROTOCOL 3.5 models' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const present = baseModelsOf(info.modelIds).slice(0, MAX_NAMES);
  if (present.length > 0) return condition({ ...base, verdict: 'unknown', code: 'present', params: { present } });
  return condition({ ...base, verdict: 'no', code: 'none', change: 'downloadModels' });
}
