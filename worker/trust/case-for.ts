/** Decides whether something is a case, of which kind, and who is at fault. Pure. */
import type { CaseKind, Fault, Review } from '../../contract/trust.ts';
import { isHex } from '../../protocol/hex.ts';
import { lastStatusBeforeEnd } from '../../protocol/tasks/missed-deadline.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { readEventArgs } from '../../protocol/wire/event-args.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import type { StoredTransition } from '../store/tasks.ts';
import { type EndedTask, fault, faultOfEnd } from './fault.ts';

export interface CaseVerdict {
  readonly id: string;
  readonly kind: CaseKind;
  /** Null only for a slash that names no task. */
  readonly commitment: string | null;
  readonly fault: Fault;
  readonly review: Review;
  /** The event that ended the membership, if there is one. */
  readonly event: RelayEvent | null;
}

export interface CaseSubject {
  /** Null if the question is only about an event of the node. */
  readonly task: EndedTask | null;
  readonly events: readonly RelayEvent[];
  readonly self: string;
  /** A contract decides. */
  readonly isOnChain?: boolean;
  /** Events have no time of their own. */
  readonly nowMs: number;
}

/** Null if there is no case: the task ended well, not because of this node, or only as part of a slash. */
export function caseFor({ task, events, self, isOnChain = false, nowMs }: CaseSubject): CaseVerdict | null {
  const own = events.filter((event) => sameAddress(event.nodeAddress, self));
  const slash = own.find((event) => event.type === 'NodeSlashed' && (task === null || event.commitment === task.commitment));
  if (slash !== undefined) return slashVerdict(slash, { task, isOnChain, nowMs });
  if (task === null) {
    const kickOut = own.find((event) => event.type === 'NodeKickedOut');
    return kickOut === undefined ? null : kickOutVerdict(kickOut, isOnChain);
  }
  const end = faultOfEnd(task);
  if (end === null) return null;
  const base = { id: task.commitment, commitment: task.commitment, fault: end, event: null };
  if (task.status === 'EndInvalidated') return { ...base, kind: 'invalidated', review: { kind: 'awaited' } };
  const kind = TIMEOUTS[end.code];
  return kind === undefined ? null : { ...base, kind, review: { kind: 'none' } };
}

const TIMEOUTS: Readonly<Partial<Record<Fault['code'], CaseKind>>> = {
  executionTimedOut: 'executionTimeout',
  uploadTimedOut: 'uploadTimeout',
};

function slashVerdict(
  event: RelayEvent,
  { task, isOnChain, nowMs }: Pick<CaseSubject, 'task' | 'nowMs'> & { readonly isOnChain: boolean },
): CaseVerdict {
  // "0x" means an admin's slash without a task.
  const commitment = event.commitment !== null && isHex(event.commitment, 32) ? event.commitment : null;
  const amountWei = readEventArgs(event, 'NodeSlashed')?.amount ?? 0n;
  const review: Review = { kind: 'slashed', atMs: nowMs, amountWei: amountWei.toString(), eventId: event.id };
  const known = task === null ? null : faultOfEnd(task);
  return {
    id: commitment ?? `slashed-${event.id}`,
    kind: 'slashed',
    commitment,
    fault: known ?? fault(commitment === null ? 'slashedWithoutTask' : 'slashedForTask', isOnChain),
    review,
    event,
  };
}

function kickOutVerdict(event: RelayEvent, isOnChain: boolean): CaseVerdict {
  return {
    id: `kicked-out-${event.id}`,
    kind: 'kickedOut',
    commitment: event.commitment,
    fault: fault('lowQuality', isOnChain),
    review: { kind: 'none' },
    event,
  };
}

/** The furthest known state of a task before it ended; the network's `last_status` takes precedence. */
export function lastStatusOf(
  transitions: readonly Pick<StoredTransition, 'status'>[],
  reported: TaskStatus | null = null,
): TaskStatus | null {
  if (reported !== null) return reported;
  return lastStatusBeforeEnd(transitions);
}
