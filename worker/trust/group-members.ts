/**
 * The other members of a validation group: from a slash's evidence, or inferred from the validation's events next to
 * ours. Events are public; the tasks of others are not. Source: RELAY_PROTOCOL 1.3, 3.4, 4.6.
 */
import type { GroupMember, GroupNode } from '../../contract/trust.ts';
import { isHex } from '../../protocol/hex.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { readEventArgs, type SlashEvidence, type TaskSnapshot } from '../../protocol/wire/event-args.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';

export interface Self {
  readonly commitment: string;
  readonly node: string;
}

/** Members named by the evidence, including those without a snapshot; null if it names none. */
export function membersFromEvidence(evidence: SlashEvidence, self: Self): GroupMember[] | null {
  const snapshots = evidence.task_snapshots ?? [];
  const named = evidence.validation_context?.task_id_commitments ?? [];
  const order = matchNodesByOrder(evidence, self);
  const commitments = [...new Set([...named, ...snapshots.map((snapshot) => snapshot.task_id_commitment)])];
  const members = commitments.flatMap((commitment) => {
    if (commitment === undefined) return [];
    const snapshot = snapshots.find((candidate) => candidate.task_id_commitment === commitment);
    const member = memberFromSnapshot(commitment, snapshot ?? {}, self);
    return [{ ...member, node: member.node ?? order.get(commitment) ?? null }];
  });
  return members.length === 0 ? null : members;
}

/** The group's nodes at the start of their tasks; empty if the evidence has none. */
export function nodesFromEvidence({ node_snapshots }: SlashEvidence, self: string): GroupNode[] {
  return (node_snapshots ?? []).map((node): GroupNode => {
    const healthAtMs = Date.parse(node.health_updated_at ?? '');
    const version = [node.major_version, node.minor_version, node.patch_version];
    return {
      address: node.address,
      self: sameAddress(node.address, self),
      gpuName: node.gpu_name ?? null,
      gpuVramGib: node.gpu_vram ?? null,
      version: version.includes(undefined) ? null : version.join('.'),
      stakeWei: node.operator_stake_amount?.toString() ?? null,
      delegatedWei: node.delegated_staking_amount?.toString() ?? null,
      delegators: node.delegator_count ?? null,
      qosLong: node.qos_score ?? null,
      health: node.health_base ?? null,
      healthAtMs: Number.isNaN(healthAtMs) ? null : healthAtMs,
      models: (node.models ?? []).map(({ model_id, in_use }) => ({ id: model_id, inUse: in_use ?? false })),
    };
  });
}

/**
 * Assigns snapshots to tasks if they do not say so themselves: nodes and tasks are listed in the same order. Accepted
 * only if this node gets its own task.
 */
function matchNodesByOrder({ task_snapshots, node_snapshots }: SlashEvidence, self: Self): ReadonlyMap<string, string> {
  const [tasks, nodes] = [task_snapshots ?? [], node_snapshots ?? []];
  const order = new Map<string, string>();
  if (tasks.length !== nodes.length) return order;
  for (const [i, { task_id_commitment: commitment }] of tasks.entries()) {
    const node = nodes[i];
    if (commitment !== undefined && node !== undefined) order.set(commitment, node.address);
  }
  return sameAddress(order.get(self.commitment) ?? '', self.node) ? order : new Map();
}

function memberFromSnapshot(commitment: string, snapshot: Partial<TaskSnapshot>, self: Self): GroupMember {
  const { status: end, task_error: error, start_time: start, score_ready_time: ready } = snapshot;
  const score = scoreOf(snapshot.score);
  const reported = error !== undefined && error !== 0;
  const times = start === undefined || ready === undefined ? Number.NaN : Date.parse(ready) - Date.parse(start);
  return {
    commitment,
    self: commitment === self.commitment,
    node: snapshot.selected_node ?? null,
    status: reported ? 'ErrorReported' : score !== null ? 'ScoreReady' : end === 'EndAborted' ? 'EndAborted' : null,
    score,
    end: end === undefined ? null : statusAtValidation(end),
    executionMs: Number.isNaN(times) ? null : times,
    knownBy: 'evidence',
  };
}

/** A member according to its task's events; `end` stays null if they do not show it. */
export function memberFromEvents(commitment: string, events: readonly RelayEvent[]): GroupMember {
  let member: GroupMember = {
    commitment,
    self: false,
    node: null,
    status: null,
    score: null,
    end: null,
    executionMs: null,
    knownBy: 'events',
  };
  for (const event of events.filter((candidate) => candidate.commitment === commitment)) {
    if (event.type === 'TaskStarted') member = { ...member, node: event.nodeAddress };
    const score = readEventArgs(event, 'TaskScoreReady');
    if (score !== null) member = { ...member, status: 'ScoreReady', score: scoreOf(score.score) };
    if (event.type === 'TaskErrorReported') member = { ...member, status: 'ErrorReported' };
    const end = STATUS_BY_EVENT[event.type];
    // The first one is the validation's; a winner that fails to upload afterwards is aborted later.
    if (end !== undefined && member.end === null) member = { ...member, end };
  }
  return member.end === 'EndAborted' && member.status === null ? { ...member, status: 'EndAborted' } : member;
}

/** What a group validation's own events mean; TaskValidated is used for both kinds of validation. */
const STATUS_BY_EVENT: Readonly<Record<string, TaskStatus>> = {
  TaskValidated: 'GroupValidated',
  TaskEndGroupRefund: 'EndGroupRefund',
  TaskEndInvalidated: 'EndInvalidated',
  TaskEndAborted: 'EndAborted',
};

/** IDs to look at on either side of our own event. */
export const NEIGHBOUR_EVENTS = 8;

/** Events that a slash inserts between those of its validation. */
const INTERLEAVED_EVENTS = new Set(['NodeQuit', 'NodeSlashed', 'NodeKickedOut', 'DelegatedStakingSlashed']);

/**
 * Pairs of tasks that may have been validated together with an invalidated one: the validation writes all its events at
 * once, so they are adjacent. Either a winner and an equal one, or two reported errors; nearest first.
 */
export function candidatePairs(window: readonly RelayEvent[], self: Self): (readonly [string, string])[] {
  const events = window.toSorted((a, b) => a.id - b.id);
  const at = events.findIndex((event) => event.type === 'TaskEndInvalidated' && event.commitment === self.commitment);
  if (at < 0) return [];
  const beside = [...settlementRun(events.slice(0, at).reverse()), ...settlementRun(events.slice(at + 1))];
  const commitmentsOf = (type: string) => beside.flatMap((event) => (event.type === type ? [event.commitment ?? ''] : []));
  const outvoted = commitmentsOf('TaskValidated').flatMap((winner) =>
    commitmentsOf('TaskEndGroupRefund').map((equal) => [winner, equal] as const),
  );
  const aborted = beside.flatMap((event) => {
    const args = readEventArgs(event, 'TaskEndAborted');
    return args?.abort_reason === 'IncorrectResult' && args.last_status === 'ErrorReported' ? [event.commitment ?? ''] : [];
  });
  const errors = aborted.flatMap((first, i) => aborted.slice(i + 1).map((second) => [first, second] as const));
  return [...outvoted, ...errors].filter((pair) => pair.every((id) => isHex(id, 32) && id !== self.commitment));
}

/** The unbroken sequence of settlement events from the near end. */
function settlementRun(events: readonly RelayEvent[]): RelayEvent[] {
  const found: RelayEvent[] = [];
  for (const event of events) {
    const aborted = readEventArgs(event, 'TaskEndAborted');
    if (INTERLEAVED_EVENTS.has(event.type) || aborted?.abort_reason === 'NodeSlashed') continue;
    if (STATUS_BY_EVENT[event.type] === undefined) break;
    found.push(event);
  }
  return found;
}

function statusAtValidation(status: TaskStatus): TaskStatus {
  return status === 'EndGroupSuccess' ? 'GroupValidated' : status;
}

function scoreOf(text: string | undefined): string | null {
  return text !== undefined && text !== '' && isHex(text) ? text : null;
}
