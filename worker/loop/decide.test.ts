import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TASK_STATUSES, type TaskStatus } from '../../protocol/tasks/status.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { CHAIN_RULES, type NetworkRules, RELAY_RULES } from '../networks/network-rules.ts';
import type { LocalKind, LocalRecord } from '../store/local-record.ts';
import { NETWORKS } from '../testing/loop-rig.ts';
import { OTHER, remoteTask, SCORE, SELF } from '../testing/remote-task.ts';
import { type Action, type DecideInput, decide, type EngineView, MAX_ATTEMPTS } from './decide.ts';

const START = 1_700_000_000_400;
const DEADLINE = 1_700_000_060_000;
const OTHER_SCORE = `0x${'22'.repeat(32)}` as const;

const LOCALS: Readonly<Record<LocalKind, LocalRecord>> = {
  new: { kind: 'new', spentLifetimes: [] },
  executing: { kind: 'executing', lifetime: 'L1' },
  scored: { kind: 'scored', score: SCORE, uploadRefused: false },
  invalid: { kind: 'invalid', traceback: 'Task args invalid' },
  failed: { kind: 'failed', reason: 'out of memory' },
  uploaded: { kind: 'uploaded', score: SCORE },
  closed: { kind: 'closed' },
};
const KINDS = Object.keys(LOCALS) as LocalKind[];
const READY: EngineView = { kind: 'ready', lifetime: 'L2' };

/** A task object as the network shows it in this status, with the node's own verdict. */
function inStatus(status: TaskStatus, local: LocalKind): RemoteTask {
  const scored = local === 'scored' || local === 'uploaded';
  const past = !['Queued', 'Started', 'ParametersUploaded'].includes(status);
  return remoteTask({
    status,
    startTimeMs: START,
    timeoutSeconds: 60,
    score: past && scored ? SCORE : '',
    error: past && (local === 'invalid' || status === 'ErrorReported') ? 'ParametersValidationFailed' : 'None',
  });
}

type Changes = Partial<DecideInput>;

/** The input of a cycle one second after the start; on a chain with the block that was read, in whole seconds. */
function inputOf(rules: NetworkRules, changes: Changes): DecideInput {
  const input = {
    remote: remoteTask({ startTimeMs: START, timeoutSeconds: 60 }),
    local: LOCALS.new,
    alarms: [],
    knownDeadlineMs: DEADLINE,
    engine: READY,
    self: SELF,
    nowMs: START + 1_000,
    ...changes,
    rules,
  };
  return rules === CHAIN_RULES ? inBlock(input) : input;
}

function inBlock(input: DecideInput): DecideInput {
  const block = { timeMs: Math.floor(input.nowMs / 1000) * 1000, isFinal: true };
  return input.remote === 'notFound' ? input : { ...input, remote: { block, ...input.remote } };
}

const judgeOn = (rules: NetworkRules) => (changes: Changes) => decide(inputOf(rules, changes));

/** Short form of an action for the table. */
function brief(action: Action): string {
  if (action.kind === 'wait') return `- ${action.reason}`;
  if (action.kind === 'close') return `close ${action.as}`;
  if (action.kind === 'alarm') return action.code === 'REMOTE_SCORE_CONFLICT' ? 'alarm conflict' : 'alarm unknown';
  return action.kind;
}

const EXECUTING_ROW = {
  new: 'execute',
  executing: '- executing',
  scored: 'submitScore',
  invalid: 'reportError',
  failed: '- silent',
  uploaded: '- contradiction',
} as const;
const UPLOAD_ROW = {
  new: 'alarm unknown',
  executing: 'alarm unknown',
  scored: 'uploadResult',
  invalid: '- nothingToUpload',
  failed: 'alarm unknown',
  uploaded: '- awaitingEnd',
} as const;
const closes = (as: string) => Object.fromEntries(KINDS.map((kind) => [kind, `close ${as}`])) as Record<LocalKind, string>;

/** Every remote status × every local record (closed waits everywhere and is left out). */
const TABLE: Readonly<Record<TaskStatus, Readonly<Record<Exclude<LocalKind, 'closed'>, string>>>> = {
  Queued: {
    new: '- queued',
    executing: '- queued',
    scored: '- queued',
    invalid: '- queued',
    failed: '- queued',
    uploaded: '- queued',
  },
  Started: EXECUTING_ROW,
  ParametersUploaded: EXECUTING_ROW,
  ErrorReported: {
    new: 'alarm unknown',
    executing: 'alarm unknown',
    scored: 'alarm conflict',
    invalid: '- awaitingValidation',
    failed: 'alarm unknown',
    uploaded: 'alarm conflict',
  },
  ScoreReady: {
    new: 'alarm unknown',
    executing: 'alarm unknown',
    scored: '- awaitingValidation',
    invalid: '- awaitingValidation',
    failed: 'alarm unknown',
    uploaded: '- awaitingValidation',
  },
  Validated: UPLOAD_ROW,
  GroupValidated: UPLOAD_ROW,
  EndInvalidated: { ...closes('EndInvalidated'), scored: 'uploadResult' },
  EndSuccess: closes('EndSuccess'),
  EndAborted: closes('EndAborted'),
  EndGroupRefund: closes('EndGroupRefund'),
  EndGroupSuccess: closes('EndGroupSuccess'),
};

/** A chain accepts a verdict only after the relay has reported the arguments, and accepts no evidence. */
const TABLE_ON: Readonly<Record<string, typeof TABLE>> = {
  relay: TABLE,
  chain: {
    ...TABLE,
    Started: { ...EXECUTING_ROW, scored: '- reportNotAccepted', invalid: '- reportNotAccepted' },
    EndInvalidated: closes('EndInvalidated'),
  },
};

describe.each(NETWORKS)('decide: every remote status × every local record (%s)', (network, rules) => {
  const judge = judgeOn(rules);
  for (const status of TASK_STATUSES) {
    for (const kind of KINDS) {
      const expected = kind === 'closed' ? '- closed' : (TABLE_ON[network]?.[status][kind] ?? expect.fail());
      it(`${status} × ${kind} → ${expected}`, () => {
        expect(brief(judge({ remote: inStatus(status, kind), local: LOCALS[kind] }))).toBe(expected);
      });
    }
  }

  it('a status this program does not know → waits', () => {
    const remote = { ...remoteTask({}), status: 'Resurrected' as TaskStatus };
    expect(brief(judge({ remote }))).toBe('- unknownStatus');
  });
});

describe.each(NETWORKS)('decide: deadlines (%s)', (network, rules) => {
  const judge = judgeOn(rules);
  const at = (nowMs: number, local: LocalRecord) => brief(judge({ nowMs, local }));
  const over = network === 'relay' ? '- deadlinePassed' : '- expiring';

  it('counts from the whole second of the start (RELAY_PROTOCOL 8.5)', () => {
    expect(at(DEADLINE - 1, LOCALS.new)).toBe('execute');
    expect(at(DEADLINE, LOCALS.new)).toBe(over);
  });

  it('does not execute, submit or report once it has passed', () => {
    for (const kind of ['new', 'scored', 'invalid', 'failed'] as const) expect(at(DEADLINE, LOCALS[kind])).toBe(over);
  });

  it('still shows a running execution as running once it has passed', () => {
    expect(at(DEADLINE, LOCALS.executing)).toBe('- executing');
  });

  it('does not guess a deadline without a start time', () => {
    expect(brief(judge({ remote: remoteTask({ startTimeMs: null }) }))).toBe('- noStartTime');
  });

  it('ignores one "not found" before the deadline, and closes the task after it', () => {
    expect(brief(judge({ remote: 'notFound', local: LOCALS.scored }))).toBe('- notFound');
    expect(brief(judge({ remote: 'notFound', local: LOCALS.scored, nowMs: DEADLINE }))).toBe('close notFound');
    expect(brief(judge({ remote: 'notFound', knownDeadlineMs: null }))).toBe('close notFound');
  });
});

describe('decide: the duty to abort if nobody else ends a task', () => {
  const judge = judgeOn(CHAIN_RULES);
  const at = (status: TaskStatus, kind: LocalKind, blockMs: number, alarms: string[] = []) => {
    const block = { timeMs: blockMs, isFinal: true };
    return brief(judge({ remote: { ...inStatus(status, kind), block }, local: LOCALS[kind], alarms, nowMs: blockMs }));
  };
  const BUSY = ['Started', 'ParametersUploaded', 'ErrorReported', 'ScoreReady', 'Validated', 'GroupValidated'] as const;
  const OPEN = KINDS.filter((kind) => kind !== 'closed');
  const ALARMS = ['REMOTE_SCORE_UNKNOWN', 'REMOTE_SCORE_CONFLICT'];
  const graceOf = (status: TaskStatus) => (status.endsWith('alidated') ? 30_000 : 0);

  it.each(BUSY)("%s: strictly after the deadline by the block's time, whatever this node has done", (status) => {
    for (const kind of OPEN) {
      const last = DEADLINE + graceOf(status);
      expect(at(status, kind, last, ALARMS), kind).not.toBe('abort');
      expect(at(status, kind, last + 1_000, ALARMS), kind).toBe('abort');
    }
  });

  it('this machine’s clock alone causes no abort, because the contract would refuse it', () => {
    const remote = { ...inStatus('Started', 'new'), block: { timeMs: DEADLINE, isFinal: true } };
    expect(brief(judge({ remote, nowMs: DEADLINE + 600_000 }))).toBe('- expiring');
  });

  it('a validated result is uploaded first, even some time after the deadline, because its fee is earned', () => {
    expect(at('Validated', 'scored', DEADLINE + 30_000)).toBe('uploadResult');
    expect(at('Validated', 'uploaded', DEADLINE + 30_000)).toBe('- awaitingEnd');
    expect(at('Validated', 'uploaded', DEADLINE + 31_000)).toBe('abort');
  });

  it('a queued task, a task of another node and an ended task are not aborted', () => {
    const late = DEADLINE + 3_600_000;
    expect(at('Queued', 'new', late)).toBe('- queued');
    expect(at('EndSuccess', 'uploaded', late)).toBe('close EndSuccess');
    const block = { timeMs: late, isFinal: true };
    const foreign = { ...inStatus('Started', 'new'), selectedNode: OTHER, block };
    expect(brief(judge({ remote: foreign, nowMs: late }))).toBe('- notSelected');
  });

  it('never if the network ends tasks itself', () => {
    fc.assert(
      fc.property(anyInput(RELAY_RULES), (input) => {
        expect(decide(input).kind).not.toBe('abort');
      }),
    );
  });
});

describe('decide: data that arrives late on a chain', () => {
  const judge = judgeOn(CHAIN_RULES);
  const started = remoteTask({ startTimeMs: START, timeoutSeconds: 60 });

  it('a task without its arguments waits for them; with them it begins before the chain accepts a score', () => {
    expect(brief(judge({ remote: { ...started, taskArgs: '' } }))).toBe('- awaitingArguments');
    expect(brief(judge({ remote: started }))).toBe('execute');
  });

  it('a fine-tune task begins when its checkpoint is available', () => {
    const tune = { ...started, type: 'FineTuneLora' } as const;
    expect(brief(judge({ remote: tune }))).toBe('- awaitingArguments');
    expect(brief(judge({ remote: { ...tune, status: 'ParametersUploaded' } }))).toBe('execute');
  });

  it('an end closes the task only when no reorganisation can revert it', () => {
    const remote = inStatus('EndSuccess', 'uploaded');
    const inDepth = (isFinal: boolean) => ({ ...remote, block: { timeMs: START, isFinal } });
    expect(brief(judge({ remote: inDepth(false), local: LOCALS.uploaded }))).toBe('- awaitingFinality');
    expect(brief(judge({ remote: inDepth(true), local: LOCALS.uploaded }))).toBe('close EndSuccess');
  });
});

describe.each(NETWORKS)('law 1: acts only on what the network shows in this cycle (%s)', (_network, rules) => {
  const judge = judgeOn(rules);
  it('never acts for a task of another node, whatever the record says', () => {
    for (const kind of KINDS) {
      for (const status of TASK_STATUSES) {
        const remote = { ...inStatus(status, kind), selectedNode: OTHER };
        expect(['wait', 'close']).toContain(judge({ remote, local: LOCALS[kind] }).kind);
      }
    }
  });

  it('recognises itself in any spelling of its address', () => {
    const remote = remoteTask({ startTimeMs: START, selectedNode: SELF.toLowerCase() as typeof SELF });
    expect(judge({ remote }).kind).toBe('execute');
  });

  it('a different score under our name: one alarm, then no act until the end', () => {
    const remote = remoteTask({ status: 'Validated', startTimeMs: START, score: OTHER_SCORE });
    expect(brief(judge({ remote, local: LOCALS.scored }))).toBe('alarm conflict');
    const alarms = ['REMOTE_SCORE_CONFLICT'];
    expect(brief(judge({ remote, local: LOCALS.scored, alarms }))).toBe('- verdictConflict');
    const ended = remoteTask({ status: 'EndInvalidated', score: OTHER_SCORE });
    expect(brief(judge({ remote: ended, local: LOCALS.scored, alarms }))).toBe('close EndInvalidated');
  });

  it('nothing is uploaded to a validated task that shows no score', () => {
    expect(brief(judge({ remote: remoteTask({ status: 'Validated', score: '' }), local: LOCALS.scored }))).toBe('alarm conflict');
  });
});

describe.each(NETWORKS)('law 2: only an invalid task is reported (%s)', (_network, rules) => {
  it('no other record leads to a report, in any status, at any time', () => {
    fc.assert(
      fc.property(anyInput(rules), (input) => {
        if (decide(input).kind === 'reportError') expect(input.local.kind).toBe('invalid');
      }),
      { numRuns: 3_000 },
    );
  });
});

describe.each(NETWORKS)('law 3: at most one complete execution per engine lifetime (%s)', (_network, rules) => {
  const judge = judgeOn(rules);
  const cutOff = (...spentLifetimes: string[]): LocalRecord => ({ kind: 'new', spentLifetimes });

  it('repeats an interrupted execution only in a new lifetime', () => {
    expect(brief(judge({ local: cutOff('L2') }))).toBe('- lifetimeSpent');
    expect(brief(judge({ local: cutOff('L1') }))).toBe('execute');
  });

  it(`begins at most ${MAX_ATTEMPTS} executions`, () => {
    expect(brief(judge({ local: cutOff('A', 'B') }))).toBe('execute');
    expect(brief(judge({ local: cutOff('A', 'B', 'C') }))).toBe('- attemptsSpent');
  });

  it('repeats only with a fifth of the timeout left', () => {
    expect(brief(judge({ local: cutOff('L1'), nowMs: DEADLINE - 12_000 }))).toBe('execute');
    expect(brief(judge({ local: cutOff('L1'), nowMs: DEADLINE - 11_999 }))).toBe('- tooLateToRepeat');
  });

  it('waits for the engine', () => {
    expect(brief(judge({ engine: { kind: 'notReady' } }))).toBe('- engineNotReady');
  });

  it('executes only a new record, in an unused lifetime, before the deadline', () => {
    fc.assert(
      fc.property(anyInput(rules), (input) => {
        const action = decide(input);
        if (action.kind !== 'execute' || input.local.kind !== 'new' || input.remote === 'notFound') {
          expect(action.kind).not.toBe('execute');
          return;
        }
        expect(input.local.spentLifetimes).not.toContain(action.lifetime);
        expect(input.nowMs).toBeLessThan(Number(input.remote.startTimeMs) + input.remote.timeoutSeconds * 1000);
        expect(['Started', 'ParametersUploaded']).toContain(input.remote.status);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe.each(NETWORKS)('law 4: a score that the network shows is not sent again (%s)', (_network, rules) => {
  const judge = judgeOn(rules);
  it('not even with a status that should have none', () => {
    const remote = remoteTask({ startTimeMs: START, score: SCORE });
    expect(brief(judge({ remote, local: LOCALS.scored }))).toBe('- contradiction');
  });

  it('submits only while the task is being executed and shows no verdict', () => {
    fc.assert(
      fc.property(anyInput(rules), (input) => {
        if (decide(input).kind !== 'submitScore') return;
        expect(input.local.kind).toBe('scored');
        expect(input.remote).toMatchObject({ score: '', error: 'None' });
        expect(input.remote !== 'notFound' && rules.reportsIn.includes(input.remote.status)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe.each(NETWORKS)('law 7: an engine that the network does not accept never runs (%s)', (_network, rules) => {
  const judge = judgeOn(rules);
  it('waits, whatever the task', () => {
    expect(brief(judge({ engine: { kind: 'notAccepted' } }))).toBe('- engineNotAccepted');
  });
});

const anyScore = fc.constantFrom('', SCORE, OTHER_SCORE);
const anyInput = (rules: NetworkRules): fc.Arbitrary<DecideInput> =>
  fc
    .record({
      remote: fc.oneof(
        { weight: 1, arbitrary: fc.constant('notFound' as const) },
        {
          weight: 9,
          arbitrary: fc
            .record({
              status: fc.constantFrom(...TASK_STATUSES),
              score: anyScore,
              error: fc.constantFrom('None' as const, 'ParametersValidationFailed' as const),
              selectedNode: fc.constantFrom(SELF, SELF, SELF, OTHER, null),
              startTimeMs: fc.constantFrom(START, START, null),
            })
            .map((changes) => remoteTask({ timeoutSeconds: 60, ...changes })),
        },
      ),
      local: fc.oneof(
        fc.constantFrom(...Object.values(LOCALS)),
        fc
          .array(fc.constantFrom('L1', 'L2', 'L3', 'L4'), { maxLength: 4 })
          .map((spentLifetimes) => ({ kind: 'new' as const, spentLifetimes })),
      ),
      alarms: fc.subarray(['REMOTE_SCORE_CONFLICT', 'REMOTE_SCORE_UNKNOWN']),
      knownDeadlineMs: fc.constantFrom(null, DEADLINE),
      engine: fc.constantFrom<EngineView>(
        READY,
        { kind: 'ready', lifetime: 'L1' },
        { kind: 'notReady' },
        { kind: 'notAccepted' },
      ),
      self: fc.constant(SELF),
      nowMs: fc.integer({ min: START, max: DEADLINE + 10_000 }),
    })
    .map((input) => inputOf(rules, input));
