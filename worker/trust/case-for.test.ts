import { describe, expect, it } from 'vitest';
import { CASE_KINDS } from '../../contract/trust.ts';
import { ABORT_REASON, type AbortReason, TASK_STATUSES, type TaskStatus } from '../../protocol/tasks/status.ts';
import { commitmentOf, OTHER, SELF } from '../testing/remote-task.ts';
import { caseFor, lastStatusOf } from './case-for.ts';
import { type EndedTask, faultOfEnd } from './fault.ts';
import { reviewAfter } from './investigate.ts';
import { event, NOW, slashEvent } from './testing/evidence.ts';

const TASK = commitmentOf(1);

function ended(changes: Partial<EndedTask>): EndedTask {
  return {
    commitment: TASK,
    type: 'Llm',
    status: 'EndAborted',
    abortReason: 'Timeout',
    taskError: 'None',
    startTimeMs: NOW,
    lastStatus: 'Started',
    ...changes,
  };
}

const caseOf = (task: EndedTask | null, events: Parameters<typeof caseFor>[0]['events'] = []) =>
  caseFor({ task, events, self: SELF, nowMs: NOW });

describe('who is at fault for an abort', () => {
  const table: readonly [AbortReason, TaskStatus | null, string, string | null][] = [
    ['Timeout', 'Started', 'thisNode', 'executionTimeout'],
    ['Timeout', 'ParametersUploaded', 'thisNode', 'executionTimeout'],
    ['Timeout', null, 'thisNode', 'executionTimeout'],
    ['ResultUploadTimeout', 'Validated', 'thisNode', 'uploadTimeout'],
    ['ResultUploadTimeout', 'GroupValidated', 'thisNode', 'uploadTimeout'],
    ['CreatorValidationTimeout', 'ScoreReady', 'application', null],
    ['CreatorCancelled', 'Queued', 'application', null],
    ['ErrorReported', 'ErrorReported', 'application', null],
    ['TaskFeeTooLow', 'Queued', 'application', null],
    ['IncorrectResult', 'ScoreReady', 'undetermined', null],
    ['GroupTimeout', 'ScoreReady', 'otherNodes', null],
    ['ModelDownloadFailed', 'Started', 'undetermined', null],
    ['NodeSlashed', 'Started', 'thisNode', null],
    ['None', 'Started', 'undetermined', null],
  ];
  it.each(table)('%s after %s: %s, case %s', (abortReason, lastStatus, party, kind) => {
    expect(faultOfEnd(ended({ abortReason, lastStatus }))?.party).toBe(party);
    expect(caseOf(ended({ abortReason, lastStatus }))?.kind ?? null).toBe(kind);
  });

  it('knows every reason that the network uses', () => {
    expect(new Set(table.map(([reason]) => reason))).toEqual(new Set(Object.keys(ABORT_REASON)));
  });

  it('nobody is at fault for a task that never started', () => {
    expect(faultOfEnd(ended({ startTimeMs: null, lastStatus: 'Queued' }))).toMatchObject({ party: 'nobody' });
    expect(caseOf(ended({ startTimeMs: null, lastStatus: 'Queued' }))).toBeNull();
  });

  const onChain: readonly [AbortReason, TaskStatus, boolean, string, string, string | null][] = [
    ['Timeout', 'Started', false, 'argumentsMissing', 'application', null],
    ['Timeout', 'ParametersUploaded', false, 'executionTimedOut', 'thisNode', 'executionTimeout'],
    ['Timeout', 'ScoreReady', false, 'notValidated', 'application', null],
    ['Timeout', 'ErrorReported', false, 'notValidated', 'application', null],
    ['Timeout', 'Validated', false, 'uploadTimedOut', 'thisNode', 'uploadTimeout'],
    ['Timeout', 'GroupValidated', true, 'resultNotReported', 'network', null],
    ['IncorrectResult', 'ErrorReported', false, 'invalidArguments', 'application', null],
    ['IncorrectResult', 'ScoreReady', false, 'noMajority', 'undetermined', null],
  ];
  it.each(onChain)(
    'by a contract, %s after %s, uploaded %s: %s, %s, case %s',
    (abortReason, lastStatus, isUploaded, ...wanted) => {
      const task = ended({ abortReason, lastStatus, isUploaded, isOnChain: true });
      const found = faultOfEnd(task);
      expect([found?.code, found?.party, caseOf(task)?.kind ?? null]).toEqual(wanted);
      expect(found?.source).toMatch(/^CHAIN_PROTOCOL/);
    },
  );

  const fineTune: readonly [TaskStatus, string, string | null][] = [
    ['Started', 'thisNode', 'executionTimeout'],
    ['ScoreReady', 'application', null],
    ['ErrorReported', 'application', null],
    ['Validated', 'thisNode', 'uploadTimeout'],
    ['GroupValidated', 'thisNode', 'uploadTimeout'],
  ];
  it.each(fineTune)('fine-tune, with one deadline for everything, after %s: %s, case %s', (lastStatus, party, kind) => {
    const task = ended({ type: 'FineTuneLora', lastStatus });
    expect(faultOfEnd(task)?.party).toBe(party);
    expect(caseOf(task)?.kind ?? null).toBe(kind);
  });

  it('an execution timeout of a task with a score is not believed', () => {
    expect(faultOfEnd(ended({ lastStatus: 'ScoreReady' }))).toMatchObject({ code: 'timedOutAfterScore', party: 'undetermined' });
  });
});

describe('what counts as a case', () => {
  it('no end except an invalidation or an abort', () => {
    const others = TASK_STATUSES.filter((status) => status !== 'EndInvalidated' && status !== 'EndAborted');
    for (const status of others) expect(caseOf(ended({ status, abortReason: 'None' })), status).toBeNull();
  });

  it('an invalidation, with its review pending', () => {
    const verdict = caseOf(ended({ status: 'EndInvalidated', abortReason: 'None' }));
    expect(verdict).toMatchObject({ id: TASK, kind: 'invalidated', review: { kind: 'awaited' } });
    expect(verdict?.fault).toMatchObject({ code: 'minorityScore', party: 'thisNode', certainty: 'presumed' });
    const reported = ended({ status: 'EndInvalidated', abortReason: 'None', taskError: 'ParametersValidationFailed' });
    expect(caseOf(reported)?.fault.code).toBe('minorityErrorReport');
  });

  it('a slash, with the stake that was taken, in the case of its task', () => {
    const slash = slashEvent(TASK);
    const verdict = caseOf(ended({ status: 'EndInvalidated', abortReason: 'None' }), [slash]);
    expect(verdict).toMatchObject({ id: TASK, kind: 'slashed', fault: { code: 'minorityScore' } });
    expect(verdict?.review).toEqual({ kind: 'slashed', atMs: NOW, amountWei: '400', eventId: slash.id });
  });

  it("a slash for a task that this store does not know, and an admin's slash without a task", () => {
    expect(caseOf(null, [slashEvent(TASK)])).toMatchObject({ id: TASK, commitment: TASK, fault: { code: 'slashedForTask' } });
    const byAdmin = slashEvent('0x');
    expect(caseOf(null, [byAdmin])).toMatchObject({
      id: `slashed-${byAdmin.id}`,
      commitment: null,
      fault: { code: 'slashedWithoutTask', party: 'undetermined' },
    });
  });

  it('a slash whose amount cannot be read is still a slash', () => {
    expect(caseOf(null, [slashEvent(TASK, { amount: 'lots' })])).toMatchObject({
      kind: 'slashed',
      review: { kind: 'slashed', amountWei: '0' },
    });
  });

  it('a kick-out, separate from the task that happened to be last', () => {
    const out = event('NodeKickedOut', TASK, { node_address: SELF, task_id_commitment: TASK, network: 'devnet' });
    expect(caseOf(null, [out])).toMatchObject({ id: `kicked-out-${out.id}`, kind: 'kickedOut', commitment: TASK });
    expect(caseOf(ended({ abortReason: 'CreatorCancelled' }), [out])).toBeNull();
  });

  it('not what happens to others, nor a slash for another task', () => {
    const strange = { ...slashEvent(TASK), nodeAddress: OTHER };
    expect(caseOf(null, [strange])).toBeNull();
    const invalidated = ended({ status: 'EndInvalidated', abortReason: 'None' });
    expect(caseOf(invalidated, [slashEvent(commitmentOf(2))])?.kind).toBe('invalidated');
  });

  it('what happens to this address, in any letter case', () => {
    expect(caseOf(null, [{ ...slashEvent(TASK), nodeAddress: SELF.toLowerCase() }])?.kind).toBe('slashed');
  });

  it('covers every kind', () => {
    const kinds = [
      caseOf(ended({ status: 'EndInvalidated' })),
      caseOf(null, [slashEvent(TASK)]),
      caseOf(null, [event('NodeKickedOut', TASK, {})]),
      caseOf(ended({})),
      caseOf(ended({ abortReason: 'ResultUploadTimeout' })),
    ].map((verdict) => verdict?.kind);
    expect(kinds.toSorted()).toEqual([...CASE_KINDS].toSorted());
  });
});

describe('the state before the end', () => {
  it('is the furthest that was seen, whatever the order of records', () => {
    expect(lastStatusOf([{ status: 'EndAborted' }, { status: 'ScoreReady' }, { status: 'Started' }])).toBe('ScoreReady');
    expect(lastStatusOf([{ status: 'EndAborted' }])).toBeNull();
    expect(lastStatusOf([{ status: 'Started' }], 'Validated')).toBe('Validated');
  });
});

describe('the review of an invalidation', () => {
  const awaited = { kind: 'awaited' } as const;
  it('is pending if the node is still a member: an immediate slash would have expelled it', () => {
    for (const status of ['Available', 'Busy', 'Paused', 'PendingPause', 'PendingQuit'] as const) {
      expect(reviewAfter(awaited, { status, invalidatedMs: 5 })).toEqual({ kind: 'underReview', sinceMs: 5 });
    }
  });
  it('is not decided for a node that has left, or whose status could not be read', () => {
    for (const status of ['Quit', null] as const) expect(reviewAfter(awaited, { status, invalidatedMs: 5 })).toBe(awaited);
  });
  it('stays as decided', () => {
    const slashed = { kind: 'slashed', atMs: 1, amountWei: '4', eventId: 9 } as const;
    expect(reviewAfter(slashed, { status: 'Available', invalidatedMs: 5 })).toBe(slashed);
    expect(reviewAfter({ kind: 'none' }, { status: 'Available', invalidatedMs: 5 })).toEqual({ kind: 'none' });
  });
});
