import { describe, expect, it } from 'vitest';
import { NODE_STATUS, type NodeStatus } from '../../protocol/node/status.ts';
import { commitmentOf } from '../testing/remote-task.ts';
import { event } from '../trust/testing/evidence.ts';
import { resultOf } from './check.ts';
import { type DoppelgangerFacts, judgeDoppelganger } from './doppelganger.ts';
import { PREFLIGHT_ERRORS } from './errors.ts';
import { NOBODY_ELSE } from './testing/facts.ts';

describe('a second machine with this key', () => {
  const TASK = commitmentOf(1);
  const judge = (changes: Partial<DoppelgangerFacts>) => {
    const verdict = judgeDoppelganger({ ...NOBODY_ELSE, ...changes });
    return verdict.state === 'ok' ? 'ok' : `${verdict.state} ${verdict.code}`;
  };
  const active = (Object.keys(NODE_STATUS) as NodeStatus[]).filter((status) => status !== 'Quit');
  const join = () => event('NodeJoin', null);
  const scored = () => event('TaskScoreReady', TASK);

  it('an active address that this directory did not put there: no start, in every active status', () => {
    for (const status of active) expect(judge({ status })).toBe('fail PREFLIGHT_FOREIGN_MEMBER');
  });

  it('one that it put there itself: start, even after a crash between the join and its event', () => {
    for (const status of active) {
      expect(judge({ status, joinedAfterEvent: 5, ownJoinSeen: true })).toBe('ok');
      expect(judge({ status, joinedAfterEvent: 5, newEvents: [join()] })).toBe('ok');
    }
  });

  it('a copied directory is detected by what happened without it', () => {
    const own = { status: 'Available', joinedAfterEvent: 5, ownJoinSeen: true } as const;
    expect(judge({ ...own, newEvents: [join()] })).toBe('fail PREFLIGHT_FOREIGN_ACTS');
    expect(judge({ ...own, ownJoinSeen: false, newEvents: [join(), join()] })).toBe('fail PREFLIGHT_FOREIGN_ACTS');
    expect(judge({ ...own, newEvents: [scored()] })).toBe('fail PREFLIGHT_FOREIGN_ACTS');
    expect(judge({ ...own, newEvents: [event('TaskErrorReported', TASK)] })).toBe('fail PREFLIGHT_FOREIGN_ACTS');
  });

  it('but not by what others do to a node that is away: tasks started, ended, models requested, a slash', () => {
    const newEvents = [
      'TaskStarted',
      'TaskEndAborted',
      'TaskValidated',
      'DownloadModel',
      'NodeSlashed',
      'NodeQuit',
      'NodeStaking',
    ].map((type) => event(type, TASK));
    expect(judge({ status: 'Available', joinedAfterEvent: 5, ownJoinSeen: true, newEvents })).toBe('ok');
  });

  it('nor by the node’s own last acts before it was killed', () => {
    const own = { status: 'Busy', joinedAfterEvent: 5, ownJoinSeen: true, newEvents: [scored()] } as const;
    expect(judge({ ...own, hasVerdict: (commitment) => commitment === TASK })).toBe('ok');
  });

  it('one that has left again causes a warning', () => {
    expect(judge({ joinedAfterEvent: 5, ownJoinSeen: true, newEvents: [join(), scored()] })).toBe(
      'warn PREFLIGHT_KEY_USED_ELSEWHERE',
    );
  });

  it('the host’s confirmation that no other machine is running settles it, for this start', () => {
    expect(judge({ status: 'Available', confirmedAlone: true })).toBe('ok');
    expect(judge({ status: 'Available', confirmedAlone: true, newEvents: [join(), scored()] })).toBe('ok');
  });

  it('lists the evidence', () => {
    const newEvents = [scored()];
    const verdict = judgeDoppelganger({ ...NOBODY_ELSE, status: 'Busy', joinedAfterEvent: 5, ownJoinSeen: true, newEvents });
    expect(resultOf('doppelganger', verdict)).toMatchObject({
      params: { status: 'Busy', evidence: [`event ${newEvents[0]?.id} TaskScoreReady`] },
      message: PREFLIGHT_ERRORS.PREFLIGHT_FOREIGN_ACTS.meaning,
      remedy: PREFLIGHT_ERRORS.PREFLIGHT_FOREIGN_ACTS.remedy,
    });
  });
});
