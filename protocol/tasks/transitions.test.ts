import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskStatus } from './status.ts';
import { isTerminal, TASK_STATUSES } from './status.ts';
import type { TransitionActor, TransitionScope } from './transitions.ts';
import { assertTransition, canTransition, TRANSITIONS, transitionsFrom } from './transitions.ts';

const ACTORS: readonly TransitionActor[] = ['application', 'node', 'relay', 'network', 'timeout'];
const SCOPES: readonly TransitionScope[] = ['single', 'group', 'any'];

/** The graph again as a flat list, worded like the specification: `from>to actor scope`; `!` waits for the deadline. */
const SPECIFIED = new Set([
  'Queued>Started network any',
  'Started>ParametersUploaded relay any',
  'Started>ScoreReady node any',
  'ParametersUploaded>ScoreReady node any',
  'Started>ErrorReported node any',
  'ParametersUploaded>ErrorReported node any',
  'ScoreReady>Validated application single',
  'ScoreReady>GroupValidated application group',
  'ScoreReady>EndGroupRefund application group',
  'ScoreReady>EndInvalidated application group',
  'ScoreReady>EndAborted application group',
  'ErrorReported>EndAborted application single',
  'ErrorReported>EndAborted application group',
  'ErrorReported>EndInvalidated application group',
  'EndAborted>EndAborted application group',
  'Validated>EndSuccess relay any',
  'GroupValidated>EndGroupSuccess relay any',
  'Queued>EndAborted application any',
  'Queued>EndAborted timeout any !',
  ...['Started', 'ParametersUploaded', 'ErrorReported', 'ScoreReady', 'Validated', 'GroupValidated'].flatMap((from) =>
    ['application', 'node', 'timeout'].map((actor) => `${from}>EndAborted ${actor} any !`),
  ),
]);

describe('the task state graph', () => {
  it('has exactly the specified edges', () => {
    const edges = TRANSITIONS.map(
      ({ from, to, actor, scope, afterDeadline }) => `${from}>${to} ${actor} ${scope}${afterDeadline ? ' !' : ''}`,
    );
    expect(new Set(edges)).toEqual(SPECIFIED);
    expect(edges).toHaveLength(SPECIFIED.size);
  });

  it('leaves a terminal state only from EndAborted to EndAborted, in a group', () => {
    const leaving = TRANSITIONS.filter((edge) => isTerminal(edge.from));
    expect(leaving).toMatchObject([{ from: 'EndAborted', to: 'EndAborted', actor: 'application', scope: 'group' }]);
  });

  it('reaches every state from Queued, and an end from every state', () => {
    const reached = new Set<TaskStatus>(['Queued']);
    for (const status of reached) for (const edge of transitionsFrom(status)) reached.add(edge.to);
    expect([...reached].toSorted()).toEqual([...TASK_STATUSES].toSorted());
    for (const status of TASK_STATUSES) {
      expect(isTerminal(status) || transitionsFrom(status).some((edge) => edge.to === 'EndAborted')).toBe(true);
    }
  });

  it('allows nothing else', () => {
    for (const from of TASK_STATUSES) {
      for (const to of TASK_STATUSES) {
        for (const actor of ACTORS) {
          for (const scope of SCOPES) {
            const edge = `${from}>${to} ${actor}`;
            const now = SPECIFIED.has(`${edge} ${scope}`) || SPECIFIED.has(`${edge} any`);
            const late = now || SPECIFIED.has(`${edge} any !`);
            expect(canTransition({ from, to, actor, scope }), `${edge} ${scope}`).toBe(now);
            expect(canTransition({ from, to, actor, scope, nowMs: 99, deadlineMs: 100 }), `${edge} ${scope} early`).toBe(now);
            expect(canTransition({ from, to, actor, scope, nowMs: 100, deadlineMs: 100 }), `${edge} ${scope} late`).toBe(late);
          }
        }
      }
    }
  });
});

describe('a random life of a task', () => {
  const step = fc.record({
    to: fc.constantFrom(...TASK_STATUSES),
    actor: fc.constantFrom(...ACTORS),
    scope: fc.constantFrom(...SCOPES),
    nowMs: fc.integer({ min: 0, max: 20 }),
    // Random attempts alone rarely succeed, so half of the steps try an edge of the graph, early or late.
    follow: fc.option(fc.nat(), { freq: 2 }),
  });

  it('never leaves the graph, whatever any actor requests', () => {
    let moves = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let status: TaskStatus = 'Queued';
        for (const { follow, nowMs, ...blind } of steps) {
          const edges = transitionsFrom(status);
          const { to, actor, scope } = (follow === null ? undefined : edges[follow % edges.length]) ?? blind;
          const request = { from: status, to, actor, scope, nowMs, deadlineMs: 10 };
          if (!canTransition(request)) {
            expect(() => assertTransition(request)).toThrow(
              expect.objectContaining({ code: expect.stringMatching(/^PROTOCOL_(ILLEGAL_TRANSITION|DEADLINE_NOT_PASSED)$/) }),
            );
            continue;
          }
          const edge = assertTransition(request);
          expect(SPECIFIED.has(`${status}>${to} ${actor} ${edge.scope}${edge.afterDeadline ? ' !' : ''}`)).toBe(true);
          expect(edge.afterDeadline && nowMs < 10).toBe(false);
          if (isTerminal(status)) expect(to).toBe(status);
          status = to;
          moves++;
        }
      }),
      { numRuns: 300 },
    );
    expect(moves).toBeGreaterThan(300);
  });

  it('always ends within a few legal steps', () => {
    const choice = fc.nat();
    fc.assert(
      fc.property(fc.array(choice, { minLength: 8, maxLength: 8 }), (choices) => {
        let status: TaskStatus = 'Queued';
        for (const pick of choices) {
          const edges = transitionsFrom(status);
          status = edges[pick % edges.length]?.to ?? status;
        }
        expect(isTerminal(status)).toBe(true);
      }),
    );
  });
});

describe('refusals say why', () => {
  it('distinguishes a forbidden edge from one that is too early', () => {
    expect(() => assertTransition({ from: 'EndSuccess', to: 'EndAborted', actor: 'timeout', nowMs: 9, deadlineMs: 1 })).toThrow(
      expect.objectContaining({
        code: 'PROTOCOL_ILLEGAL_TRANSITION',
        data: { from: 'EndSuccess', to: 'EndAborted', actor: 'timeout', scope: 'any' },
      }),
    );
    expect(() => assertTransition({ from: 'Started', to: 'EndAborted', actor: 'node', nowMs: 9, deadlineMs: 10 })).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_DEADLINE_NOT_PASSED' }),
    );
    expect(assertTransition({ from: 'Started', to: 'EndAborted', actor: 'node', nowMs: 10, deadlineMs: 10 }).via).toBe('abort');
    expect(assertTransition({ from: 'Queued', to: 'EndAborted', actor: 'application' }).via).toBe('cancel');
  });
});
