/** Builds a case file from the store: everything that this node knows without asking the network. */
import type { CaseFile, CaseFileEntry, MachineFacts } from '../../contract/trust.ts';
import { type Hex, isHex } from '../../protocol/hex.ts';
import { taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { Store } from '../store/store.ts';
import type { StoredTask } from '../store/tasks.ts';
import { type CaseVerdict, lastStatusOf } from './case-for.ts';
import type { EndedTask } from './fault.ts';
import { localCause } from './local-cause.ts';
import { timelineOf } from './timeline.ts';

export interface CaseDraft {
  readonly store: Store;
  readonly verdict: CaseVerdict;
  readonly files: readonly CaseFileEntry[];
  readonly machine: MachineFacts;
  /** The state before the end as the network reported it, if it did. */
  readonly reportedLastStatus: TaskStatus | null;
  readonly nowMs: number;
}

/** How many states of the node a case considers. */
const NODE_STATES = 500;

export function buildCase({ store, verdict, files, machine, reportedLastStatus, nowMs }: CaseDraft): CaseFile {
  const commitment = verdict.commitment !== null && isHex(verdict.commitment, 32) ? verdict.commitment : null;
  const task = commitment === null ? null : store.tasks.find(commitment);
  const deadlineMs = deadlineOf(task);
  const { executions, transitions, alarms, score } = recordsOf(store, task?.commitment ?? null);
  return {
    id: verdict.id,
    kind: verdict.kind,
    commitment: verdict.commitment,
    openedMs: nowMs,
    complete: false,
    fault: verdict.fault,
    review: verdict.review,
    task: task === null ? null : { ...taskPart(task, lastStatusOf(transitions, reportedLastStatus)), deadlineMs },
    own: {
      score,
      cause: localCause({
        kind: verdict.kind,
        firstSeenMs: task?.firstSeenMs ?? nowMs,
        deadlineMs,
        hasScore: score !== null,
        executions,
        alarms,
        uploadedMs: task?.uploadedMs ?? null,
        uploadRefusals: task?.uploadRefusals ?? 0,
      }),
      files: [...files],
      executions: executions.map((execution) => ({ ...execution, machine: store.lifetimes.find(execution.lifetime) })),
    },
    group: null,
    groupNodes: [],
    deviations: [],
    machine,
    timeline: timelineOf({
      transitions,
      executions,
      alarms,
      nodeStates: store.history.latest(NODE_STATES),
      deadlineMs,
      uploadedMs: task?.uploadedMs ?? null,
      closedMs: task?.closedMs ?? null,
    }),
    eventArgs: verdict.event?.args ?? null,
    qos: null,
    log: { kind: 'unavailable' },
  };
}

/** The task as needed for the verdict; null if this store does not know it. */
export function endedTask(
  store: Store,
  commitment: Hex,
  {
    reportedLastStatus = null,
    isOnChain = false,
  }: { readonly reportedLastStatus?: TaskStatus | null; readonly isOnChain?: boolean } = {},
): EndedTask | null {
  const task = store.tasks.find(commitment);
  if (task === null) return null;
  const { type, status, abortReason, taskError, startTimeMs } = task;
  const lastStatus = lastStatusOf(store.tasks.transitions(commitment), reportedLastStatus);
  const isUploaded = task.uploadedMs !== null;
  return { commitment, type, status, abortReason, taskError, startTimeMs, lastStatus, isUploaded, isOnChain };
}

/** Events that can be the reason for a case, or change one. */
export function nodeEvents(store: Store): RelayEvent[] {
  return store.events.ofTypes(['NodeSlashed', 'NodeKickedOut']);
}

function recordsOf(store: Store, commitment: Hex | null) {
  if (commitment === null) return { executions: [], transitions: [], alarms: [], score: null };
  return {
    executions: store.executions.of(commitment),
    transitions: store.tasks.transitions(commitment),
    alarms: store.tasks.alarms(commitment),
    score: store.ledger.find(commitment)?.score ?? null,
  };
}

function taskPart(task: StoredTask, lastStatus: TaskStatus | null) {
  const { type, modelIds, taskArgs, timeoutSeconds, status, abortReason, taskError, startTimeMs } = task;
  const feeWei = task.feeWei.toString();
  return { type, modelIds, taskArgs, feeWei, timeoutSeconds, status, lastStatus, abortReason, taskError, startTimeMs };
}

function deadlineOf(task: StoredTask | null): number | null {
  if (task === null || task.startTimeMs === null) return null;
  return taskDeadlineMs({ startTimeMs: task.startTimeMs, timeoutSeconds: task.timeoutSeconds });
}
