/**
 * The points where real relays and contracts deviate from the rules here. Each has a name, so that a node can explain a
 * network's behaviour to its host. Source: RELAY_PROTOCOL 4.4, 4.6, 4.8, 4.9, 11.1; CHAIN_PROTOCOL 2.6–2.10.
 */
import type { Group, GroupOutcome } from './group-validation.ts';
import { validateGroup } from './group-validation.ts';
import type { NetworkOutcome } from './network-outcomes.ts';

export interface Deviation {
  readonly network: 'relay' | 'contract';
  readonly law: string;
  readonly practice: string;
}

export const DEVIATIONS = {
  relayRefusesThreeErrors: {
    network: 'relay',
    law: 'EEE: all three are aborted and refunded.',
    practice: 'The validation is rolled back with HTTP 500 each time; after the validation timeout all three nodes are paid.',
  },
  relayRefusesExpiredGroup: {
    network: 'relay',
    law: 'An aborted member takes part in its group as X.',
    practice: 'A member aborted by the validation timeout makes the whole group unvalidatable: "task group validation expired".',
  },
  relayLoneFinisherTimesOut: {
    network: 'relay',
    law: 'AXX, EXX: the finished member is aborted like any other.',
    practice: 'It is aborted with the reason GroupTimeout instead of IncorrectResult.',
  },
  relayPaysUnvalidatedTask: {
    network: 'relay',
    law: 'EndAborted refunds the application.',
    practice: 'A task that its application never validated is aborted with CreatorValidationTimeout and pays its node in full.',
  },
  relayOverpaysGroupRemainders: {
    network: 'relay',
    law: "A group's shares add up to the fee.",
    practice:
      'The remainders are added to the last share undivided: 0, 16 or 32 wei are minted when three members share equal fees.',
  },
  relayPassiveSlash: {
    network: 'relay',
    law: 'EndInvalidated slashes the node.',
    practice: 'By default the slash is only recorded with evidence and the node released; an admin executes it later.',
  },
  relayAbortsTaskOfSlashedNode: {
    network: 'relay',
    law: 'A running task is aborted after its deadline only.',
    practice: "A slash aborts the node's current task at once with the reason NodeSlashed and refunds it.",
  },
  relayReleasesByTaskIdCount: {
    network: 'relay',
    law: 'Validated ends in EndSuccess, GroupValidated in EndGroupSuccess.',
    practice:
      'The end state follows from how many tasks share the task id; single tasks that share one settle as a group with no payees.',
  },
  relayZeroThreshold: {
    network: 'relay',
    law: 'The distance threshold is a number of bits at which honest images are near.',
    practice: 'The example configuration has 0, at which no two images are ever equal and every image group ends ABC.',
  },
  contractRefusesStartedAbort: {
    network: 'contract',
    law: 'An aborted member takes part in its group as X.',
    practice: 'A member that had been started before its abort makes the validation revert with "Wrong task".',
  },
  contractRefundsThirdError: {
    network: 'contract',
    law: 'EEE: all three are aborted and refunded.',
    practice: 'The third argument becomes EndGroupRefund; the money is the same.',
  },
  contractKeepsQueuedFee: {
    network: 'contract',
    law: 'EndAborted refunds the application.',
    practice: 'The 2025 contracts keep the fee of a task that is aborted while it is queued; those of 2026 refund it.',
  },
  contractSplitsTinyFees: {
    network: 'contract',
    law: "A group's shares follow the QoS scores to the wei.",
    practice:
      'A share that would leave less than 3 wei takes the rest early; groups with a fee of 3 or 5 wei can never be validated.',
  },
  contractRanksByArgument: {
    network: 'contract',
    law: 'Rank follows execution time; scores 10, 5, 2.',
    practice: 'Rank follows the order of arguments, which the application chooses; scores 10, 9, 6.',
  },
  contractDeadlineIsExclusive: {
    network: 'contract',
    law: 'A deadline has passed at the instant it names.',
    practice: 'An abort reverts at that instant and succeeds from the next second on.',
  },
} as const satisfies Record<string, Deviation>;

export type DeviationName = keyof typeof DEVIATIONS;

export interface GroupExplanation {
  readonly lawful: GroupOutcome;
  /** The deviations that explain the network's behaviour; empty if it followed the rules. */
  readonly deviations: readonly DeviationName[];
  /** Members whose state differs from the rules for an unknown reason. */
  readonly unexplained: readonly string[];
}

/** Compares a network's outcome for a group (observed, or from `relayGroupOutcome`, `contractGroupOutcome`) with the table. */
export function explainGroupOutcome(comparison: {
  readonly network: Deviation['network'];
  readonly group: Group;
  readonly actual: NetworkOutcome;
}): GroupExplanation {
  const { network, group, actual } = comparison;
  const lawful = validateGroup(group);
  if (actual.kind === 'refused') {
    const byRelay = lawful.row === 'EEE' ? 'relayRefusesThreeErrors' : 'relayRefusesExpiredGroup';
    return { lawful, deviations: [network === 'relay' ? byRelay : 'contractRefusesStartedAbort'], unexplained: [] };
  }
  const differing = group.tasks.map((task) => task.id).filter((id) => actual.next[id] !== lawful.next[id]);
  const third = group.tasks[2].id;
  const refundedError = network === 'contract' && lawful.row === 'EEE' && actual.next[third] === 'EndGroupRefund';
  const deviations: DeviationName[] = [];
  if (refundedError) deviations.push('contractRefundsThirdError');
  if (Object.values(actual.abortReasons).includes('GroupTimeout')) deviations.push('relayLoneFinisherTimesOut');
  if (group.taskType !== 'Llm' && group.distanceThreshold === 0 && lawful.row.startsWith('AB'))
    deviations.push('relayZeroThreshold');
  return { lawful, deviations, unexplained: refundedError ? differing.filter((id) => id !== third) : differing };
}
