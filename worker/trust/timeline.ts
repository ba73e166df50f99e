/** A task's life as this node saw it, in one list. */
import type { TimelineEntry } from '../../contract/trust.ts';
import type { Execution } from '../store/executions.ts';
import type { NodeHistoryEntry } from '../store/node-history.ts';
import type { Alarm, StoredTransition } from '../store/tasks.ts';

export interface TimelineFacts {
  readonly transitions: readonly StoredTransition[];
  readonly executions: readonly Execution[];
  readonly alarms: readonly Alarm[];
  readonly nodeStates: readonly NodeHistoryEntry[];
  readonly deadlineMs: number | null;
  readonly uploadedMs: number | null;
  readonly closedMs: number | null;
}

/** How long before and after a task's own entries the node's states are included. */
const MARGIN_MS = 5 * 60_000;

export function timelineOf(facts: TimelineFacts): TimelineEntry[] {
  const entries: TimelineEntry[] = facts.transitions.map(({ status, atMs, source, evidence }) => {
    return { atMs, code: 'status', value: status, source, evidence };
  });
  const addLocal = (atMs: number | null, code: TimelineEntry['code'], value: string, evidence = '') => {
    if (atMs !== null) entries.push({ atMs, code, value, source: 'local', evidence });
  };
  for (const { attempt, lifetime, startedMs, endedMs, outcome, detail } of facts.executions) {
    addLocal(startedMs, 'executionStarted', String(attempt), `engine lifetime ${lifetime}`);
    addLocal(endedMs, 'executionEnded', outcome ?? '', detail);
  }
  for (const { atMs, code, message } of facts.alarms) addLocal(atMs, 'alarm', code, message);
  addLocal(facts.uploadedMs, 'uploaded', '');
  addLocal(facts.closedMs, 'closed', '');
  const evidence = 'floor(start_time) + timeout';
  if (facts.deadlineMs !== null) entries.push({ atMs: facts.deadlineMs, code: 'deadline', value: '', source: 'rule', evidence });
  const times = entries.map((entry) => entry.atMs);
  const [from, to] = [Math.min(...times) - MARGIN_MS, Math.max(...times) + MARGIN_MS];
  for (const { state, atMs, source, evidence: why } of facts.nodeStates) {
    if (times.length === 0 || (atMs >= from && atMs <= to))
      entries.push({ atMs, code: 'nodeState', value: state, source, evidence: why });
  }
  return entries.sort((a, b) => a.atMs - b.atMs);
}
