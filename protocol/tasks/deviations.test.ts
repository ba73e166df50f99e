import { describe, expect, it } from 'vitest';
import { CONTRACT_POSITION_SCORES, contractGroupShares, relayGroupOverpayWei } from '../money/settlement.ts';
import { RANK_SCORES } from '../node/qos.ts';
import { actionsFor } from './actions.ts';
import { phaseDeadline, REAL_RELAY_TIMES } from './deadlines.ts';
import { DEVIATIONS, explainGroupOutcome } from './deviations.ts';
import type { Group, GroupTask } from './group-validation.ts';
import { validateGroup } from './group-validation.ts';
import { contractGroupOutcome, relayGroupOutcome } from './network-outcomes.ts';
import { canTransition } from './transitions.ts';

function group(letters: string, change: Partial<Group> = {}): Group {
  const task = (i: number): GroupTask => {
    const letter = letters[i] ?? '';
    const id = `t${i + 1}`;
    if (letter === 'E') return { id, status: 'ErrorReported', score: null };
    if (letter === 'X') return { id, status: 'EndAborted', score: null };
    return { id, status: 'ScoreReady', score: `0x${letter.toLowerCase().repeat(16)}` };
  };
  return { taskType: 'Llm', distanceThreshold: 24, tasks: [task(0), task(1), task(2)], ...change };
}

const LETTERS = ['A', 'B', 'C', 'E', 'X'];
const ALL = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => a + b + c)));

describe('the relay', () => {
  it('agrees with the table on every group except three errors', () => {
    for (const letters of ALL) {
      const actual = relayGroupOutcome(group(letters));
      if (letters === 'EEE') expect(actual).toEqual({ kind: 'refused', message: 'illegal previous task status' });
      else expect(actual, letters).toMatchObject({ kind: 'settled', next: validateGroup(group(letters)).next });
    }
  });

  it('relayRefusesThreeErrors', () => {
    const actual = relayGroupOutcome(group('EEE'));
    expect(explainGroupOutcome({ network: 'relay', group: group('EEE'), actual }).deviations).toEqual([
      'relayRefusesThreeErrors',
    ]);
  });

  it('invalidates a score against two errors, as the table does', () => {
    const actual = relayGroupOutcome(group('EAE'));
    expect(actual).toEqual({
      kind: 'settled',
      next: { t1: 'EndAborted', t2: 'EndInvalidated', t3: 'EndAborted' },
      abortReasons: { t1: 'IncorrectResult', t3: 'IncorrectResult' },
    });
    expect(explainGroupOutcome({ network: 'relay', group: group('EAE'), actual })).toMatchObject({
      deviations: [],
      unexplained: [],
    });
  });

  it('relayLoneFinisherTimesOut', () => {
    for (const letters of ['XAX', 'XEX']) {
      const actual = relayGroupOutcome(group(letters));
      expect(actual).toMatchObject({ abortReasons: { t2: 'GroupTimeout' } });
      const { deviations, lawful } = explainGroupOutcome({ network: 'relay', group: group(letters), actual });
      expect(deviations).toEqual(['relayLoneFinisherTimesOut']);
      expect(lawful.next).toEqual({ t1: 'EndAborted', t2: 'EndAborted', t3: 'EndAborted' });
    }
  });

  it('aborts a score and an error, and also two errors, if the third member was aborted', () => {
    for (const letters of ['AEX', 'EEX']) {
      expect(relayGroupOutcome(group(letters))).toMatchObject({ abortReasons: { t1: 'IncorrectResult', t2: 'IncorrectResult' } });
    }
  });

  it('relayRefusesExpiredGroup', () => {
    const actual = relayGroupOutcome({ ...group('AAX'), abortReasons: { t3: 'CreatorValidationTimeout' } });
    expect(actual).toEqual({ kind: 'refused', message: 'task group validation expired' });
    expect(explainGroupOutcome({ network: 'relay', group: group('AAX'), actual }).deviations).toEqual([
      'relayRefusesExpiredGroup',
    ]);
    expect(relayGroupOutcome({ ...group('AAX'), abortReasons: { t3: 'Timeout' } }).kind).toBe('settled');
  });

  it('relayZeroThreshold', () => {
    const images = group('AAA', { taskType: 'StableDiffusion', distanceThreshold: 0 });
    const actual = relayGroupOutcome(images);
    expect(actual).toMatchObject({ next: { t1: 'EndAborted', t2: 'EndAborted', t3: 'EndAborted' } });
    expect(explainGroupOutcome({ network: 'relay', group: images, actual }).deviations).toEqual(['relayZeroThreshold']);
    const text = group('AAA', { distanceThreshold: 0 });
    expect(explainGroupOutcome({ network: 'relay', group: text, actual: relayGroupOutcome(text) }).deviations).toEqual([]);
  });

  it('relayPaysUnvalidatedTask', () => {
    const task = {
      type: 'Llm',
      status: 'ScoreReady',
      timeoutSeconds: 1,
      createTimeMs: 0,
      startTimeMs: 0,
      validatedTimeMs: null,
    } as const;
    expect(phaseDeadline({ ...task, scoreReadyTimeMs: 0 }, REAL_RELAY_TIMES)).toMatchObject({ feeTo: 'node' });
    expect(actionsFor('EndAborted')).toContain('refund');
  });

  it('relayOverpaysGroupRemainders', () => {
    const minted = [17n, 18n, 19n, 20n, 21n, 22n, 23n, 24n].map((feeWei) =>
      relayGroupOverpayWei({ members: RANK_SCORES.map((qosScore, i) => ({ id: `t${i}`, feeWei, qosScore })) }),
    );
    expect(new Set(minted)).toEqual(new Set([0n, 16n, 32n]));
  });

  it('relayAbortsTaskOfSlashedNode: the law knows no abort before the deadline', () => {
    for (const actor of ['relay', 'network'] as const) {
      expect(canTransition({ from: 'Started', to: 'EndAborted', actor, nowMs: 1, deadlineMs: 0 })).toBe(false);
    }
  });

  it('relayReleasesByTaskIdCount: the law ends by the previous state', () => {
    expect(canTransition({ from: 'Validated', to: 'EndGroupSuccess', actor: 'relay' })).toBe(false);
    expect(canTransition({ from: 'GroupValidated', to: 'EndSuccess', actor: 'relay' })).toBe(false);
  });

  it('relayPassiveSlash: the law slashes at once', () => {
    expect(actionsFor('EndInvalidated')).toEqual(['refund', 'slash']);
  });
});

describe('the contract', () => {
  it('agrees with the table on every group whose aborted members never started, except three errors', () => {
    for (const letters of ALL.filter((name) => name !== 'EEE')) {
      const actual = contractGroupOutcome(group(letters));
      expect(actual, letters).toMatchObject({ kind: 'settled', next: validateGroup(group(letters)).next });
      expect(explainGroupOutcome({ network: 'contract', group: group(letters), actual })).toMatchObject({
        deviations: [],
        unexplained: [],
      });
    }
  });

  it('contractRefundsThirdError', () => {
    const actual = contractGroupOutcome(group('EEE'));
    expect(actual).toEqual({
      kind: 'settled',
      next: { t1: 'EndAborted', t2: 'EndAborted', t3: 'EndGroupRefund' },
      abortReasons: { t1: 'IncorrectResult', t2: 'IncorrectResult' },
    });
    expect(explainGroupOutcome({ network: 'contract', group: group('EEE'), actual })).toMatchObject({
      deviations: ['contractRefundsThirdError'],
      unexplained: [],
    });
    expect(actionsFor('EndGroupRefund')).toEqual(actionsFor('EndAborted'));
  });

  it('contractRefusesStartedAbort', () => {
    for (const letters of ALL.filter((name) => name.includes('X'))) {
      const id = `t${letters.indexOf('X') + 1}`;
      const actual = contractGroupOutcome({ ...group(letters), startedIds: [id] });
      expect(actual).toEqual({ kind: 'refused', message: 'Wrong task' });
      expect(explainGroupOutcome({ network: 'contract', group: group(letters), actual }).deviations).toEqual([
        'contractRefusesStartedAbort',
      ]);
    }
    expect(contractGroupOutcome({ ...group('AAB'), startedIds: ['t1', 't2', 't3'] }).kind).toBe('settled');
  });

  it('contractRanksByArgument and contractSplitsTinyFees', () => {
    expect(CONTRACT_POSITION_SCORES).not.toEqual(RANK_SCORES);
    const members = CONTRACT_POSITION_SCORES.map((qosScore, i) => ({ id: `t${i}`, qosScore }));
    expect(contractGroupShares({ amountWei: 5n, members })).toBeNull();
  });
});

describe('explanations', () => {
  it('name the members whose state has no explanation', () => {
    const actual = {
      kind: 'settled',
      next: { t1: 'GroupValidated', t2: 'EndGroupRefund', t3: 'EndAborted' },
      abortReasons: {},
    } as const;
    expect(explainGroupOutcome({ network: 'relay', group: group('AAB'), actual })).toMatchObject({
      deviations: [],
      unexplained: ['t3'],
    });
  });

  it('give a law and a practice for every name, which starts with its network', () => {
    for (const [name, { network, law, practice }] of Object.entries(DEVIATIONS)) {
      expect(name.startsWith(network)).toBe(true);
      expect(law).not.toBe(practice);
    }
  });
});
