/** Validation by the application: one task, or a group of three. Source: RELAY_PROTOCOL 4.6, 5.2–5.4. */
import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import { rankScores, recordTaskScore } from '../../protocol/node/qos.ts';
import { taskCommitment } from '../../protocol/signing/commitment.ts';
import { addressOfPublicKey } from '../../protocol/signing/keys.ts';
import { type GroupTask, rankByExecutionTime, validateGroup } from '../../protocol/tasks/group-validation.ts';
import { verifyVrf } from '../../protocol/vrf/ecvrf.ts';
import { isSampled } from '../../protocol/vrf/sampling.ts';
import type { RelayContext } from './context.ts';
import { changeQos, type QosEvent } from './qos-book.ts';
import { exception } from './refusal.ts';
import type { TaskRow } from './store/rows.ts';
import { moveTask } from './task-moves.ts';

export interface VrfClaim {
  readonly taskId: string;
  readonly vrfProof: string;
  /** 64 bytes X‖Y of the creator. */
  readonly publicKey: string;
}

/** @throws Refusal 500 with the texts of RELAY_PROTOCOL 5.4 */
export function validateSingle(context: RelayContext, task: TaskRow, claim: VrfClaim): void {
  if (task.status !== 'ScoreReady' && task.status !== 'ErrorReported') throw exception('illegal task state');
  assertTaskId(task, claim.taskId);
  // The real relay keeps the task id even if the proof then fails (quirk 25), and so do we.
  context.store.transaction(() => context.store.tasks.put({ ...task, taskId: claim.taskId }));
  assertProof(context, { seedOf: task, tasks: [task], claim, grouped: false });
  const changes = { taskId: claim.taskId, validatedTimeMs: context.clock.now() };
  context.store.transaction(() => {
    if (task.status === 'ScoreReady')
      moveTask(context, task, { to: 'Validated', actor: 'application', scope: 'single', changes });
    else {
      const abort = { reason: 'ErrorReported', issuer: task.creator } as const;
      moveTask(context, task, { to: 'EndAborted', actor: 'application', scope: 'single', changes, abort });
    }
  });
}

/** Follows the group table; see `protocol/tasks/deviations.ts` for the real relay's. */
export function validateThree(context: RelayContext, members: readonly TaskRow[], claim: VrfClaim): void {
  if (members.some((task) => task.abortReason === 'CreatorValidationTimeout')) throw exception('task group validation expired');
  for (const { status } of members) {
    if (status !== 'ScoreReady' && status !== 'ErrorReported' && status !== 'EndAborted') throw exception('illegal task state');
  }
  for (const task of members) assertTaskId(task, claim.taskId);
  context.store.transaction(() => {
    for (const task of members) context.store.tasks.put({ ...task, taskId: claim.taskId });
  });
  const bySequence = members.toSorted((a, b) => a.sequence - b.sequence);
  const [first] = bySequence;
  if (first === undefined) throw exception('task group size is not 3');
  assertProof(context, { seedOf: first, tasks: bySequence, claim, grouped: true });
  // The deviation `relayRefusesThreeErrors`: nothing is decided, and in the end the validation's deadline pays all
  // three.
  if (members.every(({ status }) => status === 'ErrorReported')) throw exception('illegal previous task status');
  context.store.transaction(() =>
    decideGroup(
      context,
      members.map((task) => ({ ...task, taskId: claim.taskId })),
    ),
  );
}

function decideGroup(context: RelayContext, members: readonly TaskRow[]): void {
  const ranked = rankByExecutionTime(members);
  const [first, second, third] = ranked;
  if (first === undefined || second === undefined || third === undefined || ranked.length !== 3) {
    throw exception('task group size is not 3');
  }
  const { next } = validateGroup({
    taskType: first.type,
    distanceThreshold: context.config.distanceThreshold,
    tasks: [groupTask(first), groupTask(second), groupTask(third)],
  });
  const points = rankScores(ranked.map((task) => task.status === 'EndAborted'));
  const scored = ranked.map((task, rank) => ({
    ...task,
    qosScore: next[task.commitment] === 'EndInvalidated' ? 0 : (points[rank] ?? null),
  }));
  const sharing = scored
    .filter((task) => next[task.commitment] === 'GroupValidated' || next[task.commitment] === 'EndGroupRefund')
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap(({ commitment, selectedNode, qosScore }) =>
      selectedNode === null ? [] : [{ commitment, node: selectedNode, qosScore: qosScore ?? 0 }],
    );
  const finished = members.filter((task) => task.status !== 'EndAborted').length;
  for (const [rank, task] of scored.entries()) {
    recordRank(context, task, rank);
    const to = next[task.commitment] ?? 'EndAborted';
    const validated = task.status === 'EndAborted' ? task.validatedTimeMs : context.clock.now();
    moveTask(context, task, {
      to,
      actor: 'application',
      scope: 'group',
      changes: { validatedTimeMs: validated, ...(to === 'GroupValidated' ? { group: sharing } : {}) },
      ...(to === 'EndAborted' && task.status !== 'EndAborted'
        ? { abort: { reason: finished === 1 ? 'GroupTimeout' : 'IncorrectResult', issuer: task.creator } as const }
        : {}),
    });
  }
}

/** An aborted member's zero counts only if it timed out itself (RELAY_PROTOCOL 4.6). */
function recordRank(context: RelayContext, task: TaskRow, rank: number): void {
  const { qosScore, selectedNode, commitment } = task;
  const aborted = task.status === 'EndAborted';
  if (qosScore === null || selectedNode === null || (aborted && task.abortReason !== 'Timeout')) return;
  const event: QosEvent = aborted ? 'validation_group_aborted' : (`validation_group_rank_${(rank + 1) as 1 | 2 | 3}` as const);
  changeQos(context, {
    node: selectedNode,
    event,
    commitment,
    taskQosScore: qosScore,
    rank: rank + 1,
    change: (state) => recordTaskScore(state, qosScore),
  });
}

function groupTask({ commitment, status, score }: TaskRow): GroupTask {
  return { id: commitment, status, score: status === 'ScoreReady' ? score : null };
}

function assertTaskId(task: TaskRow, taskId: string): void {
  if (!isHex(taskId, 32) || !isHex(task.nonce, 32)) throw exception('task id incorrect');
  if (taskCommitment(taskId, task.nonce) !== task.commitment) throw exception('task id incorrect');
}

interface ProofCheck {
  readonly seedOf: TaskRow;
  readonly tasks: readonly TaskRow[];
  readonly claim: VrfClaim;
  readonly grouped: boolean;
}

function assertProof({ config }: RelayContext, { seedOf, tasks, claim, grouped }: ProofCheck): void {
  const { publicKey, vrfProof } = claim;
  if (!isHex(publicKey, 64)) throw exception('invalid public key');
  if (!isHex(vrfProof, 81)) throw exception('invalid vrf proof');
  const owner = addressOfPublicKey(publicKey);
  if (tasks.some((task) => task.creator !== owner)) throw exception('not task creator');
  const verdict = verifyVrf({ publicKey, alpha: seedOf.samplingSeed as Hex, proof: vrfProof });
  if (!verdict.valid) throw exception('invalid proof');
  const sampled = isSampled(verdict.output, config.samplingModulus);
  if (grouped && !sampled) throw exception('task is not selected for validation');
  if (!grouped && sampled) throw exception('task is selected for validation');
}
