/** What the network can add to a case: the group, the review, the quality of service, who was late. */

import type { QosExplanation } from '../../contract/standing.ts';
import type { CaseFile, Fault, GroupMember, GroupRules, Review } from '../../contract/trust.ts';
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { DeviationName } from '../../protocol/tasks/deviations.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { readEventArgs } from '../../protocol/wire/event-args.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import { fault } from './fault.ts';
import { candidatePairs, memberFromEvents, membersFromEvidence, NEIGHBOUR_EVENTS, type Self } from './group-members.ts';
import { groupRules } from './group-rules.ts';
import { explainQos } from './qos-explanation.ts';
import { explainPoints } from './qos-points.ts';

export interface Inquiry {
  readonly network: TrustNetwork;
  /** In bits; null if the network's threshold is unknown. */
  readonly distanceThreshold: number | null;
  readonly nowMs: number;
}

export interface Findings {
  readonly reportedLastStatus: TaskStatus | null;
  readonly status: NodeStatus | null;
  readonly qos: QosExplanation;
  readonly group: CaseFile['group'];
}

/** @throws the network's errors; the case then stays incomplete and is tried again. */
export async function investigate(file: CaseFile, inquiry: Inquiry): Promise<Findings> {
  const { network, nowMs } = inquiry;
  const info = await network.nodeInfo();
  const qos =
    network.qosPoints === undefined
      ? explainQos({ tracing: await network.qosTracing(), info, nowMs })
      : explainPoints(await network.qosPoints(), nowMs);
  const events = file.commitment === null ? [] : await network.eventsOfTask(file.commitment);
  const aborted = events.map((event) => readEventArgs(event, 'TaskEndAborted')).find((args) => args !== null);
  return {
    reportedLastStatus: aborted?.last_status ?? null,
    status: info.status,
    qos,
    group: file.task?.status === 'EndInvalidated' ? await findGroup(file, events, inquiry) : null,
  };
}

async function findGroup(file: CaseFile, events: readonly RelayEvent[], inquiry: Inquiry): Promise<CaseFile['group']> {
  const { commitment, task } = file;
  if (commitment === null || task === null) return null;
  const { network, distanceThreshold } = inquiry;
  if (network.groupOf !== undefined) {
    const members = await network.groupOf(commitment);
    const facts = { taskType: task.type, distanceThreshold, network: 'contract' } as const;
    return members === null ? null : { members: [...members], rules: groupRules({ ...facts, members }) };
  }
  const self: Self = { commitment, node: network.address };
  const own = ownMember(file, self);
  const judge = (members: readonly GroupMember[]) => groupRules({ taskType: task.type, members, distanceThreshold });
  const evidence = evidenceOf(file);
  const named = evidence === null ? null : membersFromEvidence(evidence, self);
  if (named !== null) {
    const members = await Promise.all(
      named.map(async (member) => (member.self ? own : fillFromEvents(member, await network.eventsOfTask(member.commitment)))),
    );
    return { members, rules: judge(members) };
  }
  const invalidated = events.find((event) => event.type === 'TaskEndInvalidated');
  return invalidated === undefined ? null : inferGroup({ own, self, ownEventId: invalidated.id, judge, network });
}

interface InferenceInput {
  readonly own: GroupMember;
  readonly self: Self;
  readonly ownEventId: number;
  readonly judge: (members: readonly GroupMember[]) => GroupRules | null;
  readonly network: TrustNetwork;
}

/** On a busy network, more pairs than this are adjacent only by chance; then nothing is inferred. */
const MAX_PAIRS = 12;

/** A pair is believed only if the table then explains the outcome, and if no other pair does. */
async function inferGroup({ own, self, ownEventId: near, judge, network }: InferenceInput): Promise<CaseFile['group']> {
  const pairs = candidatePairs(await network.eventsAround(near, NEIGHBOUR_EVENTS), self);
  if (pairs.length > MAX_PAIRS) return null;
  const members = new Map<string, GroupMember>();
  for (const commitment of new Set(pairs.flat())) {
    members.set(commitment, memberFromEvents(commitment, await network.eventsOfTask(commitment)));
  }
  const groups = pairs.flatMap((pair) => {
    const group = [own, ...pair.flatMap((commitment) => members.get(commitment) ?? [])];
    const rules = judge(group);
    return rules?.explained === true ? [{ members: group, rules }] : [];
  });
  return groups.length === 1 ? (groups[0] ?? null) : null;
}

/** Events fill in what the evidence omits. */
function fillFromEvents(member: GroupMember, events: readonly RelayEvent[]): GroupMember {
  const seen = memberFromEvents(member.commitment, events);
  return {
    ...member,
    node: member.node ?? seen.node,
    status: member.status ?? seen.status,
    score: member.score ?? seen.score,
    end: member.end ?? seen.end,
  };
}

function ownMember({ own, task, timeline }: CaseFile, { commitment, node }: Self): GroupMember {
  const at = (status: TaskStatus) => timeline.find((entry) => entry.code === 'status' && entry.value === status)?.atMs;
  const [start, ready] = [at('Started'), at('ScoreReady') ?? at('ErrorReported')];
  return {
    commitment,
    self: true,
    node,
    status: task?.taskError === 'None' ? 'ScoreReady' : 'ErrorReported',
    score: own.score,
    end: 'EndInvalidated',
    executionMs: start === undefined || ready === undefined ? null : ready - start,
    knownBy: 'self',
  };
}

/** The evidence of a slash; null for a case without any. */
export function evidenceOf({ eventArgs, commitment }: Pick<CaseFile, 'eventArgs' | 'commitment'>) {
  if (eventArgs === null) return null;
  const event: RelayEvent = { id: 0, type: 'NodeSlashed', nodeAddress: '', commitment, args: eventArgs };
  return readEventArgs(event, 'NodeSlashed')?.evidence ?? null;
}

/** Whether the known group confirms the presumption that the minority is at fault. */
export function faultAfterGroup(before: Fault, group: CaseFile['group'], isOnChain = false): Fault {
  const rules = group?.rules ?? null;
  if (rules === null) return before;
  if (!rules.explained) return fault('againstTheTable', isOnChain);
  if (rules.row === 'AEE' && rules.lawful === 'EndInvalidated') return fault('outvotedByErrors', isOnChain);
  return { ...before, certainty: 'certain' };
}

export function deviationsOf(review: Review): DeviationName[] {
  return review.kind === 'underReview' ? ['relayPassiveSlash'] : [];
}

/**
 * The outcome of an invalidation, by RELAY_PROTOCOL 4.8. An immediate slash expels the node in the same transaction that
 * invalidates its task. So a node that is still a member after its invalidation was released: this is passive mode, and an
 * admin decides. If the node has left since then, the two cannot be distinguished until a slash event comes or the node
 * joins again.
 */
export function reviewAfter(
  before: Review,
  seen: { readonly status: NodeStatus | null; readonly invalidatedMs: number },
): Review {
  if (before.kind !== 'awaited') return before;
  if (seen.status === null || seen.status === 'Quit') return before;
  return { kind: 'underReview', sinceMs: seen.invalidatedMs };
}
